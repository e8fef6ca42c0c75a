"""Pictures of any size through every network of the house, in tiles and at once."""

import numpy as np
import pytest
import torch
from band_list import BandList
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image
from torch import Tensor, nn

from srrescgan import SuperResolver
from srrescgan.errors import ConfigError
from srrescgan.generators import EDSR, Compact, RRDBNet
from srrescgan.inference import Predictor, UpscaleOptions, predictor
from srrescgan.inference.devices import choose_dtype
from srrescgan.inference.tile_plan import Approximation

NETWORKS = {
    "compact": lambda scale: Compact(scale, features=4, layers=16, residual_init=1.0),
    "edsr": lambda scale: EDSR(scale, features=4, blocks=16),
    "rrdbnet": lambda scale: RRDBNet(scale, features=4, blocks=1, growth=2),
}
SCALES = {"compact": (1, 2, 3, 4), "edsr": (2, 3, 4), "rrdbnet": (1, 2, 4)}
CASES = [(name, scale) for name, scales in SCALES.items() for scale in scales]


def network(name: str, scale: int) -> nn.Module:
    """Narrow, of the true depth (RRDBNet: one block), with weights that keep the signal alive."""
    torch.manual_seed(0)
    generator = NETWORKS[name](scale).eval()
    for module in generator.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
    return generator


@settings(max_examples=20, deadline=None)
@given(
    case=st.sampled_from(CASES),
    height=st.integers(1, 20),
    width=st.integers(1, 200),
    ensemble=st.booleans(),
    tile=st.integers(1, 40),
    batch=st.sampled_from([1, 3]),
)
def test_no_picture_shows_its_tiles(
    case: tuple[str, int], height: int, width: int, ensemble: bool, tile: int, batch: int
) -> None:
    tile = max(tile, width // 6)
    generator, lr = network(*case), torch.rand(3, height, width)
    options = UpscaleOptions(ensemble, tile=tile, batch=batch, overlap="exact")
    sink = BandList()
    info = Predictor(generator, options).stream(lr, sink)
    whole = Predictor(generator, UpscaleOptions(ensemble))(lr[None])[0]
    assert sink.picture.shape == whole.shape
    assert 255 * (sink.picture - whole).abs().max() < 0.1  # gray levels
    assert info.approximation is None


@pytest.mark.parametrize("ensemble", [False, True])
@pytest.mark.parametrize(("scale", "width"), [(2, 161), (1, 251)])
def test_tiles_begin_where_blocks_of_pixels_begin(scale: int, width: int, ensemble: bool) -> None:
    generator, lr = network("rrdbnet", scale), torch.rand(1, 3, 3, width)
    options = UpscaleOptions(ensemble, tile=23, overlap="exact")
    whole = Predictor(generator, UpscaleOptions(ensemble))(lr)
    assert 255 * (Predictor(generator, options)(lr) - whole).abs().max() < 0.1


@pytest.mark.parametrize(("name", "scale"), CASES)
def test_a_context_that_is_too_small_shows(name: str, scale: int) -> None:
    generator, lr = network(name, scale), torch.rand(1, 3, 40, 37)
    whole = Predictor(generator)(lr)
    tiled = Predictor(generator, UpscaleOptions(tile=10, overlap=3))(lr)
    assert 255 * (tiled - whole).abs().max() > 1


@pytest.mark.parametrize(("name", "scale"), CASES)
def test_pictures_of_every_kind(name: str, scale: int) -> None:
    resolver = SuperResolver(network(name, scale), tile=7, device="cpu", overlap="exact")
    for height, width, channels in ((1, 1, 3), (13, 9, 1), (9, 13, 4), (1, 8, 2), (10, 3, 3)):
        pixels = np.random.default_rng(0).integers(0, 256, (height, width, channels), np.uint8)
        assert resolver(pixels).shape == (scale * height, scale * width, channels)
    assert resolver(Image.new("LA", (5, 3))).size == (5 * scale, 3 * scale)


def rrdbnet() -> RRDBNet:
    """Its halo is 19; the table says which smaller overlaps will do."""

    class Measured(RRDBNet):
        overlap_levels = {4: 3.0, 8: 0.5}  # noqa: RUF012 (the contract's attribute)

    torch.manual_seed(0)
    return Measured(2, features=4, blocks=1, growth=2).eval()


def levels_apart(options: UpscaleOptions, lr: Tensor) -> tuple[float, Approximation | None]:
    """Largest difference from the whole image, and what the prediction says of it."""
    sink = BandList()
    info = Predictor(rrdbnet(), options).stream(lr, sink)
    whole = Predictor(rrdbnet(), UpscaleOptions(options.ensemble))(lr[None])[0]
    return 255 * (sink.picture - whole).abs().max().item(), info.approximation


@pytest.mark.parametrize("ensemble", [False, True])
def test_the_user_learns_how_far_tiles_may_be_from_the_whole(ensemble: bool) -> None:
    lr = torch.rand(3, 50, 43)
    apart, said = levels_apart(UpscaleOptions(ensemble, tile=20), lr)
    assert said == Approximation(tile=20, overlap=8, levels=0.5)
    assert "up to 0.5 gray levels" in str(said)
    assert apart > 0
    assert levels_apart(UpscaleOptions(ensemble, tile=20, overlap="exact"), lr)[1] is None
    assert levels_apart(UpscaleOptions(ensemble, tile=50), lr)[1] is None  # at once
    assert levels_apart(UpscaleOptions(ensemble, tile=20, overlap=99), lr)[1] is None
    more, said = levels_apart(UpscaleOptions(ensemble, tile=20, overlap=1), lr)
    assert said == Approximation(tile=20, overlap=1, levels=None)
    assert "nobody measured" in str(said)
    assert more > apart
    said = levels_apart(UpscaleOptions(ensemble, tile=20, overlap=7), lr)[1]
    assert said == Approximation(tile=20, overlap=7, levels=3.0)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.uint16])
def test_overlapping_tiles_of_integers_are_written_row_by_row(dtype: torch.dtype) -> None:
    white = torch.iinfo(dtype).max
    lr = torch.randint(0, white + 1, (3, 41, 33)).to(dtype)
    sink, generator = BandList(), rrdbnet()
    Predictor(generator, UpscaleOptions(tile=20)).stream(lr, sink)
    assert [band.shape[1] for band in sink.bands] == [28, 28, 26]
    whole = Predictor(generator)((lr.float() / white)[None])[0]
    assert 255 * (sink.picture - whole).abs().max() < 2


@pytest.mark.parametrize(
    ("options", "levels"),
    [({"engine": "openvino"}, 0.1), ({"precision": "bf16"}, 3), ({"engine": "compile"}, 0.1)],
    ids=["openvino", "bf16", "compile"],
)
def test_engines_and_precisions_compute_the_same_tiles(
    options: dict[str, str], levels: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "openvino" in options.values():
        pytest.importorskip("openvino", reason="needs the extra openvino")
    if "bf16" in options.values():
        try:
            choose_dtype("bf16", torch.device("cpu"))
        except ConfigError as error:
            pytest.skip(str(error))
    compiled = torch.compile
    monkeypatch.setattr(torch, "compile", lambda *a, **k: compiled(*a, backend="eager", **k))
    generator, lr = rrdbnet(), torch.rand(1, 3, 27, 22)
    plain, other = (
        Predictor(generator, UpscaleOptions(tile=11, overlap=5, **each))(lr)
        for each in ({}, options)
    )
    assert 255 * (plain - other).abs().max() < levels


def memory_for(pixels: float | None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(predictor, "pixels_that_fit", lambda *_: pixels)


def test_auto_computes_at_once_what_fits_into_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    automatic = Predictor(RRDBNet(blocks=23, features=4, growth=2), UpscaleOptions(tile="auto"))
    default, overlap = automatic.engine.tile, automatic.part.locality.overlap
    memory_for(1e6, monkeypatch)
    plan = automatic.tiler.plan(1000, 1000)
    assert (plan.tile, plan.overlap) == (1000, 349)
    plan = automatic.tiler.plan(1000, 1001)
    assert plan.overlap == overlap < 349
    assert default < plan.tile < 1000
    memory_for(120_000, monkeypatch)
    plan = automatic.tiler.plan(1000, 1001)
    assert (plan.tile + 2 * plan.overlap) ** 2 <= 120_000 < (plan.tile + 2 * plan.overlap + 1) ** 2
    memory_for(None, monkeypatch)  # not known
    assert automatic.tiler.plan(1000, 1000).tile == default


def test_auto_keeps_the_halo_where_that_costs_little(monkeypatch: pytest.MonkeyPatch) -> None:
    automatic = Predictor(EDSR(features=4), UpscaleOptions(tile="auto"))
    default = automatic.engine.tile
    for pixels in (1e9, None):
        memory_for(pixels, monkeypatch)
        plan = automatic.tiler.plan(2000, 2000)
        assert (plan.tile, plan.overlap) == (default, 36)


def test_exact_takes_the_largest_tiles_that_fit(monkeypatch: pytest.MonkeyPatch) -> None:
    options = UpscaleOptions(tile="auto", overlap="exact")
    exact = Predictor(RRDBNet(blocks=23, features=4, growth=2), options)
    memory_for(1500**2, monkeypatch)
    assert exact.tiler.plan(1500, 1500).tile == 1500
    plan = exact.tiler.plan(1501, 1500)
    assert (plan.tile, plan.overlap) == (1500 - 2 * 349, 349)


class Scarce(nn.Module):
    """A network that has memory for few pixels, and is not copied."""

    def __init__(self, pixels: int, **attributes: object) -> None:
        super().__init__()
        self.network, self.pixels = rrdbnet(), pixels
        self.scale = 2
        for name, value in attributes.items():
            setattr(self, name, value)
        self.sizes: list[int] = []

    def __deepcopy__(self, memo: dict) -> "Scarce":
        return self

    def forward(self, lr: Tensor) -> Tensor:
        self.sizes.append(lr[0, 0].numel())
        if self.sizes[-1] > self.pixels:
            raise torch.OutOfMemoryError("out of memory")
        return self.network(lr)


def test_overlapping_tiles_follow_where_the_whole_did_not_fit(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    attributes = {"halo": 2000, "grid": 2, "overlap_levels": {8: 0.5}}
    scarce, sink, lr = Scarce(100 * 100, **attributes), BandList(), torch.rand(3, 330, 40)
    memory_for(1e9, monkeypatch)  # a wrong estimate
    info = Predictor(scarce, UpscaleOptions(tile="auto")).stream(lr, sink)
    assert next(size for size in scarce.sizes if size > 256) == 330 * 40  # after the trial
    assert info.approximation == Approximation(tile=320, overlap=8, levels=0.5)
    assert sink.starts == 1
    whole = Predictor(rrdbnet())(lr[None])[0]
    assert 255 * (sink.picture - whole).abs().max() < 2
    with pytest.raises(MemoryError, match="8 x 8 pixels with 2000 pixels around it"):
        Predictor(scarce, UpscaleOptions(tile=None)).stream(lr, BandList())


def test_a_network_that_is_not_local_says_so_when_memory_runs_out() -> None:
    with pytest.raises(MemoryError, match=r"40 x 30 pixels.*Scarce does not define `halo`"):
        Predictor(Scarce(10)).stream(torch.rand(3, 30, 40), BandList())
