"""One picture of any kind, enlarged: grey or color, transparent or not, of whatever depth."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import torch
from torch import Tensor

from srrescgan.images import Photo
from srrescgan.inference.predictor import Outcome, Predictor
from srrescgan.inference.tiling import Canvas, to_float
from srrescgan.ops.transparency import enlarged_rows, over_own_color

KINDS = {1: "grey", 2: "grey and alpha", 3: "RGB", 4: "RGB and alpha"}
"""What the channels of a picture are, by their number."""
_LARGEST = {torch.uint8: 255, torch.uint16: 65535}


def enlarge(
    predictor: Predictor,
    picture: Tensor,
    canvas: Canvas,
    tell: Callable[[float], None] = lambda share: None,
) -> Outcome:
    """Super-resolve a picture; what comes out has the channels of what went in.

    The network sees RGB. Grey is given to it three times, and the mean of what it returns is kept.
    A transparent picture is laid over its own colors
    (:func:`~srrescgan.ops.transparency.over_own_color`), and its alpha is enlarged bilinearly, as
    the network enlarges before it subtracts its residual. Where all is opaque, that costs nothing.

    Args:
        predictor: the network at work.
        picture: uint8, uint16, or float32 in [0, 1]; color is straight, not premultiplied.
        canvas: where the bands go, which have as many channels as the picture.
        tell: as in :meth:`Predictor.stream`.

    Returns:
        What the projection did with the residual.

    Raises:
        ValueError: too small for the network.

    Shape:
        - picture: ``(C, h, w)``, C as in :data:`KINDS`.
        - Bands: ``(C, n, scale * w)``; together they have ``scale * h`` rows.
    """
    has_alpha = len(picture) in (2, 4)
    color, alpha = picture[:-1] if has_alpha else picture, None
    if has_alpha and not is_opaque(picture[-1]):
        alpha = to_float(picture[-1])
        color = quantize(over_own_color(to_float(color), alpha), torch.uint16)

    @contextmanager
    def rgb_canvas() -> Iterator[Callable[[Tensor], None]]:
        start = 0
        with canvas() as write:

            def write_band(band: Tensor) -> None:
                nonlocal start
                stop = start + band.shape[1]
                parts = [band.mean(dim=0, keepdim=True) if len(color) == 1 else band]
                if alpha is not None:
                    parts.append(enlarged_rows(alpha, predictor.scale, start, stop)[None])
                elif has_alpha:
                    parts.append(torch.ones_like(band[:1]))
                write(torch.cat(parts))
                start = stop

            yield write_band

    return predictor.stream(color.expand(3, -1, -1), rgb_canvas, tell)


def channels_of(photo: Photo) -> Tensor:
    """All channels of a photo, ``(C, h, w)``, uint8 or uint16."""
    color = torch.from_numpy(photo.pixels).permute(2, 0, 1)
    if photo.alpha is None:
        return color
    return torch.cat([color, torch.from_numpy(photo.alpha)[None]])


def is_opaque(alpha: Tensor) -> bool:
    """Whether no pixel of an alpha channel lets anything through."""
    return bool((alpha == _LARGEST.get(alpha.dtype, 1)).all())


def quantize(image: Tensor, dtype: torch.dtype) -> Tensor:
    """Convert float32 in [0, 1] to ``dtype``; clamps, rounds halves to even."""
    if dtype not in _LARGEST:
        return image.to(dtype)
    largest = _LARGEST[dtype]
    return (image * largest).round().clamp(0, largest).to(dtype)


class InMemorySink:
    """Puts the bands of a picture together; :meth:`begin` is a canvas for ``Predictor.stream``.

    Args:
        lr: the picture that will be enlarged, ``(C, h, w)``.
        scale: by how much.
    """

    def __init__(self, lr: Tensor, scale: int) -> None:
        channels, height, width = lr.shape
        self.pixels = torch.empty(channels, scale * height, scale * width, dtype=lr.dtype)
        """``(C, scale h, scale w)``, of the type of ``lr``."""

    @contextmanager
    def begin(self) -> Iterator[Callable[[Tensor], None]]:
        """Start at the top; begun anew, it covers what was there."""
        start = 0

        def write(band: Tensor) -> None:
            nonlocal start
            stop = start + band.shape[1]
            self.pixels[:, start:stop] = quantize(band, self.pixels.dtype)
            start = stop

        yield write
