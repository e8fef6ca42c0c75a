"""Export for publication: weights with a Hugging Face card and an OpenModelDB entry."""

from srrescgan.export.cards.card_folder import write_card
from srrescgan.export.cards.publication import Publication

__all__ = ["Publication", "write_card"]
