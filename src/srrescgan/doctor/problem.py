"""Problem: what is wrong, where, and how to fix it."""

from dataclasses import dataclass
from typing import Literal

from srrescgan.data.stored_image import StoredImage

Severity = Literal["error", "warning", "ignore"]


@dataclass(frozen=True)
class Finding:
    """Result of a check: a problem, without the names of the check and the data set.

    Args:
        description: of what is wrong. Continues a sentence that begins with the picture's name.
        fix: what to do about it.
        pictures: the pictures concerned, the one to act on first; none if it is the whole split.
    """

    description: str
    fix: str
    pictures: tuple[StoredImage, ...] = ()


@dataclass(frozen=True)
class Problem:
    """A finding of a named check in a named data set.

    Args:
        check: name of the check.
        split: name of the data set: ``train``, ``val/<set>`` or ``test/<set>``.
        description: see :class:`Finding`.
        fix: see :class:`Finding`.
        pictures: see :class:`Finding`.
    """

    check: str
    split: str
    description: str
    fix: str
    pictures: tuple[StoredImage, ...] = ()

    @property
    def place(self) -> str:
        """The picture to act on, or the split."""
        return str(self.pictures[0]) if self.pictures else f"all of {self.split}"
