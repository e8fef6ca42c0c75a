"""Files that cannot be read, or are stored in a way that other programs read differently."""

from collections.abc import Iterator

from srrescgan.doctor.problem import Problem
from srrescgan.doctor.survey import Split

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


def unreadable(split: Split) -> Iterator[Problem]:
    """Damaged, cut short, empty, or not a picture: everything was decoded to the end."""
    for picture, facts in split.facts.items():
        if facts.damage is not None:
            yield Problem("unreadable", split.name, facts.damage, facts.remedy, (picture,))


def bit_depth(split: Split) -> Iterator[Problem]:
    """More than 8 bits per channel in a mode that is not read."""
    for picture, facts in split.facts.items():
        if facts.refused:
            yield Problem(
                "bit_depth",
                split.name,
                f"has {facts.bits} bits per channel (mode {facts.mode}), which is not read",
                "convert it to an 8-bit PNG",
                (picture,),
            )


def depth_reduced(split: Split) -> Iterator[Problem]:
    """More than 8 bits per channel, read all the same."""
    for picture, facts in split.facts.items():
        if facts.bits > 8 and not facts.refused:
            yield Problem(
                "depth_reduced",
                split.name,
                f"has {facts.bits} bits per channel, of which training reads the upper 8",
                "convert it to an 8-bit PNG, with rounding",
                (picture,),
            )


def color_mode(split: Split) -> Iterator[Problem]:
    """Anything but RGB, which training converts."""
    for picture, facts in split.facts.items():
        if facts.readable and facts.mode != "RGB":
            dropped = facts.mode in ("LA", "La", "PA", "RGBA", "RGBa")
            yield Problem(
                "color_mode",
                split.name,
                f"is stored as {_MODES.get(facts.mode, facts.mode)} (mode {facts.mode}): training "
                f"converts it to RGB{' and drops the transparency' if dropped else ''}",
                "look at it as RGB and save it as an RGB PNG, or remove it",
                (picture,),
            )


def color_profile(split: Split) -> Iterator[Problem]:
    """An ICC profile other than sRGB."""
    for picture, facts in split.facts.items():
        if facts.profile is not None:
            yield Problem(
                "color_profile",
                split.name,
                f"has the color profile {facts.profile}; training takes the pixels as they are, as"
                f" if they were sRGB: up to {facts.profile_levels} levels of 255 off",
                "convert it to sRGB (ImageMagick: magick IN -profile sRGB.icc OUT.png)",
                (picture,),
            )


def rotation(split: Split) -> Iterator[Problem]:
    """An EXIF tag that turns the picture."""
    for picture, facts in split.facts.items():
        if facts.turned:
            yield Problem(
                "rotation",
                split.name,
                "is shown turned by its EXIF tag; training turns it, other programs may not",
                "turn the pixels and drop the tag (ImageMagick: magick IN -auto-orient OUT.png)",
                (picture,),
            )
