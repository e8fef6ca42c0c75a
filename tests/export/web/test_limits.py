"""What a page takes: sizes and times of the networks, and refusals that say them."""

from pathlib import Path

import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.export.web import write_web
from srrescgan.export.web.limits import check_limits, page_cost
from srrescgan.generators import EDSR, Compact, RRDBNet, SRResDNet


def test_large_networks_are_refused_with_size_and_reason(tmp_path: Path) -> None:
    with torch.device("meta"):  # sizes only
        networks = {"172 MB": EDSR(4, 256, 32, 0.1), "67 MB": RRDBNet()}
    for size, network in networks.items():
        with pytest.raises(ConfigError, match=rf"{size} of weights, limit 32 MB.*target=onnx"):
            write_web(network, {}, tmp_path / "page", Path("a.pth"))
    assert not list(tmp_path.iterdir())


def test_a_slow_network_is_refused_with_its_time() -> None:
    with torch.device("meta"):
        network = SRResDNet(features=256)  # 24 MB
    with pytest.raises(ConfigError, match=r"about \d+ minutes for a photo of one megapixel"):
        check_limits(network, page_cost(network))


def test_a_network_that_looks_far_is_refused_with_the_memory_of_a_tile() -> None:
    with torch.device("meta"):
        network = EDSR(4, 96, 40)
    with pytest.raises(ConfigError, match=r"\d+ MB of memory for a tile.*\d+ pixels around it"):
        check_limits(network, page_cost(network))


@pytest.mark.parametrize("network", [SRResDNet(), Compact(), EDSR()], ids=lambda n: str(type(n)))
def test_small_ones_are_not(network: torch.nn.Module) -> None:
    cost = page_cost(network)
    check_limits(network, cost)
    assert cost.tile % network.scale == 0
