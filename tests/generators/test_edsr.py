"""EDSR against the authors' outputs, its counts and its scales."""

from pathlib import Path

import numpy as np
import pytest
import torch
from reach import reach
from recipe import recipe_fill

from srrescgan.generators import EDSR


def _values(network: EDSR) -> int:
    return sum(value.numel() for value in network.state_dict().values())


def test_the_baseline_has_the_parameters_of_the_reference() -> None:
    network = EDSR()
    assert _values(network) == 1_517_595
    assert sum(p.numel() for p in network.parameters()) == 1_517_571
    assert len(network.state_dict()) == 78


def test_the_large_network_has_the_parameters_of_the_reference() -> None:
    with torch.device("meta"):
        network = EDSR(features=256, blocks=32, residual_scale=0.1)
    assert _values(network) == 43_089_947
    assert sum(p.numel() for p in network.parameters()) == 43_089_923
    assert len(network.state_dict()) == 142


@pytest.mark.reference
@torch.no_grad()
def test_equals_the_reference(shared: Path) -> None:
    goldens = np.load(shared / "goldens/misc_modules.npz")
    network = EDSR()
    means = {k: v.clone() for k, v in network.state_dict().items() if "_mean" in k}
    recipe_fill(network, std=0.02)
    network.load_state_dict(means, strict=False)
    sr = 255 * network(torch.from_numpy(goldens["edsr_in"]).float() / 255)
    expected = torch.from_numpy(goldens["edsr_base_out"])
    # Values around 115 in units of grey levels: 7.6e-6 is one rounding step of float32 there.
    torch.testing.assert_close(sr, expected, rtol=0, atol=1e-4)


@pytest.mark.parametrize(
    ("scale", "keys"), [(2, ["tail.0.0"]), (3, ["tail.0.0"]), (4, ["tail.0.0", "tail.0.2"])]
)
def test_the_scale_decides_the_keys_and_the_halo_holds(scale: int, keys: list[str]) -> None:
    network = EDSR(scale, features=8, blocks=2)
    found = {name.removesuffix(".weight") for name in network.tail.state_dict(prefix="tail.")}
    assert [key for key in sorted(found) if key.startswith("tail.0") and "bias" not in key] == keys
    assert network(torch.rand(1, 3, 5, 9)).shape == (1, 3, 5 * scale, 9 * scale)
    measured = max(reach(network, network.halo, seed=seed) for seed in range(2))
    assert measured == network.halo == 8


@torch.no_grad()
def test_without_weights_the_output_is_the_mean_color() -> None:
    network = EDSR(2, features=4, blocks=1)
    for parameter in network.parameters():
        parameter.zero_()
    expected = torch.tensor([0.4488, 0.4371, 0.4040]).view(3, 1, 1).expand(3, 8, 8)
    torch.testing.assert_close(network(torch.rand(1, 3, 4, 4))[0], expected)


@torch.no_grad()
def test_the_residual_scale_multiplies_the_residual_of_each_block() -> None:
    one, tenth = EDSR(2, 4, 1, residual_scale=1.0), EDSR(2, 4, 1, residual_scale=0.1)
    state = one.state_dict()
    for key in ("body.0.body.2.weight", "body.0.body.2.bias"):
        state[key] = state[key] / 10
    lr = torch.rand(1, 3, 6, 6)
    tenth.load_state_dict(one.state_dict())
    one.load_state_dict(state)
    torch.testing.assert_close(tenth(lr), one(lr))


@pytest.mark.parametrize("arguments", [{"scale": 8}, {"features": 0}, {"blocks": 0}], ids=str)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        EDSR(**arguments)
