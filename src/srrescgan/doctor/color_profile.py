"""Color error of a picture whose ICC profile is ignored."""

import io
from functools import lru_cache

import numpy as np
from PIL import Image, ImageCms

SRGB_TOLERANCE = 3
"""Levels of 255 by which the many versions of the sRGB profile differ from each other."""

_COLORS = 17
"""Steps per axis of the cube of colors that is converted."""


@lru_cache(maxsize=256)
def difference_from_srgb(profile: bytes) -> tuple[str, int] | None:
    """Describe a profile that is not sRGB; ``None`` for sRGB.

    The profile's effect counts, not its name: LittleCMS converts a cube of colors to sRGB
    (relative colorimetric), and the result is compared with the cube.

    Args:
        profile: an ICC profile.

    Returns:
        Its description, and the largest difference in levels of 255; 255 if the profile is damaged
        or of a color space that cannot be compared, such as CMYK.
    """
    try:
        icc = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        name = ImageCms.getProfileDescription(icc).strip() or "unnamed"
        space = icc.profile.xcolor_space.strip()
        if space not in ("RGB", "GRAY"):
            return f"{name} ({space})", 255
        colors = _cube() if space == "RGB" else Image.fromarray(np.arange(256, dtype=np.uint8))
        converted = ImageCms.profileToProfile(
            colors,
            icc,
            ImageCms.createProfile("sRGB"),
            renderingIntent=ImageCms.Intent.RELATIVE_COLORIMETRIC,
            outputMode="RGB",
        )
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return "a damaged profile", 255
    assert converted is not None
    ignored = np.asarray(colors.convert("RGB"), np.int16)
    levels = int(np.abs(np.asarray(converted, np.int16) - ignored).max())
    return (name, levels) if levels > SRGB_TOLERANCE else None


def _cube() -> Image.Image:
    axis = np.linspace(0, 255, _COLORS).round().astype(np.uint8)
    cube = np.stack(np.meshgrid(axis, axis, axis, indexing="ij"), axis=-1)
    return Image.fromarray(cube.reshape(_COLORS**2, _COLORS, 3))
