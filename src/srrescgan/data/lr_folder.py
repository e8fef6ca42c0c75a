"""Folder of lr images without ground truth."""

from srrescgan.data.image_folder import ImageFolder


class LRFolder(ImageFolder):
    """Whole images to super-resolve; without ground truth, metrics with a reference are skipped.

    An item holds ``lr`` ``(3, h, w)`` float32 in [0, 1], ``name`` and ``seed``.

    Args:
        lr: the folder.
        scale: integer factor of the super-resolution.
        names: use only these, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has its own copy).
    """

    def __init__(
        self, lr: str, scale: int, names: list[str] | None = None, cache: bool = False
    ) -> None:
        super().__init__("lr", lr, names, cache)
        self.scale = scale

    @property
    def patch_size(self) -> None:
        """``None``: images are whole."""
        return None
