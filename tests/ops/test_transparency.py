"""Transparent pictures: no color from where nothing is seen, no seam between bands."""

from itertools import pairwise

import pytest
import torch
import torch.nn.functional as F

from srrescgan.ops.transparency import fill_transparent, upsample_rows


@pytest.mark.parametrize("scale", [2, 3, 4])
@pytest.mark.parametrize("size", [(1, 1), (2, 5), (7, 4)])
def test_bands_of_any_height_are_the_whole_plane(scale: int, size: tuple[int, int]) -> None:
    plane = torch.rand(size)
    height = scale * size[0]
    whole = upsample_rows(plane, scale, 0, height)
    expected = F.interpolate(plane[None, None], scale_factor=scale, mode="bilinear")[0, 0]
    assert torch.allclose(whole, expected, atol=1e-6)
    for band in (1, 3, 5):
        cuts = [*range(0, height, band), height]
        bands = [upsample_rows(plane, scale, *pair) for pair in pairwise(cuts)]
        assert torch.equal(torch.cat(bands), whole)


def shape_on_transparency(size: int = 21) -> torch.Tensor:
    """Alpha of a disc with a soft edge."""
    row, column = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    distance = ((row - size / 2) ** 2 + (column - size / 2) ** 2).sqrt()
    return ((size / 3 - distance) / 3).clamp(0, 1)


def test_a_colored_shape_becomes_its_color_everywhere() -> None:
    alpha = shape_on_transparency()
    orange = torch.tensor([1.0, 0.6, 0.1])[:, None, None].expand(3, *alpha.shape)
    hidden = torch.where(alpha > 0, orange, torch.rand_like(orange))
    assert torch.allclose(fill_transparent(hidden, alpha), orange, atol=1e-5)


def test_hidden_pixels_change_nothing_and_opaque_ones_stay() -> None:
    alpha = shape_on_transparency()
    color = torch.rand(3, *alpha.shape)
    other = torch.where(alpha > 0, color, 1 - color)
    laid = fill_transparent(color, alpha)
    assert torch.equal(laid, fill_transparent(other, alpha))
    assert torch.equal(laid[:, alpha == 1], color[:, alpha == 1])
    assert laid.min() >= 0
    assert laid.max() <= 1 + 1e-6


def test_nothing_to_be_seen_is_black() -> None:
    assert not fill_transparent(torch.rand(1, 5, 3), torch.zeros(5, 3)).any()
