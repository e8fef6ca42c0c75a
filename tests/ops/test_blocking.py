"""A JPEG's grid is found wherever it lies, and nothing else is taken for one."""

import pytest
import torch
from scenes import scene

from srrescgan.degradations import JPEG, GaussianNoise
from srrescgan.ops.blocking import grid_energy, grid_excess
from srrescgan.ops.color import rgb_to_y


def excess(image: torch.Tensor) -> torch.Tensor:
    """Mean of both directions for each picture, ``(B,)``."""
    luma = rgb_to_y(image)[:, 0]
    return (grid_excess(grid_energy(luma)) + grid_excess(grid_energy(luma.mT))) / 2


@pytest.fixture(scope="module")
def clean() -> torch.Tensor:
    return torch.stack([scene(seed) for seed in range(12)])


def test_a_jpeg_is_found_at_every_shift(clean: torch.Tensor) -> None:
    seeds = range(len(clean))
    compressed = JPEG(30)(GaussianNoise(4 / 255)(clean, seeds), seeds)
    before = excess(clean[:, :, :112, :112])
    for shift in range(8):
        cropped = compressed[:, :, shift : shift + 112, 8 - shift : 120 - shift]
        after = excess(cropped)
        assert (after > before + 0.1).all(), shift
        energy = grid_energy(rgb_to_y(cropped)[:, 0].mT).mean(dim=(0, 1))
        assert energy.argmax() == (7 - shift) % 8


def test_the_worse_the_jpeg_the_stronger_the_grid(clean: torch.Tensor) -> None:
    levels = [excess(JPEG(quality)(clean, range(12))).median() for quality in (95, 70, 40, 15)]
    assert levels == sorted(levels)


def test_noise_is_no_grid(clean: torch.Tensor) -> None:
    noise = torch.rand(400, 64, 64, generator=torch.Generator().manual_seed(0))
    found = grid_excess(grid_energy(noise))
    # Sought and read in different rows: unbiased. 400 values, four standard errors.
    assert found.mean().abs() < 4 * found.std() / 20
    noisy = GaussianNoise(16 / 255)(clean, range(12))
    assert excess(noisy).max() < 0.1


def test_a_flat_picture_has_no_grid_and_a_small_one_is_refused() -> None:
    assert (grid_excess(grid_energy(torch.full((2, 16, 16), 0.5))) == 0).all()
    with pytest.raises(ValueError, match="15"):
        grid_energy(torch.zeros(16, 15))
