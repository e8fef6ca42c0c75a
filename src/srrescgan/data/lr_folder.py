"""A folder of the camera's pictures, of which nobody knows the truth."""

from pathlib import Path
from typing import Any

from torch.utils.data import Dataset

from srrescgan.data.hr_folder import HRFolder
from srrescgan.data.pictures import SampleFiles


class LRFolder(Dataset[dict[str, Any]]):
    """Whole pictures to super-resolve and look at; without ground truth, nothing is scored.

    An item holds ``lr`` ``(3, h, w)`` float32 in [0, 1], ``name`` and ``seed``.

    Args:
        lr: the folder.
        scale: integer factor by which they are to be enlarged.
        names: use only these, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has a copy of its own).
    """

    def __init__(
        self, lr: str, scale: int, names: list[str] | None = None, cache: bool = False
    ) -> None:
        self.scale = scale
        self._folder = HRFolder(lr, 1, names=names, cache=cache)

    @property
    def names(self) -> list[str]:
        """Name of every image, in order."""
        return self._folder.names

    def folders(self) -> dict[str, Path]:
        """Role to the folder it is read from."""
        return {"lr": self._folder.hr}

    @property
    def patch_size(self) -> None:
        """``None``: images are whole."""
        return None

    def candidates(self) -> tuple[list[SampleFiles], list[str]]:
        """What the folder holds of every wanted image, and what is wrong with the folder."""
        found, problems = self._folder.candidates()
        return [SampleFiles(each.name, {"lr": each.pictures["hr"]}) for each in found], problems

    def check(self) -> None:
        """Look for everything that would fail later, as :meth:`HRFolder.check`."""
        self._folder.check()

    def __len__(self) -> int:
        return len(self._folder)

    def __getitem__(self, index: int) -> dict[str, Any]:
        item = self._folder[index]
        item["lr"] = item.pop("hr")
        return item
