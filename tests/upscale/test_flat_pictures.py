"""Pictures too flat for the released weights, and the floor that helps."""

import re

import pytest
import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.inference import InMemorySink, PredictionInfo, Predictor, UpscaleOptions
from srrescgan.upscale.flat_pictures import (
    advice,
    is_bilinear,
    useful_floor,
)
from srrescgan.weights import load_pretrained


def upscaled(
    generator: nn.Module, lr: Tensor, sigma_floor: float | None = None
) -> tuple[Tensor, PredictionInfo]:
    sink = InMemorySink(lr, generator.scale)
    options = UpscaleOptions(sigma_floor=sigma_floor)
    info = Predictor(generator, options).stream(lr, sink)
    return sink.image.int(), info


@pytest.mark.reference
def test_with_the_floor_a_photo_on_a_flat_ground_comes_out_as_alone(shared) -> None:
    from srrescgan.images import read_image

    generator = load_pretrained(shared / "reference/weights/srrescgan_model.pth")
    photo = torch.from_numpy(read_image(shared / "reference/lr/0815.png")[100:124, 100:124].copy())
    photo = photo.permute(2, 0, 1)
    alone, info = upscaled(generator, photo)
    assert not is_bilinear(info)
    inner = alone.shape[2] - 4 - generator.residual_halo  # up to where the ground can be seen from
    for share in (2, 3):
        picture = torch.full((3, 24, 24 * share), 255, dtype=torch.uint8)
        picture[..., :24] = photo
        flat, info = upscaled(generator, picture)
        assert is_bilinear(info)
        assert (flat[..., :inner] - alone[..., :inner]).abs().max() > 10
        said = re.search(r"sigma_floor=(\S+),", advice(generator))
        better, info = upscaled(generator, picture, float(said[1]))
        assert generator.sigma_floor == 0.0  # an option never changes the network
        assert not is_bilinear(info)
        assert (better[..., :inner] - alone[..., :inner]).abs().max() <= 1


def test_the_floor_scales_with_the_learned_alpha() -> None:
    floors = [useful_floor(SRResDNet(features=4, blocks=1, alpha_init=a)) for a in (0.0, 1.0)]
    assert floors[0] == pytest.approx(floors[1] * torch.e, rel=1e-5)


def test_a_self_ensemble_is_judged_by_its_mean_and_a_silent_network_not_at_all() -> None:
    assert is_bilinear(PredictionInfo((0.0, 0.01)))
    assert not is_bilinear(PredictionInfo((0.0, 1.0)))
    assert not is_bilinear(PredictionInfo(()))


def test_a_network_without_an_estimate_has_no_floor() -> None:
    with pytest.raises(ConfigError, match="Conv2d estimates no noise"):
        Predictor(nn.Conv2d(3, 3, 1), UpscaleOptions(sigma_floor=0.1))
    with pytest.raises(ConfigError, match="sigma_floor=nan"):
        UpscaleOptions(sigma_floor=float("nan"))
