"""NIQE: naturalness without a reference."""

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
"""Smaller contrasts count as zero: ten thousand times the rounding errors of float64."""

_NEIGHBORS = ((0, 1), (1, 0), (1, 1), (1, -1))


class NIQE(ImageMetric):
    """NIQE (Mittal, Soundararajan, Bovik, IEEE SPL 2013): lower is better, 2 to 5 is good.

    The distance between two Gaussian models of local statistics: that of pristine photos, and that
    of the image's blocks of 96x96 pixels. Like the authors' MATLAB release: incomplete blocks are
    cropped, blocks are not selected by sharpness, and the second scale is made by ``imresize``.

    The protocol's channel chooses the gray values: ``rgb`` is the release's ``rgb2gray``, ``y`` the
    BT.601 luma of PIRM 2018 and BasicSR; the scores differ in the second digit. Gray values are
    rounded to 8 bits as in MATLAB, unless the protocol does not quantize. Its border applies.

    Args:
        protocol: how images are prepared.
        params: file of the pristine model, .mat or .npz, see
            :func:`srrescgan.metrics.niqe_model.pristine_model`; ``None``: the authors' model, from
            an installed package. With another file, scores are not comparable with published ones.

    Shape:
        - sr: ``(B, 3, H, W)``, RGB in [0, 1], inside the border at least 96x192 or 192x96.
        - Output: ``(B,)`` float64, at least 0.

    Raises:
        BackboneUnavailableError: ``params`` is ``None`` and no installed package has the model.
        DataError: on call, for smaller images, for images that are flat in all but one block, and
            as in :meth:`ImageMetric.__call__`.
        WeightsError: the ``params`` file is not a pristine model.
    """

    higher_is_better = False
    reference = None
    decimals = 3
    description = "NIQE, 96x96 blocks"

    def __init__(self, protocol: Protocol, params: str | None = None) -> None:
        super().__init__(protocol)
        self.model = pristine_model(params)
        gray = "MATLAB rgb2gray" if protocol.channel == "rgb" else "BT.601 luma"
        self.description = f"NIQE, {gray}, 96x96 blocks, {self.model.name}"

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
        # Some features of a flat block are NaN. As nanmean and nancov of the release: the mean
        # uses all valid features, the covariance only blocks whose features are all valid.
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
    normalized = (gray - mean) / (deviation + 1)  # equation 1, on the scale of 0 to 255
    # In flat areas only rounding errors are left, and their signs would change the moments of both
    # sides (the score by 0.3 in an image that is one eighth flat). They count for neither side.
    normalized = normalized.where(normalized.abs() > _ROUNDING, 0)
    blocks = F.unfold(normalized, side, stride=side)[0].T.reshape(-1, side, side)
    shape, left, right = _fit(blocks)
    features = [shape, (left + right) / 2]
    for shift in _NEIGHBORS:
        shape, left, right = _fit(blocks * blocks.roll(shift, dims=(1, 2)))
        ratio = (torch.lgamma(2 / shape) - torch.lgamma(1 / shape)).exp()
        features += [shape, (right - left) * ratio, left, right]  # equation 8
    return torch.stack(features, dim=1)


def _fit(blocks: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    """Fit an asymmetric generalized Gaussian to each block: shape, left and right scale.

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
    # The nearest entry of the increasing table, the lower one of two equally near; the first one if
    # the ratio is NaN, as in MATLAB.
    above = torch.searchsorted(table, ratio.nan_to_num_(0)).clamp(1, len(table) - 1)
    nearer = (ratio - table[above - 1]) <= (table[above] - ratio)
    shape = shapes[torch.where(nearer, above - 1, above)]
    spread = (0.5 * (torch.lgamma(1 / shape) - torch.lgamma(3 / shape))).exp()
    return shape, left * spread, right * spread
