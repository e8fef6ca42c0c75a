"""Compact: the counts of the released networks, the anchor, the initial output."""

import pytest
import torch
import torch.nn.functional as F
from reach import reach

from srrescgan.generators import Compact


@pytest.mark.parametrize(("layers", "count"), [(16, 621_424), (32, 1_213_296)])
def test_has_the_parameters_of_the_released_networks(layers: int, count: int) -> None:
    network = Compact(layers=layers)
    assert sum(p.numel() for p in network.parameters()) == count
    assert len(network.state_dict()) == 3 * layers + 5
    assert list(network.state_dict())[:3] == ["body.0.weight", "body.0.bias", "body.1.weight"]
    assert network.halo == layers + 2


@pytest.mark.parametrize("scale", [1, 2, 3, 4])
def test_any_scale_and_depth(scale: int) -> None:
    network = Compact(scale, features=6, layers=3)
    assert network(torch.rand(1, 3, 5, 9)).shape == (1, 3, 5 * scale, 9 * scale)
    assert reach(network, network.halo) == network.halo == 5


@torch.no_grad()
def test_starts_close_to_the_nearest_neighbor() -> None:
    lr = torch.rand(1, 3, 9, 9)
    anchor = F.interpolate(lr, scale_factor=4, mode="nearest")
    exact, near, pytorch = (Compact(4, 16, 2, residual_init=r)(lr) - anchor for r in (0, 0.1, 1))
    assert not exact.any()
    assert 0 < near.abs().max() < 0.1 < pytorch.abs().max()


@pytest.mark.parametrize(
    "arguments", [{"scale": 0}, {"features": 0}, {"layers": 0}, {"residual_init": 2.0}], ids=str
)
def test_arguments_out_of_range_are_refused(arguments: dict) -> None:
    with pytest.raises(ValueError, match="must be"):
        Compact(**arguments)
