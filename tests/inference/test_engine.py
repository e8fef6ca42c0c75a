"""What computes the network."""

import sys
from functools import partial

import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.inference.devices import choose_dtype
from srrescgan.inference.engine import make_engine
from srrescgan.inference.local_part import LocalPart
from srrescgan.types import Edges

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def generator() -> SRResDNet:
    torch.manual_seed(0)
    return SRResDNet(scale=2, features=4, blocks=2).eval()


def test_openvino_gives_what_pytorch_gives(generator: SRResDNet) -> None:
    pytest.importorskip("openvino", reason="needs the extra openvino")
    ours, theirs = (
        make_engine(name, LocalPart(generator), CPU, torch.float32)
        for name in ("torch", "openvino")
    )
    # Odd sizes, more than one tile, cuts on some sides.
    for shape, edges in (
        ((1, 3, 33, 47), Edges(True, True, True, True)),
        ((2, 3, 40, 29), Edges(True, False, False, True)),
    ):
        tiles = 255 * torch.rand(shape)
        with torch.inference_mode():
            torch.testing.assert_close(theirs(tiles, edges), ours(tiles, edges), rtol=0, atol=1e-3)


def test_compiled_once_for_every_tile(generator: SRResDNet, monkeypatch) -> None:
    monkeypatch.setattr(torch, "compile", partial(torch.compile, backend="eager"))
    lr = torch.rand(1, 3, 37, 32)
    expected = Predictor(generator, UpscaleOptions(tile=11))(lr)
    with torch._dynamo.config.patch(recompile_limit=2, fail_on_recompile_limit_hit=True):
        # 12 tiles, 9 kinds of borders
        compiled = Predictor(generator, UpscaleOptions(tile=11, engine="compile"))(lr)
    torch.testing.assert_close(compiled, expected, rtol=0, atol=1e-5)


def test_openvino_is_named_when_it_is_missing(generator: SRResDNet, monkeypatch) -> None:
    monkeypatch.setitem(sys.modules, "openvino", None)
    with pytest.raises(ConfigError, match=r"srrescgan\[openvino\]"):
        Predictor(generator, UpscaleOptions(engine="openvino"))


def test_bf16_is_near_and_is_the_costly_part_only(generator: SRResDNet) -> None:
    try:
        choose_dtype("bf16", CPU)
    except ConfigError as error:
        pytest.skip(str(error))
    lr = torch.rand(1, 3, 20, 24)
    exact, near = (
        Predictor(generator)(lr),
        Predictor(generator, UpscaleOptions(precision="bf16"))(lr),
    )
    assert 0 < (near - exact).abs().max() < 0.02
    assert generator.alpha.dtype is torch.float32


def test_unknown_names(generator: SRResDNet) -> None:
    with pytest.raises(ConfigError, match="did you mean 'openvino'"):
        Predictor(generator, UpscaleOptions(engine="openvin"))
    with pytest.raises(ConfigError, match="did you mean 'bf16'"):
        Predictor(generator, UpscaleOptions(precision="bf1"))
    with pytest.raises(ConfigError, match="at least 1"):
        Predictor(generator, UpscaleOptions(batch=0))
