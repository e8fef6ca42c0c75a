"""Images that cannot be read, named instead of raised."""

from typing import Any

from torch.utils.data import Dataset

from srrescgan.errors import DataError


class SkipUnreadable(Dataset[dict[str, Any]]):
    """A data set of whole images whose damaged ones do not end the work on the others.

    Instead of such an image the item holds its ``name`` and the ``problem``.

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
