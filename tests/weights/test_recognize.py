"""A weight file without a configuration: which network is it?"""

from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from srrescgan.discriminators import UNetDiscriminator
from srrescgan.errors import WeightsError
from srrescgan.generators import EDSR, Compact, DSGANGenerator, RRDBNet, SRResDNet
from srrescgan.generators import __all__ as names
from srrescgan.weights import load_domain_generator, load_pretrained
from srrescgan.weights.build import load_with_config
from srrescgan.weights.files import write_pth, write_safetensors

NETWORKS: list[tuple[type[nn.Module], dict[str, Any]]] = [
    (SRResDNet, {"scale": 4, "features": 6, "blocks": 3}),
    (DSGANGenerator, {"features": 6, "blocks": 3}),
    (RRDBNet, {"scale": 4, "features": 6, "blocks": 2, "growth": 4}),
    (RRDBNet, {"scale": 2, "features": 6, "blocks": 1, "growth": 4}),
    (RRDBNet, {"scale": 1, "features": 6, "blocks": 1, "growth": 4}),
    (EDSR, {"scale": 4, "features": 6, "blocks": 2, "residual_scale": 1.0}),
    (EDSR, {"scale": 3, "features": 6, "blocks": 2, "residual_scale": 1.0}),
    (EDSR, {"scale": 2, "features": 256, "blocks": 1, "residual_scale": 0.1}),
    (Compact, {"scale": 4, "features": 6, "layers": 3}),
    (Compact, {"scale": 1, "features": 6, "layers": 1}),
]


@pytest.mark.parametrize(
    ("network", "arguments"), NETWORKS, ids=lambda value: getattr(value, "__name__", str(value))
)
@pytest.mark.parametrize("suffix", ["pth", "safetensors"])
def test_width_depth_and_scale_are_read_from_the_shapes(
    network: type[nn.Module], arguments: dict[str, Any], suffix: str, tmp_path: Path
) -> None:
    state = network(**arguments).state_dict()
    path = tmp_path / f"a.{suffix}"
    if suffix == "pth":
        write_pth(state, path)
    else:  # as other programs write it
        from safetensors.torch import save_file

        save_file({key: value.contiguous() for key, value in state.items()}, path)
    loaded, config = load_with_config(path)
    assert config == {"_target_": f"srrescgan.generators.{network.__name__}", **arguments}
    assert all(torch.equal(value, state[key]) for key, value in loaded.state_dict().items())


def test_every_network_of_the_project_is_recognized_and_by_itself_alone() -> None:
    assert {network.__name__ for network, _ in NETWORKS} == set(names)
    for network, arguments in NETWORKS:
        state = network(**arguments).state_dict()
        others = [n for n, _ in NETWORKS if n is not network and n.arguments_from(state)]
        assert not others


def test_the_keys_of_another_network_are_shown_with_what_was_expected(tmp_path: Path) -> None:
    write_pth(UNetDiscriminator(features=2).state_dict(), tmp_path / "d.pth")
    with pytest.raises(WeightsError) as error:
        load_pretrained(tmp_path / "d.pth")
    message = str(error.value)
    assert "d.pth" in message
    assert "28 tensors" in message
    assert "conv0.weight (2 x 3 x 3 x 3)" in message
    assert "Compact, DSGANGenerator, EDSR, RRDBNet, SRResDNet" in message
    assert "generator=" in message


@pytest.mark.parametrize("channels", [1, 4])
def test_images_of_other_channels_are_refused(channels: int, tmp_path: Path) -> None:
    for network, key in ((RRDBNet(2, 4, 1, 4), "conv_first"), (Compact(2, 4, 1), "body.0")):
        state = network.state_dict()
        state[f"{key}.weight"] = torch.zeros(4, channels, 3, 3)
        write_pth(state, tmp_path / "a.pth")
        with pytest.raises(WeightsError, match=rf"{key}.weight \(4 x {channels} x 3 x 3\)"):
            load_pretrained(tmp_path / "a.pth")


def test_tensors_that_only_begin_like_a_network_are_shown(tmp_path: Path) -> None:
    lone = {"body.0.weight": torch.zeros(4, 3, 3, 3), "body.1.weight": torch.zeros(4)}
    shuffled_by_no_square = Compact(2, 4, 1).state_dict()
    shuffled_by_no_square["body.4.weight"] = torch.zeros(15, 4, 3, 3)
    one_step_x2 = RRDBNet(4, 4, 1, 4).state_dict()
    del one_step_x2["conv_up2.weight"], one_step_x2["conv_up2.bias"]
    for state in (lone, shuffled_by_no_square, one_step_x2):
        write_pth(state, tmp_path / "a.pth")
        with pytest.raises(WeightsError, match=rf"{len(state)} tensors"):
            load_pretrained(tmp_path / "a.pth")


def test_tensors_without_names_are_refused(tmp_path: Path) -> None:
    torch.save({0: torch.zeros(2)}, tmp_path / "a.pth")
    with pytest.raises(WeightsError, match="no named tensors"):
        load_pretrained(tmp_path / "a.pth")


def test_the_command_line_overrides_what_the_shapes_say(tmp_path: Path) -> None:
    write_pth(EDSR(2, 4, 1).state_dict(), tmp_path / "a.pth")
    config = {"_target_": "srrescgan.generators.EDSR", "scale": 2, "features": 4, "blocks": 1}
    loaded = load_pretrained(tmp_path / "a.pth", config | {"residual_scale": 0.5})
    assert loaded.body[0].residual_scale == 0.5


@torch.no_grad()
def test_a_network_that_restores_is_no_degradation(tmp_path: Path) -> None:
    write_pth(RRDBNet(1, 4, 1, 4).state_dict(), tmp_path / "x1.pth")
    loaded = load_pretrained(tmp_path / "x1.pth")
    assert loaded(torch.rand(1, 3, 5, 7)).shape == (1, 3, 5, 7)
    write_pth(DSGANGenerator(4, 1).state_dict(), tmp_path / "dsgan.pth")
    with pytest.raises(WeightsError, match="holds a degradation"):
        load_pretrained(tmp_path / "dsgan.pth")


@pytest.mark.parametrize("system", ["DegradationGANSystem", "SRPixelSystem"])
def test_a_checkpoint_says_what_a_network_of_scale_1_was_trained_for(
    system: str, tmp_path: Path
) -> None:
    arguments = {"scale": 1, "features": 4, "layers": 1}
    content = {
        "pytorch-lightning_version": "2",
        "state_dict": {f"generator.{k}": v for k, v in Compact(**arguments).state_dict().items()},
        "config": {
            "system": {"_target_": f"srrescgan.systems.{system}"},
            "generator": {"_target_": "srrescgan.generators.Compact", **arguments},
        },
    }
    path = tmp_path / "a.ckpt"
    torch.save(content, path)
    if system.startswith("Degradation"):
        load_domain_generator(path)
        with pytest.raises(WeightsError, match=r"holds a degradation \(Compact\)"):
            load_pretrained(path)
    else:
        load_pretrained(path)
        with pytest.raises(WeightsError, match="holds a super-resolution network"):
            load_domain_generator(path)


@pytest.mark.reference
def test_the_released_files_are_recognized(shared: Path) -> None:
    weights = shared / "reference/weights"
    released = {"_target_": "srrescgan.generators.SRResDNet", "scale": 4}
    for name in ("srrescgan_model", "srresdnet_perceptual"):
        _, config = load_with_config(weights / f"{name}.pth")
        assert config == {**released, "features": 64, "blocks": 5}
    _, config = load_with_config(weights / "dsgan_generator_300.pth")
    assert config["_target_"].endswith("DSGANGenerator")


def test_a_configuration_in_the_file_wins(tmp_path: Path) -> None:
    config = {"_target_": "srrescgan.generators.SRResDNet", "scale": 2, "features": 4, "blocks": 1}
    write_safetensors(SRResDNet(2, 4, 1).state_dict(), config, tmp_path / "a.safetensors")
    assert load_pretrained(tmp_path / "a.safetensors").scale == 2
