"""Metadata of image files: color profile, EXIF, XMP, text and resolution."""

import io
import math
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from PIL import ExifTags, Image, ImageCms

T = TypeVar("T")

_COLOR_SPACE = {1: "GRAY", 2: "GRAY", 3: "RGB", 4: "RGB"}

# TIFF tags that describe how one file stores its pixels, or that :class:`Metadata` holds itself.
_FILE_TAGS = frozenset(
    {ExifTags.Base.Orientation, ExifTags.Base.ExifOffset, ExifTags.Base.GPSInfo}
    | {254, 255, 256, 257, 258, 259, 262, 263, 264, 265, 266, 273, 277, 278, 279, 280, 281, 282}
    | {283, 284, 288, 289, 290, 291, 292, 293, 296, 297, 301, 317, 318, 319, 320, 321, 322, 323}
    | {324, 325, 330, 332, 333, 334, 336, 338, 339, 340, 341, 342, 343, 347, 512, 513, 514, 519}
    | {520, 521, 529, 530, 531, 532, 700, 34377, 34675}
)
_XMP = 700
# Keywords of a PNG whose content is no text but is read from elsewhere.
_NOT_TEXT = re.compile("XML:com.adobe.xmp|Raw profile type ")
# In the EXIF sub-IFD: the size of the image, and an offset into the block itself.
_SIZE_TAGS = frozenset({0xA002, 0xA003, 0xA005})


@dataclass(frozen=True)
class Metadata:
    r"""Metadata of an image, valid for its upright pixels.

    Args:
        icc: color profile, for the color space (grey or RGB) of the pixels.
        exif: EXIF block as Pillow writes it, ``b"Exif\0\0"`` and a TIFF structure; without
            orientation (already applied), thumbnail and size (which may change).
        xmp: XMP packet; an orientation in it is set to upright.
        text: text of a PNG, by keyword.
        dpi: dots per inch, horizontal and vertical.
    """

    icc: bytes | None = None
    exif: bytes | None = None
    xmp: bytes | None = None
    text: dict[str, str] = field(default_factory=dict)
    dpi: tuple[float, float] | None = None

    def for_channels(self, channels: int) -> "Metadata":
        """Return a copy for an image of 1 to 4 channels, without an unsuitable color profile."""
        space = None if self.icc is None else profile_space(self.icc)
        return self if space == _COLOR_SPACE[channels] else replace(self, icc=None)


NO_METADATA = Metadata()


def read_metadata(image: Image.Image) -> Metadata:
    """Read the metadata of a decoded picture; broken entries are left out."""
    text = getattr(image, "text", None) or {}  # PNG only
    return Metadata(
        icc=image.info.get("icc_profile") or None,
        exif=_or_none(lambda: _portable_exif(image.getexif())),
        xmp=_or_none(lambda: _upright_xmp(image.info["xmp"])),
        text={key: str(words) for key, words in text.items() if not _NOT_TEXT.match(key)},
        dpi=_or_none(lambda: _usable_dpi(image.info["dpi"])),
    )


def tiff_metadata(tags: Image.Exif) -> Metadata:
    """Read the metadata from the tags of a TIFF; broken entries are left out."""
    # The default unit is the inch; 1 means that the numbers have no unit.
    inch = {2: 1.0, 3: 2.54}.get(tags.get(ExifTags.Base.ResolutionUnit, 2), math.nan)
    return Metadata(
        icc=tags.get(ExifTags.Base.InterColorProfile),
        exif=_or_none(lambda: _portable_exif(tags)),
        xmp=_or_none(lambda: _upright_xmp(tags[_XMP])),
        dpi=_or_none(
            lambda: _usable_dpi(
                (
                    tags[ExifTags.Base.XResolution] * inch,
                    tags[ExifTags.Base.YResolution] * inch,
                )
            )
        ),
    )


def profile_space(icc: bytes) -> str | None:
    """Color space of an ICC profile, such as ``GRAY``, ``RGB`` or ``CMYK``; None if broken."""
    return _or_none(
        lambda: ImageCms.ImageCmsProfile(io.BytesIO(icc)).profile.xcolor_space.strip() or None
    )


def _portable_exif(source: Image.Exif) -> bytes | None:
    """The tags that remain valid when the image is turned upright, upscaled and saved again."""
    kept = Image.Exif()
    for tag, value in source.items():
        if tag not in _FILE_TAGS:
            kept[tag] = value
    for block in (ExifTags.IFD.Exif, ExifTags.IFD.GPSInfo):
        tags = source.get_ifd(block)
        inner = {tag: value for tag, value in tags.items() if tag not in _SIZE_TAGS}
        if inner:
            kept[block] = inner
    return kept.tobytes() if len(kept) else None


def _upright_xmp(xmp: bytes) -> bytes | None:
    return re.sub(rb"(tiff:Orientation(?:=[\"']|>))[2-8]", rb"\g<1>1", xmp) or None


def _usable_dpi(dpi: tuple[float, ...]) -> tuple[float, float] | None:
    horizontal, vertical = (float(number) for number in dpi)
    usable = all(math.isfinite(number) and number > 0 for number in (horizontal, vertical))
    return (horizontal, vertical) if usable else None


def _or_none(read: Callable[[], T | None]) -> T | None:
    try:
        return read()
    except Exception:  # metadata parsers raise anything; bad metadata must not lose the picture
        return None
