"""Pillow's color modes as grey or RGB, with or without alpha."""

import io

import numpy as np
from PIL import Image, ImageCms

from srrescgan.errors import DataError
from srrescgan.images.metadata import profile_space

_STANDARD_MODE = {"La": "LA", "RGBa": "RGBA", "PA": "RGBA", "1": "L"}


def color_levels(image: Image.Image, name: str) -> np.ndarray:
    """Convert a decoded picture of any mode with at most 16 bits per channel to an array.

    CMYK is converted to sRGB at 8 bits: by its embedded profile, or without one by Pillow's plain
    formula. A color that the file declares transparent is handled by :func:`keyed_alpha`.

    Args:
        image: the picture.
        name: name of its file, for the error message.

    Returns:
        ``(H, W, C)`` uint8, or uint16 for 16-bit grey; C 1 to 4: grey, grey and alpha, RGB, RGBA.

    Raises:
        DataError: 32 bits per channel or floating point.
    """
    if image.mode.startswith("I;16") or (image.mode == "I" and image.format in ("PNG", "PPM")):
        return np.array(image)[..., None].astype(np.uint16)
    if image.mode[0] in "IF":
        what = "floating-point" if image.mode == "F" else "32-bit or signed"
        raise DataError(
            f"{name} has {what} channels (mode {image.mode}), whose white is not defined: "
            f"convert it to 8 or 16 bits"
        )
    if image.mode == "CMYK":
        image = _cmyk_to_srgb(image)
    elif image.mode == "P":
        image = image.convert("RGBA" if image.has_transparency_data else "RGB")
    elif image.mode not in ("L", "LA", "RGB", "RGBA"):
        image = image.convert(_STANDARD_MODE.get(image.mode, "RGB"))
    levels = np.array(image)
    return levels[..., None] if levels.ndim == 2 else levels


def keyed_alpha(levels: np.ndarray, key: int | tuple[int, ...]) -> np.ndarray:
    """Alpha ``(H, W)`` that is 0 where ``(H, W, C)`` has the color declared transparent."""
    opaque = np.iinfo(levels.dtype).max
    return np.where((levels == np.asarray(key)).all(axis=-1), 0, opaque).astype(levels.dtype)


def _cmyk_to_srgb(image: Image.Image) -> Image.Image:
    icc = image.info.get("icc_profile")
    if icc and profile_space(icc) == "CMYK":
        try:
            profile = ImageCms.ImageCmsProfile(io.BytesIO(icc))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, profile, srgb, outputMode="RGB")
        except ImageCms.PyCMSError:  # for example a profile that converts to CMYK only
            return image.convert("RGB")
        assert converted is not None
        return converted
    return image.convert("RGB")
