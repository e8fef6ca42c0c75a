"""A generator that does not keep its promises is named, wherever it is used."""

from pathlib import Path

import pytest
import torch
from compact_network import CompactNetwork
from torch import nn

from srrescgan import generators
from srrescgan.errors import ConfigError
from srrescgan.export.targets import ExportOptions, export_weights
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.weights.build import build_generator
from srrescgan.weights.files import write_safetensors


class Liar(CompactNetwork):
    """Enlarges by 2 and says 4."""

    def __init__(self) -> None:
        super().__init__(scale=2)
        self.scale = 4

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        self.scale = 2
        try:
            return super().forward(lr)
        finally:
            self.scale = 4


class Silent(nn.Module):
    """Says nothing."""


@pytest.mark.parametrize("tile", [None, 6])
def test_another_size_than_promised_is_blamed_on_the_generator(tile: int | None) -> None:
    predictor = Predictor(Liar(), UpscaleOptions(tile=tile))
    with pytest.raises(ConfigError, match=r"generator Liar returned 3 x \d+ x \d+ .* scale 4"):
        predictor(torch.rand(1, 3, 12, 12))


def install(monkeypatch: pytest.MonkeyPatch, network: type[nn.Module]) -> dict[str, str]:
    """Make a network one of the package's; return its configuration."""
    monkeypatch.setattr(generators, network.__name__, network, raising=False)
    monkeypatch.setattr(generators, "__all__", [*generators.__all__, network.__name__])
    return {"_target_": f"srrescgan.generators.{network.__name__}"}


@pytest.mark.parametrize("target", ["safetensors", "pth", "card"])
def test_it_is_not_exported(target: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    config = install(monkeypatch, Liar)
    weights, output = tmp_path / "liar.safetensors", tmp_path / f"out.{target}"
    write_safetensors(Liar().state_dict(), config, weights)
    with pytest.raises(ConfigError, match="generator Liar returned"):
        export_weights(weights, None, target, output, ExportOptions())
    assert not output.exists()


@pytest.mark.parametrize("scale", [None, 0, 2.5, True])
def test_a_generator_must_say_its_scale(scale: object, monkeypatch: pytest.MonkeyPatch) -> None:
    config = install(monkeypatch, Silent)
    if scale is not None:
        monkeypatch.setattr(Silent, "scale", scale, raising=False)
    with pytest.raises(ConfigError, match=r"generator Silent has .*set self\.scale"):
        build_generator(config)
