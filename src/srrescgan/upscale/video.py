"""From a video file to a larger video file."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from srrescgan.errors import DataError
from srrescgan.inference.predictor import Predictor
from srrescgan.upscale.channels import InMemorySink
from srrescgan.upscale.flat_pictures import came_out_bilinear
from srrescgan.videos import Encoding, read_through, rewrite


@dataclass(frozen=True)
class VideoOutcome:
    """What became of a video."""

    frames: int
    bilinear: int
    """Frames so flat that next to nothing was done to them beyond bilinear enlargement."""
    remarks: tuple[str, ...]
    """What was lost on the way, each as a sentence."""


def upscale_video(
    predictor: Predictor,
    source: Path,
    target: Path,
    encoding: Encoding,
    tell: Callable[[float], None] = lambda share: None,
) -> VideoOutcome:
    """Upscale one video; ``target`` is whole in the end, or as it was.

    Every picture is enlarged for itself; sound, subtitles, timestamps and the rest are kept as
    :func:`srrescgan.videos.rewrite` says. The source is decoded once beforehand, so that damage
    shows in minutes. Memory is that of a few pictures.

    Args:
        predictor: the network at work.
        source: video to read.
        target: file to write; :func:`srrescgan.videos.output_suffix` says its suffix.
        encoding: how to write it.
        tell: told what share of the frames is done.

    Raises:
        ConfigError: the extra ``video`` is not installed, or the encoding does not fit.
        DataError: the video cannot be read to its end or is too small for the network, a picture
            does not fit into memory, or the target cannot be written.
    """
    clip = read_through(source)
    bilinear = 0

    def enlarge(frame: np.ndarray) -> np.ndarray:
        nonlocal bilinear
        lr = torch.from_numpy(frame).permute(2, 0, 1)
        sheet = InMemorySink(lr, predictor.scale)
        bilinear += came_out_bilinear(predictor.stream(lr, sheet.begin))
        return np.ascontiguousarray(sheet.pixels.permute(1, 2, 0).numpy())

    try:
        remarks = rewrite(
            clip,
            target,
            enlarge,
            predictor.scale,
            encoding,
            progress=lambda done: tell(done / clip.frames),
        )
    except ValueError as error:  # too small for the network
        raise DataError(f"{source}: {error}") from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        size = f"{clip.width} x {clip.height}"
        raise DataError(f"{source}: pictures of {size} pixels do not fit into memory") from error
    return VideoOutcome(clip.frames, bilinear, (*clip.remarks, *remarks))
