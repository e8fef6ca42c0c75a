"""Energy by frequency, on signals whose spectrum is known."""

import math

import pytest
import torch

from srrescgan.ops.spectrum import radial_power, ring_frequencies


@pytest.mark.parametrize("side", [16, 31, 64])
def test_white_noise_has_its_variance_in_every_ring(side: int) -> None:
    noise = 3 * torch.randn(2000, side, side, generator=torch.Generator().manual_seed(1))
    power = radial_power(noise + 40).mean(dim=0)
    assert power.shape == ring_frequencies(side).shape == (side // 2,)
    # Ring 2 has 12 members, about 4 of them independent under the window: five standard errors.
    error = 9 * 5 * (2 / (2000 * 4)) ** 0.5
    torch.testing.assert_close(power[1:], torch.full_like(power[1:], 9.0), rtol=0, atol=error)
    assert 5 < power[0] < 8


@pytest.mark.parametrize("frequency", [4, 9, 15])
@pytest.mark.parametrize("axis", [0, 1])
def test_a_wave_is_found_at_its_frequency(frequency: int, axis: int) -> None:
    wave = torch.cos(2 * math.pi * frequency / 32 * torch.arange(32)).expand(32, 32)
    power = radial_power(wave.mT if axis else wave)
    assert ring_frequencies(32)[power.argmax()] == frequency / 32
    far = (torch.arange(1, 17) - frequency).abs() > 3
    assert power[far].max() < 1e-6 * power.max()  # without a window it leaks everywhere


def test_a_wave_that_does_not_fit_the_patch_does_not_leak() -> None:
    wave = torch.cos(2 * math.pi * 4.5 / 32 * torch.arange(32)).expand(32, 32)
    power = radial_power(wave)
    assert power[10:].max() < 1e-4 * power.max()


def test_brightness_is_no_power_and_only_squares_are_taken() -> None:
    assert radial_power(torch.full((2, 3, 16, 16), 0.7)).abs().max() < 1e-9
    with pytest.raises(ValueError, match="16 x 20"):
        radial_power(torch.zeros(16, 20))
