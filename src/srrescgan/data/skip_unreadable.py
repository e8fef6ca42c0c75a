"""Data set that reports unreadable images instead of raising an error."""

from typing import Any

from torch.utils.data import Dataset

from srrescgan.errors import DataError


class SkipUnreadable(Dataset[dict[str, Any]]):
    """Items of another data set; that of an unreadable image has only ``name`` and ``problem``.

    Args:
        dataset: data set of whole images, with an attribute ``names``.
    """

    def __init__(self, dataset: Any) -> None:
        self.dataset = dataset

    def __len__(self) -> int:
        return len(self.dataset)

    def __getitem__(self, index: int) -> dict[str, Any]:
        try:
            return self.dataset[index]
        except DataError as error:
            return {"name": self.dataset.names[index], "problem": str(error)}
