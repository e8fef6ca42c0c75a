"""Converts video frames to RGB and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from srrescgan.videos.clip import Clip

if TYPE_CHECKING:
    from av import VideoFrame

# swscale uses the numbers of AVColorSpace, except for BT.601.
_BT601, _BT601_OF_SWSCALE = 6, 5


def to_rgb(frame: VideoFrame, clip: Clip) -> np.ndarray:
    """Pixels of a frame, ``(h, w, 3)``: uint8, or uint16 from 0 to 65535 above 8 bits."""
    from av.video.reformatter import ColorRange

    if not frame.format.is_rgb:
        frame.colorspace = clip.matrix  # for files that do not state it
    rgb = frame.reformat(
        format=_rgb_format(clip), dst_color_range=ColorRange.JPEG, interpolation=_interpolation()
    )
    return rgb.to_ndarray()


def from_rgb(pixels: np.ndarray, clip: Clip, pixel_format: str) -> VideoFrame:
    """Convert pixels as returned by :func:`to_rgb` to a frame in the clip's color format."""
    from av import VideoFrame
    from av.video.reformatter import ColorRange

    return VideoFrame.from_ndarray(pixels, _rgb_format(clip)).reformat(
        format=pixel_format,
        dst_colorspace=_BT601_OF_SWSCALE if clip.matrix == _BT601 else clip.matrix,
        dst_color_range=ColorRange.JPEG if clip.full_range else ColorRange.MPEG,
        interpolation=_interpolation(),
    )


def _rgb_format(clip: Clip) -> str:
    return "rgb24" if clip.depth <= 8 else "rgb48le"


def _interpolation() -> int:
    """Flags of swscale: bicubic interpolation of chroma, and exact rounding."""
    from av.video.reformatter import Interpolation

    return (
        Interpolation.BICUBIC
        | Interpolation.ACCURATE_RND
        | Interpolation.FULL_CHR_H_INT
        | Interpolation.FULL_CHR_H_INP
    )
