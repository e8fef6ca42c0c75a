import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter

from srrescgan.degradations import GaussianBlur
from srrescgan.types import Degradation


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.6])
@pytest.mark.parametrize("size", [(1, 1), (2, 3), (5, 24), (31, 40)])
def test_equals_scipys_gaussian_with_mirrored_borders(sigma, size):
    picture = torch.rand(2, 3, *size, dtype=torch.float64)
    expected = gaussian_filter(picture.numpy(), sigma, axes=(2, 3), mode="mirror", truncate=4)
    result = GaussianBlur(sigma)(picture, [0, 1])
    np.testing.assert_allclose(result.numpy(), expected, rtol=0, atol=1e-12)


def test_no_blur_changes_nothing():
    picture = torch.rand(1, 3, 9, 7)
    blur = GaussianBlur(sigma=0.0)
    assert isinstance(blur, Degradation)
    assert torch.equal(blur(picture, [0]), picture)


def test_sigma_is_in_pixels():
    point = torch.zeros(1, 1, 41, 41, dtype=torch.float64)
    point[..., 20, 20] = 1
    profile = GaussianBlur(2.0)(point, [0])[0, 0].sum(dim=0)
    variance = (profile * (torch.arange(41) - 20) ** 2).sum()
    # The variance of a sampled Gaussian; what lies beyond 4 sigma would add 0.1 %.
    assert variance.item() == pytest.approx(4, rel=2e-3)


def test_samples_are_independent_and_autocast_does_not_reach_in():
    pictures = torch.rand(3, 3, 20, 30)
    blur = GaussianBlur(1.5)
    together = blur(pictures, [0, 1, 2])
    assert torch.equal(torch.cat([blur(picture[None], [7]) for picture in pictures]), together)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(blur(pictures, [0, 1, 2]), together)


def test_a_negative_sigma_is_refused():
    with pytest.raises(ValueError, match="at least 0"):
        GaussianBlur(-1)
