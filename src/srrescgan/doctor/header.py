"""What a picture file says about itself before its pixels are decoded."""

from dataclasses import dataclass
from pathlib import Path

from PIL import ExifTags, Image


@dataclass(frozen=True)
class Header:
    """How a picture is stored.

    Args:
        mode: Pillow's color mode, such as ``RGB``, ``P`` or ``CMYK``.
        bits: per channel.
        refused: ``read_image`` does not read this mode.
        profile: the embedded ICC profile.
        turned: EXIF says that the picture is to be shown turned or mirrored.
    """

    mode: str = "RGB"
    bits: int = 8
    refused: bool = False
    profile: bytes | None = None
    turned: bool = False


def read_header(path: Path) -> Header:
    """Read the header of a picture file.

    Raises:
        OSError: and whatever else Pillow raises on a damaged file.
    """
    with Image.open(path) as image:
        # Asking a PNG without EXIF in its header would decode all of it.
        asks = image.format != "PNG" or "exif" in image.info
        turn = image.getexif().get(ExifTags.Base.Orientation, 1) if asks else 1
        return Header(
            mode=image.mode,
            bits=_bits(image),
            refused=image.mode[0] in "IF",
            profile=image.info.get("icc_profile"),
            turned=turn != 1,
        )


def _bits(image: Image.Image) -> int:
    if image.mode in ("I", "F"):
        return 32
    # A 16-bit color picture opens as 8-bit RGB: only the decoder's instructions tell.
    tiles = getattr(image, "tile", [])  # which not every format has
    stored = str(tiles[0][3]) if tiles else ""
    return 16 if ";16" in image.mode + stored else 8
