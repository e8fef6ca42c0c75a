"""Files of ours in spandrel: the programs that use it read them with no code of ours."""

from pathlib import Path

import pytest
import torch
from torch import nn

from srrescgan.export.weight_files import write_pth
from srrescgan.generators import Compact, RRDBNet
from srrescgan.weights import load_pretrained

NETWORKS = {
    "RRDBNet x4": lambda: RRDBNet(4, features=8, blocks=2, growth=32),
    "RRDBNet x2": lambda: RRDBNet(2, features=8, blocks=1, growth=32),
    "RRDBNet x1": lambda: RRDBNet(1, features=8, blocks=1, growth=32),
    "Compact x4": lambda: Compact(4, features=8, layers=3),
    "Compact x1": lambda: Compact(1, features=8, layers=1),
}
SPELLINGS = {"RRDBNet": ("native", "params_ema", "esrgan", "esrgan_first"), "Compact": ("params",)}


@torch.no_grad()
@pytest.mark.parametrize("name", NETWORKS)
def test_it_computes_the_same_pixels(name: str, tmp_path: Path) -> None:
    spandrel = pytest.importorskip("spandrel")
    network: nn.Module = NETWORKS[name]().eval()
    architecture, _, scale = name.partition(" x")
    lr = torch.rand(1, 3, 12, 20)
    for keys in SPELLINGS[architecture]:
        path = tmp_path / f"{keys}.pth"
        write_pth(network, {}, path, keys)
        theirs = spandrel.ModelLoader().load_from_file(path)
        assert theirs.scale == int(scale)
        expected = network(lr).clamp(0, 1)
        torch.testing.assert_close(theirs(lr).clamp(0, 1), expected, rtol=0, atol=1e-4)
        torch.testing.assert_close(
            load_pretrained(path)(lr).clamp(0, 1), expected, rtol=0, atol=1e-6
        )
