"""Alignment of an lr picture with its hr picture, to a fraction of a pixel.

lr is compared with the bicubically downscaled hr (:func:`srrescgan.ops.resize.imresize`, which has
the pixel centers that the field uses) in five windows, the four corners and the center, by
``skimage.registration.phase_cross_correlation`` (Guizar-Sicairos, Thurman, Fienup, Optics Letters
33, 2008). Phase normalization is off, because it would give noise the same weight as edges. The
shift is the median over the windows. The stretch is how far the windows drift apart from the
center: a downscale with aligned corners is right in the middle and wrong at the edges.
"""

from dataclasses import dataclass

import numpy as np
import torch
from skimage.registration import phase_cross_correlation

from srrescgan.ops.color import rgb_to_y
from srrescgan.ops.resize import imresize

WINDOW = 128
"""Largest side of a window, lr pixels."""
_SMALLEST = 24
"""Smallest side of a window, lr pixels, unless the picture is smaller."""
_STEPS = 50
"""Resolution of the measurement, steps per pixel."""
_MAX_ERROR = 0.6
"""Registration error, sqrt(1 - correlation^2), up to which a window counts."""
_MAX_SPREAD = 0.1
"""Largest spread of the windows, lr pixels, up to which a measurement counts."""
_CONTRAST = 0.5 / 255
"""Standard deviation of a faded window below which there is not enough content to register."""
_FILTER_RADIUS = 3
"""Radius of the downscaling filter, lr pixels."""


@dataclass(frozen=True)
class Alignment:
    """Displacement of an lr picture against its hr picture, in lr pixels.

    Args:
        windows: number of windows that could be measured, of five.
        down: how far the lr picture lies too low; negative for too high.
        right: how far it lies too far to the right; negative for the left.
        stretch: how far its edges lie too far outside; negative for inside.
        error: registration error of the best window, 0 (equal up to a factor) to 1 (unrelated); 1
            if no window has enough contrast.
        spread: median residual of the fit, lr pixels.
    """

    windows: int
    down: float
    right: float
    stretch: float
    error: float
    spread: float

    @property
    def measured(self) -> bool:
        """Whether most windows could be measured and agree."""
        return self.windows >= 3 and self.spread <= _MAX_SPREAD


def align(hr: np.ndarray, lr: np.ndarray, scale: int) -> Alignment:
    """Measure the displacement of ``lr`` against ``hr``.

    Shape:
        - hr: ``(H, W, 3)`` uint8; rows and columns beyond a multiple of ``scale`` are ignored.
        - lr: ``(H // scale, W // scale, 3)`` uint8.
    """
    windows = _windows(*lr.shape[:2])
    registered = [_register(hr, lr, scale, window) for window in windows]
    trusted = [index for index, (_, error) in enumerate(registered) if error <= _MAX_ERROR]
    best = min(error for _, error in registered)
    if not trusted:
        return Alignment(0, 0.0, 0.0, 0.0, best, 0.0)
    shifts = np.array([registered[index][0] for index in trusted])
    offsets = np.array([windows[index].offset(*lr.shape[:2]) for index in trusted])
    down, right = np.median(shifts, axis=0)
    # Least-squares slope of the shift over the distance from the middle.
    stretch = (offsets * shifts).sum() / max((offsets**2).sum(), 1e-9)
    residual = shifts - (down, right) - stretch * offsets
    spread = float(np.median(np.abs(residual), axis=0).max())
    return Alignment(len(trusted), float(down), float(right), float(stretch), best, spread)


@dataclass(frozen=True)
class _Window:
    top: int
    left: int
    height: int
    width: int

    def offset(self, height: int, width: int) -> tuple[float, float]:
        """Distance of the window's center from the picture's, -1 to 1, vertical first."""
        return (
            (2 * self.top + self.height - height) / height,
            (2 * self.left + self.width - width) / width,
        )


def _windows(height: int, width: int) -> list[_Window]:
    h, w = (min(side, WINDOW, max(side // 2, _SMALLEST)) for side in (height, width))
    bottom, right = height - h, width - w
    corners = [(0, 0), (0, right), (bottom, 0), (bottom, right)]
    return [_Window(*place, h, w) for place in [*corners, (bottom // 2, right // 2)]]


def _register(
    hr: np.ndarray, lr: np.ndarray, scale: int, window: _Window
) -> tuple[tuple[float, float], float]:
    """Shift ``(down, right)`` of a window, and the registration error."""
    top_margin, left_margin = min(_FILTER_RADIUS, window.top), min(_FILTER_RADIUS, window.left)
    region = hr[
        (window.top - top_margin) * scale : (window.top + window.height + _FILTER_RADIUS) * scale,
        (window.left - left_margin) * scale : (window.left + window.width + _FILTER_RADIUS) * scale,
    ]
    region = region[: region.shape[0] // scale * scale, : region.shape[1] // scale * scale]
    downscaled = imresize(_luma(region), 1 / scale)[0, 0].numpy()
    expected = _fade(
        downscaled[
            top_margin : top_margin + window.height, left_margin : left_margin + window.width
        ]
    )
    place = np.s_[window.top : window.top + window.height, window.left : window.left + window.width]
    actual = _fade(_luma(lr[place])[0, 0].numpy())
    if min(expected.std(), actual.std()) < _CONTRAST:
        return (0.0, 0.0), 1.0
    shift, error, _ = phase_cross_correlation(
        actual, expected, upsample_factor=_STEPS, normalization=None
    )
    return (float(shift[0]), float(shift[1])), float(error)


def _luma(pixels: np.ndarray) -> torch.Tensor:
    # A copy, because a packed picture is a read-only view.
    image = torch.from_numpy(pixels.astype(np.float32) / 255)
    return rgb_to_y(image.permute(2, 0, 1)[None])


def _fade(window: np.ndarray) -> np.ndarray:
    """Subtract the mean and fade out towards the edges, where content enters and leaves."""
    weight = np.outer(*(np.hanning(side + 2)[1:-1] for side in window.shape))
    return (window - window.mean()) * weight
