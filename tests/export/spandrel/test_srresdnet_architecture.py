"""SRResDNet in spandrel."""

import pytest
import torch

from srrescgan.generators import SRResDNet
from srrescgan.weights import load_pretrained
from srrescgan.weights.files import write_pth, write_safetensors

spandrel = pytest.importorskip("spandrel")

from srrescgan.export.spandrel import srresdnet_architecture as architecture  # noqa: E402 (needs spandrel)

architecture.install()


def network(**arguments) -> SRResDNet:
    return SRResDNet(**{"features": 5, "blocks": 2, "alpha_init": 8.0} | arguments).eval()


def test_weights_are_recognized_and_give_our_pictures(tmp_path) -> None:
    generator = network()
    write_pth(generator.state_dict(), tmp_path / "a.pth")
    write_safetensors(generator.state_dict(), {}, tmp_path / "a.safetensors")
    lr = torch.rand(1, 3, 9, 14)
    for name in ("a.pth", "a.safetensors"):
        model = spandrel.ModelLoader().load_from_file(tmp_path / name)
        assert isinstance(model, spandrel.ImageModelDescriptor)
        assert (model.architecture.id, model.scale, model.purpose) == ("SRResDNet", 4, "SR")
        assert model.tags == ["5nf", "2nb"]
        with torch.inference_mode():
            assert torch.equal(model(lr), generator(lr))


def test_settings_that_shapes_do_not_determine_are_stored_as_tensors() -> None:
    generator = network(scale=3, noise_estimate="input", sigma_floor=0.02)
    state = generator.state_dict() | architecture.settings(generator)
    model = spandrel.ModelLoader().load_from_state_dict(state)
    assert model.scale == 3
    assert model.model.noise_estimate == "input"
    assert model.model.sigma_floor == pytest.approx(0.02)
    assert model.size_requirements.minimum == 8  # the estimate sees the input itself
    lr = torch.rand(1, 3, 8, 11)
    with torch.inference_mode():
        assert torch.equal(model(lr), generator(lr))


def test_the_network_tiles_and_the_picture_does_not_change(monkeypatch) -> None:
    generator = network()
    model = spandrel.ModelLoader().load_from_state_dict(generator.state_dict())
    assert model.tiling is spandrel.ModelTiling.INTERNAL
    sizes: list[int] = []
    residual = model.model.residual
    monkeypatch.setattr(
        model.model, "residual", lambda part: (sizes.append(max(part.shape)), residual(part))[1]
    )
    monkeypatch.setattr(architecture, "_TILE", 10)
    lr = torch.rand(1, 3, 13, 25)
    with torch.inference_mode():
        difference = (model(lr) - generator(lr)).abs().max()
    assert len(sizes) == 2 * 3
    assert max(sizes) <= 4 * 10 + 2 * generator.residual_halo
    assert difference < 1e-4


def test_a_picture_too_small_for_the_estimate_is_no_error() -> None:
    model = spandrel.ModelLoader().load_from_state_dict(network().state_dict())
    assert model(torch.rand(1, 3, 1, 5)).shape == (1, 3, 4, 20)


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_refused(dtype) -> None:
    model = spandrel.ModelLoader().load_from_state_dict(network().state_dict())
    with pytest.raises(spandrel.UnsupportedDtypeError):
        model.to(dtype)


def test_other_networks_are_left_to_others() -> None:
    state = network().state_dict()
    del state["alpha"]
    with pytest.raises(spandrel.UnsupportedModelError):
        spandrel.ModelLoader().load_from_state_dict(state)


@pytest.mark.reference
def test_the_released_file_loads(shared) -> None:
    path = shared / "reference/weights/srrescgan_model.pth"
    model = spandrel.ModelLoader().load_from_file(path)
    assert model.tags == ["64nf", "5nb"]
    lr = torch.rand(1, 3, 16, 21)
    with torch.inference_mode():
        assert torch.equal(model(lr), load_pretrained(path)(lr))
