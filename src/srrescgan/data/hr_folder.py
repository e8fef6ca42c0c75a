"""Folder of hr images; the lr images are made on the fly."""

from typing import Any

from srrescgan.data.image_folder import ImageFolder
from srrescgan.data.seeds import derive_seed, image_seed
from srrescgan.data.transforms import PatchTransform
from srrescgan.errors import ConfigError
from srrescgan.images import to_tensor


class HRFolder(ImageFolder):
    """High-resolution images of a folder and its sub-folders, sorted by relative name.

    ``dataset[epoch, index]`` is for training: a patch, flipped and rotated if ``augment``, which is
    a function of ``(seed, epoch, index)``. ``dataset[index]`` is for validation: the whole image,
    cropped at the bottom and right to a multiple of ``scale``.

    An item has ``hr`` ``(3, H, W)`` float32 in [0, 1]; ``name``, the relative path without suffix;
    and ``seed``, for all random numbers that this sample needs later. The seed of a whole image
    depends on its name only, so its degradation is always the same.

    The constructor reads no file; call :meth:`check` before a long run.

    Args:
        hr: the folder.
        scale: integer factor between hr and lr.
        patch_size: side of the hr patch in pixels, a multiple of ``scale``; ``None`` for whole
            images.
        augment: flip and rotate patches at random.
        seed: for crops and flips.
        names: of the images to use, in this order, with or without suffix; ``None`` for all.
        cache: keep decoded images in memory (uint8; each worker process has its own copy).

    Raises:
        ConfigError: ``patch_size`` is not a multiple of ``scale``.
    """

    def __init__(
        self,
        hr: str,
        scale: int,
        patch_size: int | None = None,
        augment: bool = False,
        seed: int = 0,
        names: list[str] | None = None,
        cache: bool = False,
    ) -> None:
        if patch_size is not None and (patch_size < scale or patch_size % scale):
            raise ConfigError(
                f"patch_size is the side of the hr patch and must be a multiple of scale "
                f"{scale}, got {patch_size}: use for instance {max(1, patch_size // scale) * scale}"
            )
        super().__init__("hr", hr, names, cache, multiple=scale, min_size=patch_size or scale)
        self.hr = self.folder
        self.scale = scale
        self.seed = seed
        self._transform = PatchTransform(scale, patch_size, augment)

    @property
    def patch_size(self) -> int | None:
        """Side of the hr patch in pixels; ``None`` for whole images."""
        return self._transform.patch_size

    def __getitem__(self, key: int | tuple[int, int]) -> dict[str, Any]:
        epoch, index = key if isinstance(key, tuple) else (None, key)
        name = self.names[index]
        hr = self.crop_to_multiple(self.read(name, "hr"))
        lr = self.read(name, "lr") if "lr" in self.pictures[name] else None
        if epoch is None:
            seed = image_seed(name)
        else:
            seed = derive_seed(self.seed, epoch, index)
            hr, lr = self._transform(hr, lr, seed)
        item = {"hr": to_tensor(hr), "name": name, "seed": seed}
        if lr is not None:
            item["lr"] = to_tensor(lr)
        return item
