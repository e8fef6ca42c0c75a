"""Checks of the file format: damage, and storage that other programs read differently."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Finding
from srrescgan.doctor.scan import Split

_MODES = {
    "1": "black and white",
    "L": "grey",
    "LA": "grey with transparency",
    "La": "grey with transparency",
    "P": "a palette of colors",
    "PA": "a palette with transparency",
    "RGBA": "color with transparency",
    "RGBa": "color with transparency",
    "RGBX": "color with a fourth channel",
    "CMYK": "CMYK, the colors of a printer",
    "YCbCr": "luma and chroma",
    "LAB": "CIELAB",
    "HSV": "HSV",
}


def unreadable(split: Split) -> Iterator[Finding]:
    """Files that are damaged, cut short, empty, or not pictures; each was decoded completely."""
    for picture, info in split.images.items():
        if info.damage is not None:
            yield Finding(info.damage, info.remedy, (picture,))


def bit_depth(split: Split) -> Iterator[Finding]:
    """More than 8 bits per channel in a mode that is not supported."""
    for picture, info in split.images.items():
        if info.unsupported:
            yield Finding(
                f"has {info.bits} bits per channel (mode {info.mode}), which is not supported",
                "convert it to an 8-bit PNG",
                (picture,),
            )


def depth_reduced(split: Split) -> Iterator[Finding]:
    """More than 8 bits per channel in a mode that is supported."""
    for picture, info in split.images.items():
        if info.bits > 8 and not info.unsupported:
            yield Finding(
                f"has {info.bits} bits per channel, of which training reads the upper 8",
                "convert it to an 8-bit PNG, with rounding",
                (picture,),
            )


def color_mode(split: Split) -> Iterator[Finding]:
    """Color modes other than RGB, which training converts."""
    for picture, info in split.images.items():
        if info.readable and info.mode != "RGB":
            dropped = info.mode in ("LA", "La", "PA", "RGBA", "RGBa")
            yield Finding(
                f"is stored as {_MODES.get(info.mode, info.mode)} (mode {info.mode}): training "
                f"converts it to RGB{' and drops the transparency' if dropped else ''}",
                "check how it looks as RGB and save it as an RGB PNG, or remove it",
                (picture,),
            )


def color_profile(split: Split) -> Iterator[Finding]:
    """ICC profiles other than sRGB."""
    for picture, info in split.images.items():
        if info.profile is not None:
            yield Finding(
                f"has the color profile {info.profile}; training takes the pixels as they are, as"
                f" if they were sRGB: up to {info.profile_levels} levels of 255 off",
                "convert it to sRGB (ImageMagick: magick IN -profile sRGB.icc OUT.png)",
                (picture,),
            )


def rotation(split: Split) -> Iterator[Finding]:
    """EXIF tags that rotate or mirror the picture."""
    for picture, info in split.images.items():
        if info.has_exif_rotation:
            yield Finding(
                "is rotated by its EXIF tag; training rotates it, other programs may not",
                "rotate the pixels and drop the tag (ImageMagick: magick IN -auto-orient OUT.png)",
                (picture,),
            )
