"""Weights with their cards, for Hugging Face and OpenModelDB."""

from srrescgan.export.cards.publication import Publication
from srrescgan.export.cards.writer import write_card

__all__ = ["Publication", "write_card"]
