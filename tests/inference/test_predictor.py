"""Whole pictures, in tiles and not."""

import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions, parse_tile
from srrescgan.weights import load_pretrained


def views(photo: torch.Tensor) -> dict[str, torch.Tensor]:
    """A photo, a flat graphic, and both in one picture, whose noise estimate is of it all."""
    flat = torch.full_like(photo, 0.5)
    half = torch.cat([photo[..., : photo.shape[-1] // 2], flat[..., photo.shape[-1] // 2 :]], -1)
    return {"photo": photo, "flat": flat, "half flat": half}


@pytest.mark.parametrize("ensemble", [False, True])
def test_a_batch_in_tiles_is_the_batch(ensemble: bool) -> None:
    generator = SRResDNet(features=8, blocks=2, noise_estimate="input", alpha_init=1.0)
    generator.model.conv_out.weight_g.data *= 30  # a residual that is worth projecting
    lr = torch.cat(list(views(torch.rand(1, 3, 13, 19)).values()))
    whole, tiled = (Predictor(generator, UpscaleOptions(ensemble, tile=each)) for each in (None, 6))
    assert (whole(lr) - tiled(lr)).abs().max() < 1e-5
    changed = generator(lr) - generator.upsample(lr) / 255
    assert changed[0].abs().max() > 0.01  # else there is nothing to get wrong


@pytest.mark.reference
def test_tiles_do_not_show_with_the_released_weights(shared) -> None:
    from srrescgan.images import read_image, to_tensor

    generator = load_pretrained(shared / "reference/weights/srrescgan_model.pth")
    photo = to_tensor(read_image(shared / "reference/lr/bird.png"))[None, :, 40:77, 30:75]
    for name, lr in views(photo).items():
        whole, tiled = (Predictor(generator, UpscaleOptions(tile=each))(lr) for each in (None, 20))
        assert (whole - tiled).abs().max() * 255 < 0.01, name


def test_a_network_that_does_not_say_how_is_not_cut() -> None:
    class Opaque(torch.nn.Module):
        scale = 2

    with pytest.raises(ConfigError, match="tile=none"):
        Predictor(Opaque(), UpscaleOptions(tile=8))
    assert Predictor(Opaque(), UpscaleOptions(tile="auto", overlap="exact")).tiler is None
    with pytest.raises(ConfigError, match="overlap=auto"):
        Predictor(Opaque(), UpscaleOptions(overlap=3))
    with pytest.raises(ConfigError, match="engine=torch"):
        Predictor(Opaque(), UpscaleOptions(engine="openvino"))


def test_values_of_tile() -> None:
    assert parse_tile("none") is None
    assert parse_tile(7) == 7
    assert parse_tile("auto") == "auto"
    for wrong in (0, "automatic", 1.5):
        with pytest.raises(ConfigError, match="tile="):
            parse_tile(wrong)
    for wrong in (-1, "none", 1.5):
        with pytest.raises(ConfigError, match="overlap="):
            UpscaleOptions(overlap=wrong)
