"""What a network costs."""

import pytest
import torch
from compact_network import CompactNetwork
from torch import nn

from srrescgan.eval.cost import count_multiplications, measure_cost
from srrescgan.generators import EDSR, Compact, RRDBNet, SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions


def test_multiplications_of_the_paper_s_network() -> None:
    cost = measure_cost(Predictor(SRResDNet()), size=8)
    # conv 5x5 3->64, ten 3x3 64->64, transposed 5x5 64->3, all at the output size.
    assert cost["macs_per_hr_pixel"] == 25 * 3 * 64 + 10 * 9 * 64 * 64 + 25 * 64 * 3
    assert cost["parameters"] == 380_356
    assert cost["seconds_per_megapixel"] > 0


def test_the_ensemble_does_eight_times_the_work() -> None:
    generator = SRResDNet(features=8, blocks=1)
    plain, ensemble = (
        measure_cost(Predictor(generator, UpscaleOptions(each)), size=8) for each in (False, True)
    )
    assert ensemble["macs_per_hr_pixel"] == 8 * plain["macs_per_hr_pixel"]
    assert ensemble["parameters"] == plain["parameters"]


@pytest.mark.parametrize(
    ("build", "expected"),
    [
        (SRResDNet, 378_240),
        (EDSR, 123_958),
        (lambda: EDSR(4, 256, 32, 0.1), 3_140_794),
        (RRDBNet, 1_120_428),
        (Compact, 38_700),
        (lambda: Compact(features=64, layers=32), 75_564),
    ],
    ids=["srresdnet", "edsr", "edsr_large", "rrdbnet", "compact", "general_x4v3"],
)
def test_multiplications_per_hr_pixel(build, expected: int) -> None:
    with torch.device("meta"):
        network: nn.Module = build()
    assert round(count_multiplications(network)) == expected  # as counted without our code


def test_it_is_what_a_forward_pass_is_measured_to_take() -> None:
    network = CompactNetwork()
    measured = measure_cost(Predictor(network), 16)["macs_per_hr_pixel"]
    assert count_multiplications(network) == pytest.approx(measured)


class Hungry(nn.Module):
    scale = 1

    def __init__(self, megabytes: int) -> None:
        super().__init__()
        self.bytes = megabytes * 1_000_000

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        scratch = torch.ones(self.bytes, dtype=torch.uint8)
        return lr + scratch[0]


def test_the_peak_is_what_a_run_takes_and_gives_back() -> None:
    freed = [torch.ones(10_000) for _ in range(5000)]  # kept by the allocator, not by us
    del freed
    cost = measure_cost(Predictor(Hungry(200)), size=8)
    if "peak_megabytes" not in cost:
        pytest.skip("this system does not tell the memory of a process")
    assert 190 < cost["peak_megabytes"] < 260
