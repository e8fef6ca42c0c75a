import pytest
import torch

from srrescgan.errors import DataError
from srrescgan.metrics import NoiseGap, Protocol


@pytest.fixture
def grey() -> torch.Tensor:
    return torch.full((2, 3, 128, 128), 0.5)


@pytest.mark.parametrize("rounding", ["round", "none"])
def test_is_the_logarithm_of_the_ratio_of_noises(grey: torch.Tensor, rounding: str) -> None:
    metric = NoiseGap(Protocol(rounding=rounding))
    weak, strong = (grey + sigma * torch.randn_like(grey) for sigma in (0.02, 0.08))
    # Each median of 3 x 4,000 coefficients is within some 2 % of its level.
    assert metric(weak, strong).tolist() == pytest.approx([2, 2], abs=0.1)
    assert metric(strong, weak).tolist() == pytest.approx([2, 2], abs=0.1)
    again = grey + 0.02 * torch.randn_like(grey)
    assert metric(weak, again).max() < 0.1


def test_other_scenes_with_equal_noise_are_equal(grey: torch.Tensor) -> None:
    ramp = torch.linspace(0.2, 0.8, 128).expand_as(grey)
    noisy = [image + 0.05 * torch.randn_like(image) for image in (grey, ramp)]
    assert NoiseGap(Protocol())(*noisy).max() < 0.1


def test_two_pictures_without_noise_are_equal(grey: torch.Tensor) -> None:
    assert NoiseGap(Protocol())(grey, grey).tolist() == [0, 0]
    assert torch.isfinite(NoiseGap(Protocol())(grey, torch.rand_like(grey))).all()


def test_smallest_image() -> None:
    metric = NoiseGap(Protocol(border=1))
    assert torch.isfinite(metric(torch.rand(1, 3, 10, 10), torch.rand(1, 3, 10, 10))).all()
    with pytest.raises(DataError, match=r"8x8 pixels inside .* there are 7x10"):
        metric(torch.rand(1, 3, 9, 12), torch.rand(1, 3, 9, 12))
