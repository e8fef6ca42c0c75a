"""Blur kernels against their formulas and moments, and filtering against SciPy."""

import math

import numpy as np
import pytest
import torch
from kornia.filters import get_gaussian_kernel2d
from scipy.ndimage import correlate

from srrescgan.ops.kernels import filter_image, gaussian_kernel, plateau_kernel, sinc_kernel


def _covariance(kernel: torch.Tensor) -> np.ndarray:
    weights = kernel.double().numpy()
    y, x = np.mgrid[: len(weights), : len(weights)] - len(weights) // 2
    means = (weights * x).sum(), (weights * y).sum()
    x, y = x - means[0], y - means[1]
    return np.array([[(weights * a * b).sum() for a in (x, y)] for b in (x, y)])


def test_the_gaussian_is_that_of_kornia_and_turns_by_its_angle() -> None:
    expected = get_gaussian_kernel2d((13, 13), (1.0, 2.0), dtype=torch.float64)[0].float()
    torch.testing.assert_close(gaussian_kernel(13, (2.0, 1.0)), expected)
    angle = 0.6
    turn = np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    expected = turn @ np.diag([9.0, 2.25]) @ turn.T
    measured = _covariance(gaussian_kernel(41, (3.0, 1.5), angle))
    np.testing.assert_allclose(measured, expected, atol=1e-3)


def test_the_shift_moves_the_center_right_and_down() -> None:
    kernel = gaussian_kernel(25, (1.5, 1.5), shift=1.5).double()
    axis = torch.arange(-12, 13)
    assert (kernel.sum(0) * axis).sum().item() == pytest.approx(1.5, abs=1e-4)
    assert (kernel.sum(1) * axis).sum().item() == pytest.approx(1.5, abs=1e-4)


@pytest.mark.parametrize("beta", [0.5, 1.0, 4.0])
def test_generalized_gaussian_and_plateau_have_their_profile(beta: float) -> None:
    for distance in (1, 2, 4):
        q = (distance / 2.5) ** 2
        for kernel, value in (
            (gaussian_kernel(21, (2.5, 2.5), beta=beta), math.exp(-0.5 * q**beta)),
            (plateau_kernel(21, (2.5, 2.5), beta=beta), 1 / (1 + q**beta)),
        ):
            assert kernel.sum().item() == pytest.approx(1, abs=1e-5)
            ratio = (kernel[10, 10 + distance] / kernel[10, 10]).item()
            assert ratio == pytest.approx(value, rel=1e-5, abs=1e-9)


def test_a_sigma_of_zero_is_a_single_pixel() -> None:
    pixel = torch.zeros(7, 7)
    pixel[3, 3] = 1
    assert torch.equal(gaussian_kernel(7, (0.0, 0.0)), pixel)


def test_the_sinc_filter_keeps_low_and_removes_high_frequencies() -> None:
    cutoff = math.pi / 2
    response = torch.fft.fft2(sinc_kernel(99, cutoff), s=(200, 200)).abs()
    along = 2 * math.pi * torch.fft.fftfreq(200)
    frequency = torch.hypot(along, along[:, None])
    assert (response[frequency < 0.8 * cutoff] - 1).abs().max() < 0.1
    assert response[(frequency > 1.2 * cutoff) & (frequency < math.pi)].max() < 0.1
    assert sinc_kernel(21, math.pi).min() < 0  # it rings


@pytest.mark.parametrize("size", [(40, 33), (5, 3), (1, 8)], ids=str)
def test_filtering_equals_scipy_with_mirrored_borders(size: tuple[int, int]) -> None:
    image = torch.rand(2, 3, *size, generator=torch.Generator().manual_seed(0))
    kernel = torch.rand(13, 13, generator=torch.Generator().manual_seed(1))
    kernel /= kernel.sum()
    expected = [correlate(plane, kernel.numpy(), mode="mirror") for plane in image.flatten(0, 1)]
    expected = torch.from_numpy(np.stack(expected)).view_as(image)
    torch.testing.assert_close(filter_image(image, kernel), expected, rtol=0, atol=2e-6)


def test_an_even_kernel_is_refused() -> None:
    with pytest.raises(ValueError, match="odd"):
        gaussian_kernel(8, (1.0, 1.0))
