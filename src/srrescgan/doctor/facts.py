"""What is true of one picture, whatever data set it is in."""

import json
from dataclasses import asdict, dataclass

import numpy as np
from PIL import Image

from srrescgan.data.pack import PackedPicture
from srrescgan.data.pictures import Picture, PictureFile
from srrescgan.doctor.fingerprint import perceptual_hash, pixel_digest
from srrescgan.doctor.flatness import flat_share
from srrescgan.doctor.header import Header, read_header
from srrescgan.doctor.profile import difference_from_srgb
from srrescgan.errors import DataError

VERSION = 1
"""Of the facts and how they are measured; a cache of another version is not believed."""


@dataclass(frozen=True)
class Facts:
    """What was found in a picture.

    Args:
        height: of the upright picture in pixels; 0 when it could not be read.
        width: likewise.
        mode: Pillow's color mode in the file.
        bits: per channel in the file.
        profile: name of an embedded profile that is not sRGB; ``None`` for sRGB or none.
        profile_levels: by how much its colors are wrong when taken as sRGB, levels of 255.
        turned: EXIF says that it is to be shown turned.
        damage: why it could not be read; ``None`` when it could.
        remedy: what to do about the damage.
        refused: not damaged, but in a mode that is not read.
        pixels: digest of the pixels; empty when there are none.
        hash: perceptual hash; ``None`` without contrast.
        flat: share of flat patches.
    """

    height: int = 0
    width: int = 0
    mode: str = "RGB"
    bits: int = 8
    profile: str | None = None
    profile_levels: int = 0
    turned: bool = False
    damage: str | None = None
    remedy: str = ""
    refused: bool = False
    pixels: str = ""
    hash: str | None = None
    flat: float = 0.0

    @property
    def readable(self) -> bool:
        """Whether training can read it."""
        return bool(self.pixels)

    def dump(self) -> str:
        """As text for a cache."""
        return json.dumps(asdict(self))

    @classmethod
    def load(cls, text: str) -> "Facts":
        """From what :meth:`dump` wrote."""
        return cls(**json.loads(text))


def find_facts(picture: Picture, flat_level: float) -> tuple[Facts, np.ndarray | None]:
    """Decode a picture and look at it from every side.

    Returns:
        The facts, and the pixels ``(H, W, 3)`` uint8 when they could be read. A damaged file is a
        fact, not an error.
    """
    try:
        header = read_header(picture.path) if isinstance(picture, PictureFile) else Header()
    except Exception:
        header = Header()  # whatever it is, reading the pixels explains it better
    if header.refused:
        return Facts(mode=header.mode, bits=header.bits, refused=True), None
    try:
        if isinstance(picture, PackedPicture) and not picture.is_intact():
            return Facts(damage="is not what was packed", remedy="pack the folder again"), None
        pixels = picture.read()
    except DataError as error:
        return damaged(picture, error), None
    grey = Image.fromarray(pixels).convert("L")
    profile = None if header.profile is None else difference_from_srgb(header.profile)
    height, width = pixels.shape[:2]
    facts = Facts(
        height=height,
        width=width,
        mode=header.mode,
        bits=header.bits,
        profile=profile[0] if profile else None,
        profile_levels=profile[1] if profile else 0,
        turned=header.turned,
        pixels=pixel_digest(pixels),
        hash=perceptual_hash(grey),
        flat=flat_share(np.asarray(grey), flat_level),
    )
    return facts, pixels


def damaged(picture: Picture, error: Exception) -> Facts:
    """Facts of a picture that cannot be read. Messages of the house end with ``: what to do``."""
    text = str(error).removeprefix(f"{picture} ") if isinstance(error, DataError) else repr(error)
    reason, _, remedy = text.rpartition(": ")
    if not isinstance(error, DataError) or not reason:
        reason, remedy = f"cannot be examined ({text})", "replace it or remove it"
    return Facts(damage=reason, remedy=remedy)
