"""The methods of an evaluation."""

from pathlib import Path
from typing import ClassVar

import pytest
import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.eval.methods import network_method
from srrescgan.eval.select_methods import select_methods
from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_safetensors

CPU = torch.device("cpu")


class Enlarged(nn.Module):
    """Nearest-neighbor upscaling that records the sizes of its inputs, in all copies."""

    scale, halo = 2, 1
    sizes: ClassVar[list[tuple[int, ...]]] = []

    def forward(self, lr: Tensor) -> Tensor:
        self.sizes.append(tuple(lr.shape[-2:]))
        return lr.repeat_interleave(2, dim=-2).repeat_interleave(2, dim=-1)


def test_a_network_is_computed_in_tiles_of_the_given_size() -> None:
    lr = torch.rand(1, 3, 20, 24)
    outputs = {}
    for tile, largest in ((None, 24), (8, 8 + 2 * Enlarged.halo)):
        Enlarged.sizes.clear()
        upscale = network_method(Enlarged(), "x", False, CPU, tile).on_device(CPU)
        outputs[tile] = upscale({"lr": lr})
        assert max(max(size) for size in Enlarged.sizes) <= largest
    assert torch.equal(outputs[None], outputs[8])


@pytest.mark.parametrize("name", ["..", ".hidden", "a/b"])
def test_a_name_that_leaves_its_folder_is_refused(name: str, tmp_path: Path) -> None:
    weights = tmp_path / "weights.safetensors"
    node = {"_target_": "srrescgan.generators.SRResDNet", "scale": 4, "features": 8, "blocks": 1}
    write_safetensors(SRResDNet(features=8, blocks=1).state_dict(), node, weights)
    with pytest.raises(ConfigError, match="a name becomes a folder"):
        select_methods(weights, {name: str(weights)}, {}, CPU, scale=4)
