"""Upscaling of pictures with any channels: grey or color, opaque or transparent."""

import torch
from torch import Tensor

from srrescgan.images import Photo
from srrescgan.inference.pixel_types import WHITE, quantize, to_float
from srrescgan.inference.predictor import PredictionInfo, Predictor
from srrescgan.inference.sinks import BandSink, OnProgress, no_progress
from srrescgan.ops.transparency import fill_transparent, upsample_rows

KINDS = {1: "grey", 2: "grey and alpha", 3: "RGB", 4: "RGB and alpha"}
"""Meaning of the channels, by their number."""


def upscale_channels(
    predictor: Predictor,
    picture: Tensor,
    sink: BandSink,
    on_progress: OnProgress = no_progress,
) -> PredictionInfo:
    """Super-resolve a picture; the result has the same channels.

    The network takes RGB. A grey picture is given to it as three equal channels, and the mean of
    the output is kept. A transparent picture is laid over its own colors
    (:func:`~srrescgan.ops.transparency.fill_transparent`), and its alpha is enlarged bilinearly, as
    the network enlarges before it subtracts its residual. An opaque alpha costs nothing.

    Args:
        predictor: applies the network.
        picture: uint8, uint16, or float32 in [0, 1]; straight color, not premultiplied.
        sink: takes bands with as many channels as the picture.
        on_progress: called with the share of the work that is done.

    Returns:
        What the projection did with the residual.

    Raises:
        ValueError: the picture is too small for the network.

    Shape:
        - picture: ``(C, h, w)``, C as in :data:`KINDS`.
        - Bands: ``(C, n, scale * w)``; together they have ``scale * h`` rows.
    """
    has_alpha = len(picture) in (2, 4)
    color, alpha = picture[:-1] if has_alpha else picture, None
    if has_alpha and not is_opaque(picture[-1]):
        alpha = to_float(picture[-1])
        color = quantize(fill_transparent(to_float(color), alpha), torch.uint16)
    channels = _ChannelSink(sink, len(color) == 1, has_alpha, alpha, predictor.scale)
    return predictor.stream(color.expand(3, -1, -1), channels, on_progress)


class _ChannelSink:
    """Takes RGB bands; writes bands with the channels of the picture."""

    def __init__(
        self, sink: BandSink, is_grey: bool, has_alpha: bool, alpha: Tensor | None, scale: int
    ) -> None:
        self.sink = sink
        self.is_grey, self.has_alpha, self.alpha = is_grey, has_alpha, alpha
        self.scale = scale
        self.row = 0

    def write(self, band: Tensor) -> None:
        stop = self.row + band.shape[1]
        parts = [band.mean(dim=0, keepdim=True) if self.is_grey else band]
        if self.alpha is not None:
            parts.append(upsample_rows(self.alpha, self.scale, self.row, stop)[None])
        elif self.has_alpha:
            parts.append(torch.ones_like(band[:1]))
        self.sink.write(torch.cat(parts))
        self.row = stop

    def restart(self) -> None:
        self.row = 0
        self.sink.restart()


def channels_of(photo: Photo) -> Tensor:
    """All channels of a photo, ``(C, h, w)``, uint8 or uint16."""
    color = torch.from_numpy(photo.pixels).permute(2, 0, 1)
    if photo.alpha is None:
        return color
    return torch.cat([color, torch.from_numpy(photo.alpha)[None]])


def is_opaque(alpha: Tensor) -> bool:
    """Whether every pixel of an alpha channel is fully opaque."""
    return bool((alpha == WHITE.get(alpha.dtype, 1)).all())
