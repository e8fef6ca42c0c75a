"""MS-SSIM: structural similarity at several resolutions."""

import torch
import torch.nn.functional as F
from torch import Tensor

from srrescgan.metrics.image_metric import ImageMetric
from srrescgan.metrics.ssim import SIGMA, WINDOW, gaussian, similarity

_EXPONENTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)  # finest scale first, section 3.2
_SMALLEST = WINDOW * 2 ** (len(_EXPONENTS) - 1)


class MSSSIM(ImageMetric):
    """Multi-scale structural similarity (Wang, Simoncelli, Bovik, Asilomar 2003), equation 7.

    Five scales; between them the image is averaged over 2x2 pixels, with an odd edge repeated, as
    in the authors' MATLAB code. The score is the product of the mean contrast-structure of the four
    finer scales and the mean SSIM of the coarsest; a negative mean counts as 0, as usual, since its
    power is not real. Always with the Gaussian 11x11 window, valid region, channel by channel, mean
    over channels. torchmetrics pads at the coarsest scale and averages channels before multiplying,
    and therefore gives slightly different values with the same exponents.

    Args:
        protocol: how images are prepared.

    Shape:
        - sr, hr: ``(B, 3, H, W)``, RGB in [0, 1], at least 176 pixels a side inside the border.
        - Output: ``(B,)`` float64, one value per image in [0, 1]; 1 for identical images.

    Raises:
        DataError: on call, for images too small for five scales, and as in
            :meth:`ImageMetric.__call__`.
    """

    higher_is_better = True
    decimals = 4
    description = (
        "MS-SSIM, 5 scales, Gaussian 11x11 window, valid region, product of mean factors, "
        "mean over channels"
    )

    def score(self, *pictures: Tensor) -> Tensor:
        """Score one image."""
        sr, hr = pictures
        self.protocol.require(sr, _SMALLEST, "MS-SSIM")
        weights = gaussian(WINDOW, SIGMA)
        product = sr.new_ones(sr.shape[1])
        for scale, exponent in enumerate(_EXPONENTS, start=1):
            factors = []
            for first, second in zip(sr[0], hr[0], strict=True):
                luminance, structure = similarity(first, second, weights)
                coarsest = scale == len(_EXPONENTS)
                factors.append((luminance * structure if coarsest else structure).mean())
            product = product * torch.stack(factors).clamp(min=0) ** exponent
            sr, hr = _halve(sr), _halve(hr)
        return product.mean()


def _halve(image: Tensor) -> Tensor:
    height, width = image.shape[-2:]
    return F.avg_pool2d(F.pad(image, (0, width % 2, 0, height % 2), mode="replicate"), 2)
