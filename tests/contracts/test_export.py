"""The contract of every generator and every export target: the same picture, or a refusal."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from in_process import upscale_in_process
from leaves import leaves, small_node
from omegaconf import OmegaConf
from torch import Tensor, nn

from srrescgan.config.build import build
from srrescgan.errors import ConfigError
from srrescgan.export import int8, onnx
from srrescgan.export.cog import cog_folder
from srrescgan.export.spandrel import native_file, spandrel_folder
from srrescgan.export.targets import FOLDERS, SUFFIXES, ExportOptions, export_weights
from srrescgan.export.web import page_network, runtime
from srrescgan.generators.promises import is_degradation
from srrescgan.types import LocalGenerator, ProjectedGenerator
from srrescgan.weights.build import load_generator
from srrescgan.weights.files import write_safetensors

onnxruntime = pytest.importorskip("onnxruntime", reason="needs the extra onnx")
pytest.importorskip("onnxscript", reason="needs the extra onnx")

UPSCALING = ("int8", "web", "spandrel", "cog", "card")
"""Targets that a degradation is refused for."""
SIZES = {"features": 4, "blocks": 1, "layers": 1, "growth": 4}
"""Largest values: what an export does hardly depends on the size, but its time does."""
TOLERANCE = 1e-4
LEAVES = leaves("generator")


class Exported:
    """A small network of a configuration file, with its weights in a file.

    Args:
        leaf: the configuration file.
        folder: for everything that is written.
    """

    def __init__(self, leaf: str, folder: Path) -> None:
        node = small_node(leaf, SIZES)
        self.config = OmegaConf.to_container(node, resolve=True)
        torch.manual_seed(0)
        self.network: Any = build(node).eval()
        with torch.no_grad():  # away from initial values, which may leave the picture as it is
            for parameter in self.network.parameters():
                parameter += 0.02 * torch.randn_like(parameter)
        self.folder = folder
        self.weights = folder / "weights.safetensors"
        write_safetensors(self.network.state_dict(), self.config, self.weights)

    def write(self, target: str) -> tuple[Path, str]:
        """Export; the path and the message."""
        suffix = SUFFIXES.get(target, "")
        if target == "spandrel" and native_file.native_descriptor(self.network) is not None:
            suffix = ".safetensors"
        output = self.folder / f"{target}{suffix}"
        options = ExportOptions(card={"name": "small"})
        return output, export_weights(self.weights, None, target, output, options)

    @torch.inference_mode()
    def picture(self, lr: Tensor) -> Tensor:
        return self.network(lr).clamp(0, 1)


@pytest.fixture(params=LEAVES, scope="module")
def exported(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Exported:
    return Exported(request.param, tmp_path_factory.mktemp("export"))


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch, graphs: dict[int, Any]) -> None:
    """One conversion to ONNX for each network, no npm, and no new processes."""
    convert = onnx.onnx_model

    def once(generator: nn.Module, config: dict[str, Any]) -> Any:
        key = str(config)
        if key not in graphs:
            graphs[key] = convert(generator, config)
        copy = type(graphs[key])()
        copy.CopyFrom(graphs[key])
        return copy

    for module in (onnx, int8, page_network):
        monkeypatch.setattr(module, "onnx_model", once)
    parts = {runtime.SCRIPT: b"var a=1;export{a as env};", runtime.WASM: b"\0asm"}
    monkeypatch.setattr(runtime, "read_runtime", lambda package: parts)
    for module in (native_file, spandrel_folder, cog_folder):
        monkeypatch.setattr(module, "upscale_in_subprocess", upscale_in_process)


@pytest.fixture(scope="module")
def graphs() -> dict[str, Any]:
    return {}


def refused(exported: Exported, target: str) -> bool:
    """Whether the network is a degradation, which the target has to refuse."""
    if not is_degradation(exported.network):
        return False
    with pytest.raises(ConfigError, match=rf"target={target} .*degradation"):
        exported.write(target)
    assert [path.name for path in exported.folder.glob(f"*{target}*")] == []
    return True


def test_every_target_is_here() -> None:
    assert {*SUFFIXES, *FOLDERS} == {*UPSCALING, "safetensors", "pth", "onnx"}


@pytest.mark.parametrize("target", ["safetensors", "pth"])
def test_weights(exported: Exported, target: str) -> None:
    path, _ = exported.write(target)
    other = load_generator(path, exported.config if target == "pth" else None)
    lr = torch.rand(1, 3, 33, 35)
    with torch.inference_mode():
        assert torch.equal(other(lr), exported.network(lr))


def skip_srresdnet(exported: Exported) -> None:
    if isinstance(exported.network, ProjectedGenerator):
        pytest.skip("tests/export has it: converting its noise estimate takes ten seconds")


def test_onnx(exported: Exported) -> None:
    skip_srresdnet(exported)
    path, _ = exported.write("onnx")
    session = onnxruntime.InferenceSession(path)
    for size in ((2, 3, 13, 18), (1, 3, 31, 9)):
        lr = torch.rand(*size)
        (sr,) = session.run(["sr"], {"lr": lr.numpy()})
        assert np.abs(sr - exported.picture(lr).numpy()).max() < TOLERANCE


def test_int8(exported: Exported) -> None:
    skip_srresdnet(exported)
    if refused(exported, "int8"):
        return
    path, message = exported.write("int8")
    assert "dB" in message
    lr = torch.rand(1, 3, 21, 30)
    (sr,) = onnxruntime.InferenceSession(path).run(["sr"], {"lr": lr.numpy()})
    error = np.abs(sr - exported.picture(lr).numpy())
    assert 20 * np.log10(1 / np.sqrt(np.square(error).mean())) > int8.LOWEST_PSNR
    # The border is where padding with another value than zero shows.
    border = 2 * exported.network.scale
    inside = error[..., border:-border, border:-border]
    assert error[..., :border].mean() < 2 * inside.mean()


def test_web(exported: Exported) -> None:
    if refused(exported, "web"):
        return
    path, _ = exported.write("web")
    settings = json.loads((path / "manifest.json").read_text())
    assert (path / "index.html").is_file()
    if not isinstance(exported.network, LocalGenerator):
        return  # SRResDNet: tests/export/web and tests/browser
    assert settings["halo"] <= exported.network.halo
    session = onnxruntime.InferenceSession(path / settings["model"])
    scale, halo = settings["scale"], settings["halo"]
    lr = torch.rand(1, 3, 2 * halo + 20, 24)
    if halo < exported.network.halo:
        return  # an overlap that leaves an invisible difference, measured elsewhere
    core = slice(halo, halo + 4)
    (window,) = session.run(["sr"], {"lr": lr[:, :, : 2 * halo + 4].numpy()})
    tile = window[:, :, scale * halo : scale * (halo + 4)]
    whole = exported.picture(lr)[:, :, scale * core.start : scale * core.stop].numpy()
    assert np.abs(tile - whole).max() < TOLERANCE


def test_spandrel(exported: Exported) -> None:
    pytest.importorskip("spandrel")
    if refused(exported, "spandrel"):
        return
    path, message = exported.write("spandrel")
    assert "differs by at most" in message
    code = [] if path.is_file() else list(path.glob("*_spandrel.py"))
    assert bool(code) != path.is_file()


def test_cog(exported: Exported) -> None:
    pytest.importorskip("cog")
    if refused(exported, "cog"):
        return
    path, message = exported.write("cog")
    assert "differs from PyTorch by at most" in message
    assert type(exported.network).__name__ in (path / "README.md").read_text() or (
        "SRResCGAN" in (path / "README.md").read_text()
    )


def test_card(exported: Exported) -> None:
    if refused(exported, "card"):
        return
    path, _ = exported.write("card")
    _, header, text = (path / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(header)["pipeline_tag"] == "image-to-image"
    parameters = sum(each.numel() for each in exported.network.parameters())
    assert f"{parameters:,} parameters" in text
    (entry,) = (json.loads(each.read_text()) for each in path.glob("*.json"))
    assert entry["scale"] == exported.network.scale
