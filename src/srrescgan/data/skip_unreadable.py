"""Data set that reports unreadable images instead of raising."""

from typing import Any

from torch.utils.data import Dataset

from srrescgan.errors import DataError


class SkipUnreadable(Dataset[dict[str, Any]]):
    """Whole images of another data set; the item of an unreadable one has ``name`` and ``problem``.

    Args:
        dataset: with the ``names`` of its images, in order.
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
