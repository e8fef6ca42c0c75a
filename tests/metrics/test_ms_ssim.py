import numpy as np
import pytest
import torch
from scipy import ndimage
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import (
    multiscale_structural_similarity_index_measure as torchmetrics_ms_ssim,
)

from srrescgan.errors import DataError
from srrescgan.metrics import MSSSIM, Protocol
from srrescgan.metrics.ms_ssim import _halve
from srrescgan.ops.color import rgb_to_y


def noisy(height, width):
    hr = torch.nn.functional.interpolate(torch.rand(1, 3, height // 8, width // 8), scale_factor=8)
    sr = (hr + 0.1 * torch.randn_like(hr)).clamp(0, 1)
    return (255 * sr).round() / 255, (255 * hr).round() / 255


def coarsest(image):
    image = torch.nn.functional.avg_pool2d(image, 16)
    return image[0].movedim(0, -1).numpy()


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_the_factors_equal_torchmetrics_and_scikit_image(channel):
    sr, hr = (image.double() for image in noisy(192, 208))
    value = MSSSIM(Protocol(channel))(sr, hr).item()
    pair = [rgb_to_y(image) for image in (sr, hr)] if channel == "y" else [sr, hr]
    expected = []
    for channels in zip(*(image.split(1, dim=1) for image in pair), strict=True):
        # torchmetrics pads at the coarsest scale: leave that out, and take it from scikit-image.
        finer = torchmetrics_ms_ssim(
            *channels, data_range=1.0, betas=(0.0448, 0.2856, 0.3001, 0.2363, 0.0)
        )
        last = structural_similarity(
            *(coarsest(image) for image in channels),
            gaussian_weights=True,
            sigma=1.5,
            use_sample_covariance=False,
            data_range=1.0,
            channel_axis=-1,
        )
        expected.append(finer.item() * last**0.1333)
    # torchmetrics keeps its exponents in float32.
    assert value == pytest.approx(np.mean(expected), abs=1e-7)
    assert 0.5 < value < 0.99


def test_published_package():
    y, x = torch.meshgrid(torch.arange(176.0), torch.arange(208.0), indexing="ij")
    hr = torch.stack([(x * y) % 256, (x + 2 * y) % 256, (7 * x) % 200])[None]
    sr = (hr + (3 * x * x + 5 * y) % 41 - 20).clamp(0, 255)
    # pytorch-msssim 1.0.0: ms_ssim(sr.double(), hr.double(), data_range=255).
    assert MSSSIM(Protocol())(sr / 255, hr / 255).item() == pytest.approx(0.9510153, abs=1e-6)


@pytest.mark.parametrize("size", [(11, 14), (12, 9), (10, 8)])
def test_halves_as_matlab(size):
    # imfilter(image, ones(2) / 4, 'symmetric') and (1:2:end, 1:2:end), whose window begins at the
    # pixel; scipy's reflect repeats the edge.
    image = torch.rand(1, 1, *size, dtype=torch.float64)
    mean = ndimage.correlate(image[0, 0].numpy(), np.full((2, 2), 0.25), mode="reflect", origin=-1)
    assert np.allclose(_halve(image)[0, 0].numpy(), mean[::2, ::2], rtol=0, atol=1e-14)


def test_identical_images_score_one_and_opposite_ones_nothing():
    hr = torch.rand(1, 3, 180, 180)
    metric = MSSSIM(Protocol())
    assert metric(hr, hr).item() == pytest.approx(1, abs=1e-12)
    assert metric(1 - hr, hr).item() == 0  # a negative correlation has no real power


def test_smallest_image():
    metric = MSSSIM(Protocol(border=2))
    fits = torch.rand(1, 3, 180, 180)
    assert torch.isfinite(metric(fits, fits)).all()
    with pytest.raises(DataError, match=r"MS-SSIM needs 176x176 .* of 2, there are 175x196"):
        metric(torch.rand(1, 3, 179, 200), torch.rand(1, 3, 179, 200))
