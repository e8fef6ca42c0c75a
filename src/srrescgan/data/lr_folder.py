"""Folder of lr images without ground truth."""

from srrescgan.data.image_folder import ImageFolder


class LRFolder(ImageFolder):
    """Whole lr images without ground truth; metrics that compare with hr are skipped.

    An item has ``lr`` ``(3, h, w)`` float32 in [0, 1], ``name`` and ``seed``.

    Args:
        lr: the folder.
        scale: integer factor of the super-resolution.
        names: of the images to use, in this order, with or without suffix; ``None`` for all.
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
