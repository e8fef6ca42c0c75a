import numpy as np
import pytest
import torch

from srrescgan.degradations import GaussianNoise


def _levels(image: torch.Tensor) -> torch.Tensor:
    return (image * 255).round()


def test_adds_whole_levels_of_the_asked_for_spread():
    grey = torch.full((1, 3, 256, 256), 128 / 255)
    noise = _levels(GaussianNoise(sigma=8 / 255)(grey, [5])) - 128
    assert noise.unique().numel() > 50
    # A normal of sd 8, rounded, has variance 64 + 1/12; 196608 draws estimate sd within 0.2 % and
    # the mean within 0.02, one sigma each: five are allowed.
    assert noise.std().item() == pytest.approx(np.sqrt(64 + 1 / 12), rel=0.01)
    assert abs(noise.mean().item()) < 0.1
    channels = noise[0].reshape(3, -1)
    assert torch.corrcoef(channels).fill_diagonal_(0).abs().max() < 0.02


def test_result_is_on_the_8_bit_grid_whatever_the_input():
    result = GaussianNoise(sigma=8 / 255)(torch.rand(1, 3, 16, 16), [0]) * 255
    # One division and one multiplication by 255 in float32: errors up to 255 * 1.2e-7.
    torch.testing.assert_close(result, result.round(), rtol=0, atol=5e-5)


def test_follows_the_reference_law_of_rounding_and_clipping(monkeypatch):
    image = np.random.default_rng(0).integers(0, 256, (3, 40, 50)).astype(np.uint8)
    normal = np.random.default_rng(1).standard_normal(image.shape).astype(np.float32)
    monkeypatch.setattr(torch, "randn", lambda *_, **__: torch.from_numpy(normal))
    result = GaussianNoise(sigma=8 / 255)(torch.from_numpy(image)[None] / 255, [0])
    expected = np.clip(image.astype(int) + np.rint(8 * normal), 0, 255)
    np.testing.assert_array_equal(_levels(result)[0].numpy(), expected)


@pytest.mark.reference
def test_equals_the_reference_file_given_its_random_numbers(shared, monkeypatch):
    goldens = np.load(shared / "goldens" / "misc_io_dsgan.npz")
    image = goldens["met_a"].transpose(2, 0, 1)
    normal = np.random.RandomState(0).standard_normal(goldens["met_a"].shape)
    normal = torch.from_numpy(normal).permute(2, 0, 1)
    monkeypatch.setattr(torch, "randn", lambda *_, **__: normal)
    result = GaussianNoise(sigma=8 / 255)(torch.from_numpy(image)[None] / 255, [0])
    expected = goldens["noise8_seed0"].transpose(2, 0, 1)
    np.testing.assert_array_equal(_levels(result)[0].numpy(), expected)


def test_a_sample_depends_on_its_image_and_seed_only():
    hr = torch.rand(4, 3, 16, 16)
    degradation = GaussianNoise(sigma=0.05)
    batch = degradation(hr, [3, 1, 4, 2**62 + 9])
    alone = degradation(hr[3:], [2**62 + 9])
    torch.manual_seed(99)  # the global state must not matter
    assert torch.equal(degradation(hr[[2, 0]], [4, 3]), batch[[2, 0]])
    assert torch.equal(alone[0], batch[3])
    assert not torch.equal(degradation(hr[:1], [4]), batch[:1])


def test_leaves_the_global_random_state_alone():
    before = torch.get_rng_state()
    GaussianNoise(sigma=0.1)(torch.rand(1, 3, 4, 4, generator=torch.Generator()), [0])
    assert torch.equal(torch.get_rng_state(), before)


@pytest.mark.parametrize("sigma", [-0.1, 8])
def test_sigma_in_grey_levels_is_refused_with_the_unit(sigma):
    with pytest.raises(ValueError, match=r"\[0, 1\] units"):
        GaussianNoise(sigma=sigma)


@pytest.mark.gpu
def test_gpu_gives_the_same_pixels():
    hr = torch.rand(2, 3, 32, 32)
    degradation = GaussianNoise(sigma=8 / 255)
    assert torch.equal(degradation(hr.cuda(), [1, 2]).cpu(), degradation(hr, [1, 2]))
