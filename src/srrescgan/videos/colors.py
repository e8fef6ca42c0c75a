"""From a video's colors to RGB and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from srrescgan.videos.clip import Clip

if TYPE_CHECKING:
    from av import VideoFrame

# swscale's numbers are those of AVColorSpace, but for this one.
_BT601, _BT601_OF_SWSCALE = 6, 5


def to_rgb(frame: VideoFrame, clip: Clip) -> np.ndarray:
    """Pixels of a frame, ``(h, w, 3)``: uint8, or uint16 from 0 to 65535 above 8 bits."""
    from av.video.reformatter import ColorRange

    if not frame.format.is_rgb:
        frame.colorspace = clip.matrix  # of files that do not say it
    rgb = frame.reformat(
        format=_rgb_format(clip), dst_color_range=ColorRange.JPEG, interpolation=_careful()
    )
    return rgb.to_ndarray()


def from_rgb(pixels: np.ndarray, clip: Clip, pixel_format: str) -> VideoFrame:
    """A frame in the colors of the clip; ``pixels`` as :func:`to_rgb` gives them."""
    from av import VideoFrame
    from av.video.reformatter import ColorRange

    return VideoFrame.from_ndarray(pixels, _rgb_format(clip)).reformat(
        format=pixel_format,
        dst_colorspace=_BT601_OF_SWSCALE if clip.matrix == _BT601 else clip.matrix,
        dst_color_range=ColorRange.JPEG if clip.full_range else ColorRange.MPEG,
        interpolation=_careful(),
    )


def _rgb_format(clip: Clip) -> str:
    return "rgb24" if clip.depth <= 8 else "rgb48le"


def _careful() -> int:
    """Color of half the size is enlarged smoothly and everywhere, and nothing is cut off."""
    from av.video.reformatter import Interpolation

    return (
        Interpolation.BICUBIC
        | Interpolation.ACCURATE_RND
        | Interpolation.FULL_CHR_H_INT
        | Interpolation.FULL_CHR_H_INP
    )
