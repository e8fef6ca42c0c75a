"""A picture of any size, in tiles, with little memory, and equal to the whole."""

import math
from unittest import mock

import pytest
import torch
from band_list import BandList
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions, projected


def network(alpha: float, **settings: object) -> SRResDNet:
    """A small network with a large residual; the larger alpha, the longer it may be."""
    torch.manual_seed(0)
    generator = SRResDNet(features=3, blocks=1, alpha_init=alpha, **settings)
    generator.model.conv_out.weight_g.data *= 30
    return generator


@st.composite
def pictures(draw) -> Tensor:
    """Noise, flat ground, both, or few levels; down to the smallest picture."""
    height, width = draw(st.integers(8, 26)), draw(st.integers(8, 26))
    noise = torch.rand(
        3, height, width, generator=torch.Generator().manual_seed(draw(st.integers(0, 99)))
    )
    noise = draw(st.sampled_from([noise, noise.round(), 0.003 * noise]))
    flat = torch.full_like(noise, draw(st.sampled_from([0.0, 0.5, 1.0])))
    rows, columns = draw(st.integers(0, height)), draw(st.integers(0, width))
    return torch.where(
        (torch.arange(height)[:, None] < rows) & (torch.arange(width) < columns), flat, noise
    )


@settings(max_examples=40, deadline=None)
@given(
    lr=pictures(),
    generator=st.builds(
        network,
        alpha=st.sampled_from([-3.0, 3.0, 9.0, 20.0]),
        scale=st.sampled_from([2, 3, 4]),
        noise_estimate=st.sampled_from(["input", "upsampled"]),
        sigma_floor=st.sampled_from([0.0, 1e-4]),
    ),
    ensemble=st.booleans(),
    tile=st.integers(2, 30),
    batch=st.sampled_from([1, 3]),
    kept=st.sampled_from([0, 2**30]),
)
def test_no_picture_shows_its_tiles(
    lr: Tensor, generator: SRResDNet, ensemble: bool, tile: int, batch: int, kept: int
) -> None:
    sink = BandList()
    with mock.patch.object(projected, "_MAX_BUFFER", kept):
        info = Predictor(generator, UpscaleOptions(ensemble, tile=tile, batch=batch)).stream(
            lr, sink
        )
    whole = Predictor(generator, UpscaleOptions(ensemble))(lr[None])[0]
    assert sink.picture.shape == whole.shape
    difference = 255 * (sink.picture - whole).abs()
    assert difference.max() < 0.1  # of a grey level
    assert difference.mean() < 1e-3
    assert len(info.residual_scale) == (8 if ensemble else 1)


@pytest.fixture
def large(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every picture is too large for its residuals to be kept."""
    monkeypatch.setattr(projected, "_MAX_BUFFER", 0)


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("ensemble", [False, True])
def test_a_tile_is_recomputed_only_where_the_residual_is_too_long(ensemble: bool) -> None:
    lr = torch.rand(3, 16, 12)
    for alpha, starts in ((20.0, 1), (-3.0, 2)):
        generator, sink = network(alpha, noise_estimate="input"), BandList()
        shares: list[float] = []
        info = Predictor(generator, UpscaleOptions(ensemble, tile=4)).stream(
            lr, sink, shares.append
        )
        assert sink.starts == starts
        # Four rows of tiles in each pass; those of a pass that was in vain count too.
        assert shares == [(index + 1) / 4 / starts for index in range(4 * starts)]
        assert all((scale < 1) == (starts == 2) for scale in info.residual_scale)


@pytest.mark.usefixtures("large")
def test_a_residual_that_is_only_a_little_too_long_is_shortened_too() -> None:
    lr, sink, options = torch.rand(3, 16, 12), BandList(), UpscaleOptions(tile=4)
    info = Predictor(network(-3.0, noise_estimate="input"), options).stream(lr, sink)
    (share,) = info.residual_scale
    alpha = -3.0 - math.log(1.5 * share)  # the residual is 1.5 times as long as allowed
    generator = network(alpha, noise_estimate="input")
    info = Predictor(generator, options).stream(lr, sink)
    assert info.residual_scale[0] == pytest.approx(1 / 1.5, rel=1e-4)
    assert (sink.picture - Predictor(generator)(lr[None])[0]).abs().max() < 1e-5


def test_a_picture_of_usual_size_is_computed_once() -> None:
    predictor, sink = (
        Predictor(network(-3.0, noise_estimate="input"), UpscaleOptions(tile=8)),
        BandList(),
    )
    predictor.engine = Scarce(predictor.engine, 10**9, MemoryError())
    shares: list[float] = []
    info = predictor.stream(torch.rand(3, 16, 16), sink, shares.append)
    assert len(predictor.engine.sizes) == 4
    assert sink.starts == 1
    assert info.residual_scale[0] < 1
    assert shares == [0.5, 1.0]


def test_nothing_is_computed_where_the_residual_is_zero() -> None:
    predictor, sink = Predictor(network(9.0), UpscaleOptions(tile=4)), BandList()

    def never(*_: object) -> Tensor:
        raise AssertionError

    predictor.engine = never
    lr = torch.full((3, 16, 12), 0.5)
    assert predictor.stream(lr, sink).residual_scale == (0.0,)
    assert (sink.picture - 0.5).abs().max() < 1e-6


@pytest.mark.parametrize(("dtype", "white"), [(torch.uint8, 255), (torch.uint16, 65535)])
def test_the_type_says_what_white_is(dtype: torch.dtype, white: int) -> None:
    predictor = Predictor(network(9.0), UpscaleOptions(ensemble=True, tile=8))
    levels = torch.randint(0, 2, (3, 12, 14))  # dark: by their values they might be in [0, 1]
    sink, expected = BandList(), predictor((levels / white)[None])[0]
    predictor.stream(levels.to(dtype), sink)
    assert (sink.picture - expected).abs().max() < 1e-5
    with pytest.raises(TypeError, match="int64"):
        predictor.stream(levels, sink)


class Scarce:
    """An engine that has memory for tiles of some pixels only."""

    tile = 64

    def __init__(self, engine, pixels: int, error: Exception) -> None:
        self.engine, self.pixels, self.error = engine, pixels, error
        self.sizes: list[int] = []

    def __call__(self, tiles: Tensor, edges) -> Tensor:
        self.sizes.append(tiles[0, 0].numel())
        if self.sizes[-1] > self.pixels and len(self.sizes) > 2:
            raise self.error
        return self.engine(tiles, edges)


@pytest.mark.parametrize(
    "error",
    [
        torch.OutOfMemoryError("CUDA out of memory"),
        RuntimeError("[enforce fail at alloc_cpu.cpp] DefaultCPUAllocator: can't allocate memory"),
        MemoryError(),
    ],
)
def test_the_tile_is_halved_when_memory_runs_out(error: Exception) -> None:
    generator, lr = network(9.0, noise_estimate="input"), torch.rand(3, 70, 33)
    predictor, sink = Predictor(generator, UpscaleOptions(tile=32)), BandList()
    predictor.engine = Scarce(predictor.engine, 3000, error)  # two tiles are done before
    predictor.stream(lr, sink)
    expected = Predictor(generator)(lr[None])[0]
    assert (sink.picture - expected).abs().max() < 1e-5
    assert max(predictor.engine.sizes) > 3000 >= predictor.engine.sizes[-1]


@pytest.mark.parametrize("estimate", ["input", "upsampled"])
def test_measuring_and_putting_together_make_do_with_less_too(
    estimate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator, lr, sink = network(-3.0, noise_estimate=estimate), torch.rand(3, 70, 33), BandList()
    expected = Predictor(generator)(lr[None])[0]
    upsample = SRResDNet.upsample

    def scarce(self: SRResDNet, tile: Tensor) -> Tensor:
        if tile[0, 0].numel() > 30 * 40:
            raise torch.OutOfMemoryError("CUDA out of memory")
        return upsample(self, tile)

    monkeypatch.setattr(SRResDNet, "upsample", scarce)
    Predictor(generator, UpscaleOptions(tile=60)).stream(lr, sink)
    assert (sink.picture - expected).abs().max() < 1e-5


def test_even_the_smallest_tile_may_be_too_large() -> None:
    predictor, sink = Predictor(network(9.0), UpscaleOptions(tile=32)), BandList()
    predictor.engine = Scarce(predictor.engine, 0, MemoryError())
    with pytest.raises(MemoryError, match="8 x 8 pixels"):
        predictor.stream(torch.rand(3, 40, 33), sink)


@pytest.mark.parametrize(("estimate", "least"), [("input", 8), ("upsampled", 2)])
def test_the_message_about_a_small_picture_names_its_size(estimate: str, least: int) -> None:
    predictor, sink = Predictor(network(9.0, noise_estimate=estimate)), BandList()
    predictor.stream(torch.rand(3, least, least), sink)
    with pytest.raises(ValueError, match=f"at least {least} x {least} pixels, got 9 x {least - 1}"):
        predictor.stream(torch.rand(3, 9, least - 1), sink)


def test_other_errors_are_not_taken_for_it() -> None:
    predictor, sink = Predictor(network(9.0), UpscaleOptions(tile=32)), BandList()
    predictor.engine = Scarce(predictor.engine, 0, RuntimeError("shapes do not match"))
    with pytest.raises(RuntimeError, match="shapes do not match"):
        predictor.stream(torch.rand(3, 40, 33), sink)


class Nowhere:
    """A sink that keeps nothing."""

    def write(self, band: Tensor) -> None:
        pass

    def restart(self) -> None:
        pass


class Largest(TorchDispatchMode):
    """Notes the largest tensor that is made."""

    size = 0

    def __torch_dispatch__(self, function, types, args=(), kwargs=None):
        made = function(*args, **(kwargs or {}))
        if isinstance(made, Tensor):
            self.size = max(self.size, made.numel())
        return made


@pytest.mark.usefixtures("large")
@pytest.mark.parametrize("estimate", ["input", "upsampled"])
@pytest.mark.parametrize("alpha", [-3.0, 20.0])
def test_memory_does_not_grow_with_the_picture(
    alpha: float, estimate: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(projected, "_PIXELS_MEASURED", 1000)  # for pictures of millions of pixels
    predictor = Predictor(network(alpha, noise_estimate=estimate), UpscaleOptions(tile=16))
    sizes = []
    for height in (64, 192):
        lr = torch.randint(0, 256, (3, height, 24), dtype=torch.uint8)
        with Largest() as largest:
            predictor.stream(lr, Nowhere())
        sizes.append(largest.size)
    assert sizes[0] == sizes[1]
