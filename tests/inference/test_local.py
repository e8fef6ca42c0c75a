"""Images of any size through a network that declares its halo and nothing else."""

import pytest
import torch
from band_list import BandList
from compact_network import CompactNetwork, compact_network
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.inference import PredictionInfo, Predictor, UpscaleOptions


class Recorder(nn.Module):
    """Remembers the sizes of what a network is given, and may refuse large ones."""

    def __init__(self, network: CompactNetwork, pixels: int = 10**9) -> None:
        super().__init__()
        self.network, self.pixels = network, pixels
        self.scale, self.halo = network.scale, network.halo
        self.sizes: list[torch.Size] = []

    def __deepcopy__(self, memo: dict) -> "Recorder":
        return self  # the predictor works on a copy, whose record would be lost

    def forward(self, lr: Tensor) -> Tensor:
        self.sizes.append(lr.shape)
        if lr[0, 0].numel() > self.pixels:
            raise torch.OutOfMemoryError("out of memory")
        return self.network(lr)


@settings(max_examples=40, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    scale=st.sampled_from([1, 2, 3, 4]),
    ensemble=st.booleans(),
    tile=st.integers(1, 45),
    batch=st.sampled_from([1, 3]),
)
def test_tiles_equal_the_whole_image(
    height: int, width: int, scale: int, ensemble: bool, tile: int, batch: int
) -> None:
    generator, sink = compact_network(scale), BandList()
    lr = torch.rand(3, height, width)
    options = UpscaleOptions(ensemble, tile=tile, batch=batch)
    info = Predictor(generator, options).stream(lr, sink)
    with torch.no_grad():
        whole = Predictor(generator, UpscaleOptions(ensemble))(lr[None])[0]
        if not ensemble:
            assert torch.allclose(whole, generator(lr[None])[0], atol=1e-6)
    assert (sink.picture - whole).abs().max() < 1e-5
    assert info == PredictionInfo(())


def test_a_halo_that_is_too_small_shows_in_the_tiles() -> None:
    generator, lr = compact_network(), torch.rand(1, 3, 20, 20)
    whole = Predictor(generator)(lr)
    generator.halo = 2
    assert (Predictor(generator, UpscaleOptions(tile=6))(lr) - whole).abs().max() > 1e-3


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16])
def test_the_type_decides_what_is_white(dtype: torch.dtype) -> None:
    white = torch.iinfo(dtype).max
    levels = torch.randint(0, 2, (3, 12, 14))  # dark: by their values they might be in [0, 1]
    predictor, sink = Predictor(compact_network(), UpscaleOptions(tile=5)), BandList()
    predictor.stream(levels.to(dtype), sink)
    assert (sink.picture - predictor((levels / white)[None])[0]).abs().max() < 1e-5


def test_only_one_row_of_tiles_is_computed_at_a_time() -> None:
    recorder, sink = Recorder(compact_network()), BandList()
    shares: list[float] = []
    predictor = Predictor(recorder, UpscaleOptions(tile=10))
    predictor.stream(torch.rand(3, 30, 20), sink, shares.append)
    assert [band.shape for band in sink.bands] == [(3, 20, 40)] * 3
    assert shares == [pytest.approx(row / 3) for row in (1, 2, 3)]
    assert max(max(size[-2:]) for size in recorder.sizes) == 10 + 2 * 3


def test_tiles_of_one_size_are_computed_together() -> None:
    recorder = Recorder(compact_network())
    Predictor(recorder, UpscaleOptions(tile=10, batch=4)).stream(torch.rand(3, 10, 60), BandList())
    # The outer ones have context on one side only.
    assert sorted(size[0] for size in recorder.sizes) == [2, 4]


def test_the_tile_is_halved_when_memory_runs_out() -> None:
    lr, sink = torch.rand(3, 40, 33), BandList()
    recorder = Recorder(compact_network(), pixels=500)
    Predictor(recorder, UpscaleOptions(tile=32)).stream(lr, sink)
    assert (sink.picture - Predictor(compact_network())(lr[None])[0]).abs().max() < 1e-5
    with pytest.raises(MemoryError, match="8 x 8 pixels"):
        Predictor(Recorder(compact_network(), 10), UpscaleOptions(tile=32)).stream(lr, BandList())


@pytest.mark.parametrize("engine", ["openvino", "compile"])
def test_other_engines_compute_the_same(engine: str, monkeypatch: pytest.MonkeyPatch) -> None:
    if engine == "openvino":
        pytest.importorskip("openvino", reason="needs the extra openvino")
    compiled = torch.compile
    monkeypatch.setattr(torch, "compile", lambda *a, **k: compiled(*a, backend="eager", **k))
    lr, generator = torch.rand(1, 3, 21, 26), compact_network()
    faster = Predictor(generator, UpscaleOptions(tile=9, engine=engine))(lr)
    assert (faster - Predictor(generator)(lr)).abs().max() < 1e-3


def test_a_network_that_estimates_no_noise_takes_no_floor() -> None:
    with pytest.raises(ConfigError, match=r"sigma_floor=0\.1: CompactNetwork estimates no noise"):
        Predictor(compact_network(), UpscaleOptions(sigma_floor=0.1))


def test_the_given_network_is_not_changed() -> None:
    generator = compact_network().train()
    before = {key: value.clone() for key, value in generator.state_dict().items()}
    Predictor(generator, UpscaleOptions(tile=4))(torch.rand(1, 3, 9, 9))
    assert generator.training
    assert all(torch.equal(before[key], value) for key, value in generator.state_dict().items())
    assert not generator.body[0].weight.is_contiguous(memory_format=torch.channels_last)
