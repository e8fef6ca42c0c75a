"""Flat blocks: where noise is measured."""

import torch
from scenes import SIDE, as_domain, eight_bit, scenes

from srrescgan.audit.flat_blocks import flattest, residual


def noise(shape, sigma: float, seed: int = 0) -> torch.Tensor:
    return sigma * torch.randn(shape, generator=torch.Generator().manual_seed(seed))


def test_noise_is_read_from_flat_places_even_where_they_are_the_noisy_ones() -> None:
    x = torch.arange(SIDE).float()
    striped = 40 * torch.sin(2 * x)[None, :].expand(SIDE, SIDE)  # fine stripes, without noise
    waves = 40 * torch.sin(x / 6)[None, :].expand(SIDE, SIDE)
    picture = 128 + (striped + waves).expand(3, -1, -1).clone()
    picture[:, :64] = 128 + noise((3, 64, SIDE), 8)
    domain = as_domain(eight_bit(picture)[None].expand(6, -1, -1, -1))
    blocks, _ = domain.flat
    assert len(blocks) >= 6
    assert 7.5 < residual(blocks).std() < 8.5


def test_noisy_pictures_are_chosen_as_often_as_quiet_ones() -> None:
    # Half of the pictures of a camera are of high sensitivity.
    pictures = 255 * scenes(range(40))
    pictures[::2] += noise(pictures[::2].shape, 12)
    domain = as_domain(eight_bit(pictures))
    picture = domain.picture[domain.flat[1]]
    noisy = (picture % 2 == 0).float().mean()
    assert 0.3 < noisy < 0.7


def test_clipped_places_are_left_out() -> None:
    pictures = 128 + noise((4, 3, SIDE, SIDE), 3)
    pictures[:, :, :64] = 255  # flatter than anything, and says nothing
    blocks, _ = as_domain(eight_bit(pictures)).flat
    assert (blocks.mean(dim=(1, 2, 3)) < 0.6).all()
    nothing, source = flattest(torch.ones(3, 3, 64, 64), torch.arange(3))
    assert len(nothing) == len(source) == 0


def test_each_block_is_named_with_its_patch() -> None:
    pictures = torch.arange(20, 40)[:, None, None, None].expand(-1, 3, 64, 64) / 255
    domain = as_domain(pictures)
    blocks, source = domain.flat
    torch.testing.assert_close((255 * blocks[:, 0, 0, 0]).round().long(), 20 + source)


def test_the_residual_keeps_white_noise_and_drops_shading() -> None:
    y, x = torch.meshgrid(torch.arange(40.0), torch.arange(40.0), indexing="ij")
    shading = (50 + x + 2 * y).expand(1, 3, 40, 40)
    assert residual(shading / 255).abs().max() < 1e-3
    grain = noise((50, 3, 40, 40), 10)
    kept = residual(grain / 255).var() / 100
    assert abs(kept - 24 / 25) < 0.02
