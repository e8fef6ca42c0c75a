"""Pictures of every kind through a network that knows RGB only."""

import pytest
import torch
import torch.nn.functional as F
from band_list import BandList
from small_network import small_network
from torch import Tensor

from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.inference.pixel_types import quantize, to_float
from srrescgan.upscale.channels import is_opaque, upscale_channels


def enlarged(picture: Tensor, tile: int | None = None) -> Tensor:
    """All bands together, ``(C, H, W)`` float32."""
    sink = BandList()
    upscale_channels(Predictor(small_network(), UpscaleOptions(tile=tile)), picture, sink)
    return sink.picture


def levels(*shape: int, largest: int = 255) -> Tensor:
    dtype = torch.uint8 if largest < 256 else torch.uint16
    return torch.randint(0, largest + 1, shape).to(dtype)


def test_color_equals_the_output_of_the_network() -> None:
    picture = levels(3, 11, 14)
    expected = small_network()(picture[None] / 255)[0].detach()
    assert torch.allclose(enlarged(picture), expected, atol=1e-5)
    assert (
        expected - F.interpolate(picture[None] / 255, scale_factor=2, mode="bilinear")
    ).std() > 0.01


def test_grey_is_the_mean_of_three() -> None:
    grey = levels(1, 12, 10)
    color = enlarged(grey.expand(3, -1, -1))
    assert enlarged(grey).shape == (1, 24, 20)
    assert torch.allclose(enlarged(grey)[0], color.mean(dim=0), atol=1e-6)
    assert color.std(dim=0).max() > 1e-3  # else the first channel would do


def test_depth_is_that_of_the_type_and_not_of_the_values() -> None:
    dark = levels(3, 10, 12, largest=200).to(torch.uint16)
    assert enlarged(dark).max() < 0.2  # taken for 8 bits it would be bright
    assert torch.allclose(enlarged(dark), enlarged(dark.float() / 65535), atol=1e-6)
    assert torch.equal(quantize(to_float(dark), torch.uint16), dark)


@pytest.mark.parametrize("channels", [2, 4])
def test_an_opaque_picture_is_as_one_without_alpha(channels: int) -> None:
    color = levels(channels - 1, 10, 13)
    opaque = torch.cat([color, torch.full_like(color[:1], 255)])
    assert is_opaque(opaque[-1])
    result = enlarged(opaque)
    assert torch.equal(result[:-1], enlarged(color))
    assert torch.equal(result[-1], torch.ones(20, 26))


def test_16_bit_alpha_is_opaque_at_its_own_maximum_only() -> None:
    color = levels(3, 10, 13, largest=65535)
    faint = torch.full_like(color[:1], 255)  # opaque if it were 8 bits
    assert not is_opaque(faint)
    assert is_opaque(torch.full_like(faint, 65535))
    alpha = enlarged(torch.cat([color, faint]))[3]
    assert torch.allclose(alpha, torch.full_like(alpha, 255 / 65535), atol=1e-6)


def orange_disc(dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """RGBA, random where nothing is seen; and the color alone, ``(3, h, w)``."""
    row, column = torch.meshgrid(torch.arange(24), torch.arange(20), indexing="ij")
    alpha = ((9 - ((row - 12) ** 2 + (column - 10) ** 2).sqrt()) / 2.5).clamp(0, 1)
    orange = torch.tensor([0.9, 0.6, 0.2])[:, None, None].expand(3, 24, 20)
    hidden = torch.where(alpha > 0, orange, torch.rand(3, 24, 20))
    return quantize(torch.cat([hidden, alpha[None]]), dtype), quantize(orange, dtype)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16, torch.float32])
def test_a_shape_on_transparency_has_no_fringe(dtype: torch.dtype) -> None:
    disc, orange = orange_disc(dtype)
    result, expected = enlarged(disc), enlarged(orange)
    seen = result[3] > 0
    assert ((result[3] > 0.1) & (result[3] < 0.9)).sum() > 50  # an edge to have a fringe at
    assert (result[:3] - expected)[:, seen].abs().max() < 0.5 / 255
    alpha = F.interpolate(to_float(disc[3])[None, None], scale_factor=2, mode="bilinear")
    assert torch.allclose(result[3], alpha[0, 0], atol=1e-6)


def test_tiles_do_not_show_in_a_transparent_picture() -> None:
    picture = levels(4, 19, 23)
    whole, tiled = enlarged(picture), enlarged(picture, tile=8)
    assert torch.equal(whole[3], tiled[3])
    assert (whole - tiled).abs().max() < 1e-4
