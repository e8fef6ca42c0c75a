"""RRDBNet against ESRGAN's outputs, and its scales 2 and 1."""

from pathlib import Path

import numpy as np
import pytest
import torch
from reach import reach
from recipe import recipe_fill

from srrescgan.generators import RRDBNet


@pytest.fixture(scope="module")
def network() -> RRDBNet:
    return RRDBNet().eval()


def test_has_the_parameters_of_the_reference(network: RRDBNet) -> None:
    assert sum(p.numel() for p in network.parameters()) == 16_697_987
    names = list(network.state_dict())
    assert len(names) == 702
    assert names[:3] == ["conv_first.weight", "conv_first.bias", "body.0.rdb1.conv1.weight"]
    assert names[-1] == "conv_last.bias"
    assert network.halo == 349


@pytest.mark.reference
@torch.no_grad()
def test_equals_the_reference(shared: Path, network: RRDBNet) -> None:
    goldens = np.load(shared / "goldens/misc_modules.npz")
    recipe_fill(network, std=0.02)
    sr = network(torch.from_numpy(goldens["rrdb_in"]))
    torch.testing.assert_close(sr, torch.from_numpy(goldens["rrdb_out"]), rtol=0, atol=1e-6)


@pytest.mark.parametrize(("scale", "inputs"), [(4, 3), (2, 12), (1, 48)])
@torch.no_grad()
def test_the_scale_decides_the_inputs_of_the_first_convolution(scale: int, inputs: int) -> None:
    network = RRDBNet(scale, features=8, blocks=1, growth=4)
    assert network.conv_first.weight.shape == (8, inputs, 3, 3)
    for height, width in ((8, 12), (7, 5), (1, 1), (2, 3)):
        assert network(torch.rand(1, 3, height, width)).shape == (
            1,
            3,
            scale * height,
            scale * width,
        )


@torch.no_grad()
def test_a_side_that_is_no_multiple_is_reflected_at_the_right_and_the_bottom() -> None:
    network = RRDBNet(2, features=8, blocks=1, growth=4)
    lr = torch.rand(1, 3, 7, 9)
    padded = torch.cat((lr, lr[:, :, -2:-1]), 2)
    padded = torch.cat((padded, padded[..., -2:-1]), 3)
    assert torch.equal(network(lr), network(padded)[..., :14, :18])


@pytest.mark.parametrize("scale", [4, 2, 1])
def test_an_output_pixel_depends_on_its_halo_and_nothing_beyond(scale: int) -> None:
    network = RRDBNet(scale, features=6, blocks=1, growth=4)
    with torch.no_grad():
        for parameter in network.parameters():
            parameter += 0.1 * torch.randn_like(parameter)
    found = [reach(network, network.halo, offset=offset) for offset in range(4 // scale)]
    assert max(found) == network.halo == (4 // scale) * 19


def test_dense_blocks_start_small() -> None:
    network = RRDBNet(features=64, blocks=1)
    for name, parameter in network.body.named_parameters():
        if name.endswith("bias"):
            assert not parameter.any()
        else:
            fan_in = parameter[0].numel()
            assert parameter.std().item() == pytest.approx(0.1 * (2 / fan_in) ** 0.5, rel=0.03)
    assert network.conv_body.bias.any()


@pytest.mark.parametrize(
    "arguments", [{"scale": 3}, {"features": 0}, {"blocks": 0}, {"growth": 0}], ids=str
)
def test_arguments_out_of_range_are_refused(arguments: dict[str, int]) -> None:
    with pytest.raises(ValueError, match="must be"):
        RRDBNet(**arguments)
