"""Upscaling of one video file."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from srrescgan.errors import DataError
from srrescgan.inference.predictor import Predictor
from srrescgan.inference.sinks import InMemorySink, OnProgress, no_progress
from srrescgan.inference.tile_plan import Approximation
from srrescgan.upscale.flat_pictures import is_bilinear
from srrescgan.videos import Encoding, read_through, rewrite


@dataclass(frozen=True)
class UpscaledVideo:
    """Facts about an upscaled video, for the user."""

    frames: int
    bilinear: int
    """Frames so flat that the result is hardly more than their bilinear enlargement."""
    remarks: tuple[str, ...]
    """Sentences about properties that could not be kept."""
    approximation: Approximation | None
    """How far its tiles may be from frames computed whole; ``None``: they equal them."""


def upscale_video(
    predictor: Predictor,
    source: Path,
    target: Path,
    encoding: Encoding,
    on_progress: OnProgress = no_progress,
) -> UpscaledVideo:
    """Upscale one video; ``target`` is either complete in the end or unchanged.

    Every frame is upscaled on its own; sound, subtitles, timestamps and the rest are kept as
    :func:`srrescgan.videos.rewrite` says. The source is decoded once before, so that damage shows
    in minutes. Memory is that of a few frames.

    Args:
        predictor: applies the network.
        source: video to read.
        target: file to write; :func:`srrescgan.videos.output_suffix` gives its suffix.
        encoding: how to write it.
        on_progress: called with the share of the frames that is done.

    Raises:
        ConfigError: the extra ``video`` is not installed, or the encoding does not fit.
        DataError: the video cannot be read to its end or is too small for the network, a frame
            does not fit into memory, or the target cannot be written.
    """
    clip = read_through(source)
    bilinear = 0
    approximation: Approximation | None = None

    def upscale_frame(frame: np.ndarray) -> np.ndarray:
        nonlocal bilinear, approximation
        lr = torch.from_numpy(frame).permute(2, 0, 1)
        sink = InMemorySink(lr, predictor.scale)
        info = predictor.stream(lr, sink)
        bilinear += is_bilinear(info)
        approximation = info.approximation or approximation
        return np.ascontiguousarray(sink.image.permute(1, 2, 0).numpy())

    try:
        remarks = rewrite(
            clip,
            target,
            upscale_frame,
            predictor.scale,
            encoding,
            progress=lambda done: on_progress(done / clip.frames),
        )
    except ValueError as error:  # too small for the network
        raise DataError(f"{source}: {error}") from error
    except (MemoryError, torch.OutOfMemoryError) as error:
        size = f"{clip.width} x {clip.height}"
        raise DataError(f"{source}: frames of {size} pixels do not fit into memory") from error
    return UpscaledVideo(clip.frames, bilinear, (*clip.remarks, *remarks), approximation)
