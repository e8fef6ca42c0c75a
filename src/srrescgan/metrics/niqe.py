"""How natural a picture looks, without ground truth."""

import torch
import torch.nn.functional as F
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.niqe_model import pristine_model
from srrescgan.metrics.protocol import Protocol
from srrescgan.metrics.ssim import gaussian, window_mean
from srrescgan.ops.resize import imresize

_BLOCK = 96
"""Side of a block in pixels, at full size."""

_WINDOW = 7  # pixels
_SIGMA = 7 / 6  # pixels
_GRAY = (0.298936021293775, 0.587043074451121, 0.114020904255103)
"""Weights of MATLAB's ``rgb2gray``: the first row of its RGB to YIQ matrix."""

_ROUNDING = 1e-9
"""Contrasts up to this are none: ten thousand times the rounding errors of float64."""

_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))


class NIQE(ImageMetric):
    """Naturalness (Mittal, Soundararajan, Bovik, IEEE SPL 2013): lower is better, 2 to 5 is good.

    The distance between Gaussian models of local statistics: that of pristine photos, and that of
    this picture's blocks of 96x96 pixels. As the authors' MATLAB release computes it: blocks beyond
    the last whole one are cut off, no selection by sharpness, second scale by ``imresize``.

    The protocol's channel decides what is looked at: ``rgb`` is the release's ``rgb2gray``, ``y``
    the BT.601 luma that PIRM 2018 and BasicSR take; they differ in the second digit. Grey values
    are rounded to 8 bit as in MATLAB, unless the protocol quantises nothing. Its border applies.

    Args:
        protocol: how images are prepared.
        params: file of the pristine model, .mat or .npz, see
            :func:`srrescgan.metrics.niqe_model.pristine_model`; ``None``: the authors' own, from an
            installed package. With another file, numbers are not comparable with published ones.

    Shape:
        - sr: ``(B, 3, H, W)``, RGB in [0, 1], inside the border at least 96x192 or 192x96.
        - Output: ``(B,)`` float64, at least 0. Nothing special for two identical images: it sees
          one.

    Raises:
        BackboneUnavailableError: ``params`` is ``None`` and no package brings the model.
        DataError: on call, for smaller images, for pictures that are flat in all but one block, and
            as :meth:`ImageMetric.__call__`.
        WeightsError: the ``params`` file is not a pristine model.
    """

    higher_is_better = False
    reference = None
    decimals = 3

    def __init__(self, protocol: Protocol, params: str | None = None) -> None:
        super().__init__(protocol)
        self.model = pristine_model(params)
        gray = "MATLAB rgb2gray" if protocol.channel == "rgb" else "BT.601 luma"
        self.what = f"NIQE, {gray}, 96x96 blocks, {self.model.name}"

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        gray = self._gray(pictures[0])
        self.protocol.require(gray, _BLOCK, "NIQE")
        rows, columns = (side // _BLOCK for side in gray.shape[-2:])
        if rows * columns < 2:
            raise DataError(
                f"NIQE compares blocks of {_BLOCK}x{_BLOCK} pixels and needs at least two inside "
                f"the border of {self.protocol.border}; there are "
                f"{gray.shape[-2]}x{gray.shape[-1]} pixels"
            )
        gray = gray[..., : rows * _BLOCK, : columns * _BLOCK]
        half = imresize(gray, 0.5)
        features = torch.cat(
            [_block_features(gray, _BLOCK), _block_features(half, _BLOCK // 2)], dim=1
        )
        return self._distance(features.cpu()).to(features.device)

    def _gray(self, prepared: Tensor) -> Tensor:
        """``(1, 1, H, W)`` in [0, 255]."""
        gray = 255 * prepared
        if self.protocol.channel == "rgb":
            gray = (gray * gray.new_tensor(_GRAY).view(3, 1, 1)).sum(dim=1, keepdim=True)
        # MATLAB rounds halves away from zero.
        return gray if self.protocol.rounding == "none" else (gray + 0.5).floor()

    def _distance(self, features: Tensor) -> Tensor:
        """Equation 10."""
        # A flat block has no distribution. As nanmean and nancov of the release: what a block does
        # have goes into the mean, and whole blocks only into the covariance.
        whole = features[torch.isfinite(features).all(dim=1)]
        if len(whole) < 2:
            raise DataError(
                "NIQE is not defined for a picture that is flat in all but one of its blocks of "
                f"{_BLOCK}x{_BLOCK} pixels"
            )
        mean = features.where(torch.isfinite(features), torch.nan).nanmean(dim=0)
        pooled = (self.model.covariance + torch.cov(whole.T)) / 2
        difference = self.model.mean - mean
        return (difference @ torch.linalg.pinv(pooled) @ difference).sqrt()


def _block_features(gray: Tensor, side: int) -> Tensor:
    """The 18 features of each block at one scale, ``(blocks, 18)``."""
    padded = F.pad(gray, (_WINDOW // 2,) * 4, mode="replicate")
    weights = gaussian(_WINDOW, _SIGMA)
    mean = window_mean(padded, weights)
    deviation = (window_mean(padded * padded, weights) - mean * mean).abs().sqrt()
    normalised = (gray - mean) / (deviation + 1)  # equation 1, on the scale of 0 to 255
    # Where a picture is flat only rounding is left, and its sign would decide the moments of each
    # side of zero (by 0.3 in a picture that is flat in an eighth). It is on no side here.
    normalised = normalised.where(normalised.abs() > _ROUNDING, 0)
    blocks = F.unfold(normalised, side, stride=side)[0].T.reshape(-1, side, side)
    shape, left, right = _fit(blocks)
    features = [shape, (left + right) / 2]
    for shift in _NEIGHBOURS:
        shape, left, right = _fit(blocks * blocks.roll(shift, dims=(1, 2)))
        ratio = (torch.lgamma(2 / shape) - torch.lgamma(1 / shape)).exp()
        features += [shape, (right - left) * ratio, left, right]  # equation 8
    return torch.stack(features, dim=1)


def _fit(blocks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Asymmetric generalised Gaussian of each block by moments: shape, left and right scale.

    Shapes are those of the release's table, 0.2 to 10 in steps of 0.001; a scale is NaN if a
    block has no value on that side.
    """
    values = blocks.flatten(1)
    square = values * values
    left, right = (
        ((square * side).sum(dim=1) / side.sum(dim=1)).sqrt() for side in (values < 0, values > 0)
    )
    quotient = left / right
    ratio = values.abs().mean(dim=1) ** 2 / square.mean(dim=1)
    ratio = ratio * (quotient**3 + 1) * (quotient + 1) / (quotient**2 + 1) ** 2
    shapes = torch.arange(200, 10001, dtype=torch.float64, device=blocks.device) / 1000
    table = (
        2 * torch.lgamma(2 / shapes) - torch.lgamma(1 / shapes) - torch.lgamma(3 / shapes)
    ).exp()
    # The nearest entry of the rising table, the lower one of two equally near; without a ratio the
    # first, as in MATLAB.
    above = torch.searchsorted(table, ratio.nan_to_num_(0)).clamp(1, len(table) - 1)
    nearer = (ratio - table[above - 1]) <= (table[above] - ratio)
    shape = shapes[torch.where(nearer, above - 1, above)]
    spread = (0.5 * (torch.lgamma(1 / shape) - torch.lgamma(3 / shape))).exp()
    return shape, left * spread, right * spread
