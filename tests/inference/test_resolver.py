"""The three-line API."""

import numpy as np
import pytest
import torch
from PIL import Image

import srrescgan
from srrescgan.errors import WeightsError
from srrescgan.generators import SRResDNet
from srrescgan.inference.weights import write_pth, write_safetensors


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.pth"
    write_pth(SRResDNet().state_dict(), path)
    return path


def test_a_picture_in_gives_a_picture_of_the_same_kind_four_times_as_large(weights) -> None:
    resolver = srrescgan.SuperResolver.from_pretrained(weights, device="cpu")
    array = np.random.default_rng(0).integers(0, 255, (9, 12, 3), np.uint8)
    large = resolver(array)
    assert large.shape == (36, 48, 3)
    assert large.dtype == np.uint8
    picture = resolver(Image.fromarray(array))
    assert isinstance(picture, Image.Image)
    assert np.array_equal(np.asarray(picture), large)


def test_the_self_ensemble_is_equivariant(weights) -> None:
    resolver = srrescgan.SuperResolver.from_pretrained(weights, ensemble=True, device="cpu")
    array = np.random.default_rng(0).integers(0, 255, (8, 11, 3), np.uint8)
    turned = resolver(np.ascontiguousarray(np.rot90(array)))
    difference = np.abs(np.rot90(resolver(array)).astype(int) - turned)
    assert difference.max() <= 1  # the mean of the same eight results, added in another order


@pytest.mark.parametrize("wrong", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3)), "photo.png"])
def test_anything_else_is_refused(weights, wrong) -> None:
    resolver = srrescgan.SuperResolver.from_pretrained(weights, device="cpu")
    with pytest.raises(TypeError, match="PIL image"):
        resolver(wrong)


def test_a_file_that_says_what_it_is_needs_no_configuration(tmp_path) -> None:
    generator = SRResDNet(scale=2, features=8, blocks=1)
    config = {"_target_": "srrescgan.generators.SRResDNet", "scale": 2, "features": 8, "blocks": 1}
    write_safetensors(generator.state_dict(), config, tmp_path / "two.safetensors")
    resolver = srrescgan.SuperResolver.from_pretrained(tmp_path / "two.safetensors", device="cpu")
    assert resolver(np.zeros((5, 6, 3), np.uint8)).shape == (10, 12, 3)


@pytest.mark.parametrize(
    "config",
    [
        {"_target_": "os.system", "command": "touch executed"},
        {
            "_target_": "srrescgan.generators.srresdnet.torch.os.system",
            "command": "touch executed",
        },
        {"_target_": "srrescgan.generators.SRResDNet", "depth": 3},
        {"_target_": "srrescgan.generators.NoSuchNet"},
    ],
)
def test_a_file_can_only_name_a_generator_of_ours(tmp_path, config, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_safetensors({"alpha": torch.zeros(1)}, config, tmp_path / "x.safetensors")
    with pytest.raises(WeightsError):
        srrescgan.SuperResolver.from_pretrained(tmp_path / "x.safetensors")
    assert not (tmp_path / "executed").exists()
