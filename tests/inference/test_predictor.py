"""Whole pictures, in tiles and not."""

import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor, load_pretrained, tile_size


def views(photo: torch.Tensor) -> dict[str, torch.Tensor]:
    """A photo, a flat graphic, and both in one picture, whose noise estimate is of it all."""
    flat = torch.full_like(photo, 0.5)
    half = torch.cat([photo[..., : photo.shape[-1] // 2], flat[..., photo.shape[-1] // 2 :]], -1)
    return {"photo": photo, "flat": flat, "half flat": half}


@pytest.mark.parametrize("tile", [1, 5, 16])
@pytest.mark.parametrize("ensemble", [False, True])
def test_tiles_do_not_show(tile: int, ensemble: bool) -> None:
    generator = SRResDNet(features=8, blocks=2, noise_estimate="input", alpha_init=1.0)
    generator.model.conv_out.weight_g.data *= 30  # a residual that is worth projecting
    photo = torch.rand(1, 3, 13, 19)
    whole, tiled = (Predictor(generator, ensemble, tile=each) for each in (None, tile))
    for name, lr in views(photo).items():
        assert (whole(lr) - tiled(lr)).abs().max() < 1e-5, name
    changed = generator(photo) - generator.upsample(photo) / 255
    assert changed.abs().max() > 0.01  # else there is nothing to get wrong


@pytest.mark.reference
@pytest.mark.parametrize("tile", [11, 32])
def test_tiles_do_not_show_with_the_released_weights(shared, tile: int) -> None:
    from srrescgan.images import read_image, to_tensor

    generator = load_pretrained(shared / "reference/weights/srrescgan_model.pth")
    photo = to_tensor(read_image(shared / "reference/lr/bird.png"))[None, :, 40:87, 30:95]
    for name, lr in views(photo).items():
        whole, tiled = (Predictor(generator, tile=each)(lr) for each in (None, tile))
        assert (whole - tiled).abs().max() * 255 < 0.01, name


def test_a_network_that_does_not_say_how_is_not_cut() -> None:
    class Opaque(torch.nn.Module):
        scale = 2

    with pytest.raises(ConfigError, match="tile=none"):
        Predictor(Opaque(), tile=8)
    assert tile_size("auto", Opaque()) is None


def test_values_of_tile() -> None:
    generator = SRResDNet(features=8, blocks=1)
    assert tile_size("none", generator) is None
    assert tile_size(7, generator) == 7
    assert tile_size("auto", generator) >= 64
    for wrong in (0, "automatic", 1.5):
        with pytest.raises(ConfigError, match="tile="):
            tile_size(wrong, generator)
