"""Weights with their cards, for Hugging Face and OpenModelDB."""

from srrescgan.portable.cards.publication import Publication
from srrescgan.portable.cards.writer import write_card

__all__ = ["Publication", "write_card"]
