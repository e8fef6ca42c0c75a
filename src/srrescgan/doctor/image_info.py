"""ImageInfo: what the doctor measures of one picture, independent of its data set."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from srrescgan.data.pack import PackedImage
from srrescgan.data.stored_image import ImageFile, StoredImage
from srrescgan.doctor.color_profile import difference_from_srgb
from srrescgan.doctor.fingerprint import perceptual_hash, pixel_digest
from srrescgan.errors import DataError

VERSION = 1
"""Of the measurements. Increase it when one of them changes: older cache entries are ignored."""

_STORED_NAMES = {"has_exif_rotation": "turned", "unsupported": "refused"}
"""Names in the cache of the fields that have another name there."""

PATCH = 32
"""Side of a patch whose flatness is measured, pixels."""


@dataclass(frozen=True)
class ImageInfo:
    """Measurements of a picture.

    Args:
        height: of the upright picture in pixels; 0 if it cannot be read.
        width: likewise.
        mode: Pillow's color mode of the file.
        bits: bits per channel in the file.
        profile: name of an embedded ICC profile other than sRGB; ``None`` for sRGB or none.
        profile_levels: largest color error when the pixels are taken as sRGB, levels of 255.
        has_exif_rotation: an EXIF tag says that the picture has to be rotated or mirrored.
        damage: why it cannot be read; ``None`` if it can.
        remedy: what to do about the damage.
        unsupported: undamaged, but stored in a mode that is not supported.
        pixels: digest of the pixels; empty if it cannot be read.
        hash: perceptual hash; ``None`` without contrast.
        flat: share of flat patches, see :func:`flat_share`.
    """

    height: int = 0
    width: int = 0
    mode: str = "RGB"
    bits: int = 8
    profile: str | None = None
    profile_levels: int = 0
    has_exif_rotation: bool = False
    damage: str | None = None
    remedy: str = ""
    unsupported: bool = False
    pixels: str = ""
    hash: str | None = None
    flat: float = 0.0

    @property
    def readable(self) -> bool:
        """Whether training can read the picture."""
        return bool(self.pixels)

    def dump(self) -> str:
        """Serialize for the cache."""
        content = {_STORED_NAMES.get(name, name): value for name, value in asdict(self).items()}
        return json.dumps(content)

    @classmethod
    def load(cls, text: str) -> "ImageInfo":
        """Parse the result of :meth:`dump`."""
        names = {stored: name for name, stored in _STORED_NAMES.items()}
        return cls(**{names.get(key, key): value for key, value in json.loads(text).items()})


@dataclass(frozen=True)
class _Header:
    """Storage properties of a file; the fields are those of :class:`ImageInfo`."""

    mode: str = "RGB"
    bits: int = 8
    unsupported: bool = False
    profile: bytes | None = None
    has_exif_rotation: bool = False


def measure_image(picture: StoredImage, flat_level: float) -> tuple[ImageInfo, np.ndarray | None]:
    """Decode a picture and measure it. Damage is a result, not an error.

    Args:
        picture: a file or a packed picture.
        flat_level: see :func:`flat_share`.

    Returns:
        The measurements, and the pixels ``(H, W, 3)`` uint8 if they can be read.
    """
    try:
        header = _read_header(picture.path) if isinstance(picture, ImageFile) else _Header()
    except Exception:
        header = _Header()  # whatever the damage is, reading the pixels explains it better
    if header.unsupported:
        return ImageInfo(mode=header.mode, bits=header.bits, unsupported=True), None
    try:
        if isinstance(picture, PackedImage) and not picture.is_intact():
            damage = "has other pixels than those that were packed"
            return ImageInfo(damage=damage, remedy="pack the folder again"), None
        pixels = picture.read()
    except DataError as error:
        return damaged_image(picture, error), None
    grey = Image.fromarray(pixels).convert("L")
    profile = None if header.profile is None else difference_from_srgb(header.profile)
    height, width = pixels.shape[:2]
    info = ImageInfo(
        height=height,
        width=width,
        mode=header.mode,
        bits=header.bits,
        profile=profile[0] if profile else None,
        profile_levels=profile[1] if profile else 0,
        has_exif_rotation=header.has_exif_rotation,
        pixels=pixel_digest(pixels),
        hash=perceptual_hash(grey),
        flat=flat_share(np.asarray(grey), flat_level),
    )
    return info, pixels


def damaged_image(picture: StoredImage, error: Exception) -> ImageInfo:
    """Split an error message of this package, ``PICTURE problem: remedy``, into its parts."""
    text = str(error).removeprefix(f"{picture} ") if isinstance(error, DataError) else repr(error)
    reason, _, remedy = text.rpartition(": ")
    if not isinstance(error, DataError) or not reason:
        reason, remedy = f"cannot be examined ({text})", "replace it or remove it"
    return ImageInfo(damage=reason, remedy=remedy)


def flat_share(grey: np.ndarray, level: float) -> float:
    """Share of 32-pixel patches whose standard deviation is below ``level``.

    Patches do not overlap; what is left over at the bottom and right is ignored. A picture that is
    smaller than a patch is one patch.

    Args:
        grey: luma, ``(H, W)`` uint8.
        level: standard deviation in [0, 1] units.

    Example:
        >>> half = np.repeat(np.array([[0, 64]], np.uint8), 64, axis=0).repeat(64, axis=1)
        >>> half[:, :64] += np.arange(64, dtype=np.uint8)
        >>> flat_share(half, 1 / 255)
        0.5
    """
    height, width = (min(PATCH, side) for side in grey.shape)
    rows, columns = grey.shape[0] // height, grey.shape[1] // width
    cut = grey[: rows * height, : columns * width].astype(np.float32)
    patches = cut.reshape(rows, height, columns, width)
    return float((patches.std(axis=(1, 3)) < level * 255).mean())


def _read_header(path: Path) -> _Header:
    """Read the header of a file; raises whatever Pillow raises for a damaged one."""
    with Image.open(path) as image:
        # Pillow would decode all of a PNG to find out that it has no EXIF data.
        may_have_exif = image.format != "PNG" or "exif" in image.info
        orientation = image.getexif().get(ExifTags.Base.Orientation, 1) if may_have_exif else 1
        return _Header(
            mode=image.mode,
            bits=_bits(image),
            unsupported=image.mode[0] in "IF",
            profile=image.info.get("icc_profile"),
            has_exif_rotation=orientation != 1,
        )


def _bits(image: Image.Image) -> int:
    if image.mode in ("I", "F"):
        return 32
    # Pillow opens 16-bit color as 8-bit RGB: only the decoder's arguments show the true depth.
    tiles = getattr(image, "tile", [])  # not every format has it
    stored = str(tiles[0][3]) if tiles else ""
    return 16 if ";16" in image.mode + stored else 8
