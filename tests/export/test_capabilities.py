"""Every target with networks that are not SRResDNet: written and verified, or refused."""

import importlib.util
import json
import shutil
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import yaml
from compact_network import CompactNetwork
from global_network import GlobalNetwork
from in_process import upscale_in_process
from small_network import CONFIG
from torch import Tensor, nn

import srrescgan
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.capabilities import require_upscaling
from srrescgan.export.cards import Publication, write_card
from srrescgan.export.cog import cog_folder, write_cog
from srrescgan.export.int8 import write_int8
from srrescgan.export.onnx import write_onnx
from srrescgan.export.spandrel import spandrel_folder, write_spandrel
from srrescgan.export.web import write_web
from srrescgan.export.weight_files import write_pth, write_safetensors
from srrescgan.generators import EDSR, DSGANGenerator
from srrescgan.weights.files import read_generator

COMPACT = {"_target_": "srrescgan.generators.CompactNetwork", "scale": 3, "features": 4}
GLOBAL = {"_target_": "srrescgan.generators.GlobalNetwork", "strength": 0.5}
both = pytest.mark.parametrize(
    ("generator", "config"),
    [(CompactNetwork(3, 4), COMPACT), (GlobalNetwork(0.5), GLOBAL)],
    ids=["local", "global"],
)


@both
@pytest.mark.parametrize(
    ("write", "name"), [(write_safetensors, "a.safetensors"), (write_pth, "a.pth")]
)
def test_weights_keep_their_tensors_and_settings(
    generator: nn.Module,
    config: dict[str, Any],
    write: Callable[..., str],
    name: str,
    tmp_path: Path,
) -> None:
    message = write(generator, config, tmp_path / name)
    weights = read_generator(tmp_path / name)
    for key, value in generator.state_dict().items():
        assert torch.equal(weights.state[key], value)
    assert weights.config == config or str(list(config)[-1]) in message


def test_onnx_takes_any_size(tmp_path: Path) -> None:
    onnxruntime = pytest.importorskip("onnxruntime")
    generator, config = GlobalNetwork(0.5), GLOBAL
    write_onnx(generator.eval(), config, tmp_path / "a.onnx")
    session = onnxruntime.InferenceSession(tmp_path / "a.onnx")
    for size in ((1, 3, 1, 1), (1, 3, 5, 7), (3, 3, 40, 9)):  # below SRResDNet's minimum, too
        lr = torch.rand(*size)
        (sr,) = session.run(["sr"], {"lr": lr.numpy()})
        with torch.inference_mode():
            np.testing.assert_allclose(sr, generator(lr).numpy(), atol=1e-5)
    assert (
        json.loads(session.get_modelmeta().custom_metadata_map["srrescgan"])["generator"] == config
    )


class FixedSize(GlobalNetwork):
    """Computes something else for wide pictures, which torch.export cannot follow."""

    def forward(self, lr: Tensor) -> Tensor:
        if lr.shape[-1] > int(lr.sum()):
            return super().forward(lr)
        return super().forward(lr * 0.5)


def test_onnx_refuses_what_torch_cannot_export(tmp_path: Path) -> None:
    pytest.importorskip("onnxscript")
    with pytest.raises(ConfigError, match=r"FixedSize to ONNX for any batch, height, width: \w+"):
        write_onnx(FixedSize().eval(), {}, tmp_path / "a.onnx")
    assert not list(tmp_path.iterdir())


def test_int8_without_a_convolution_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    onnx = pytest.importorskip("onnx")
    monkeypatch.setattr("srrescgan.export.int8.onnx_model", lambda *_: onnx.ModelProto())
    with pytest.raises(ConfigError, match=r"target=int8.*GlobalNetwork.*target=onnx"):
        write_int8(GlobalNetwork(), GLOBAL, tmp_path / "a.onnx", None, None)
    assert not list(tmp_path.iterdir())


def test_a_page_of_a_network_without_a_halo_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"target=web.*tiles.*GlobalNetwork.*target=onnx"):
        write_web(GlobalNetwork(), GLOBAL, tmp_path / "web", Path("a.pth"))
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("target", ["int8", "web", "spandrel", "cog", "card"])
def test_a_degradation_is_refused_where_pictures_are_upscaled(target: str, tmp_path: Path) -> None:
    generator, output = DSGANGenerator(4, 1), tmp_path / "x"
    writers: dict[str, Callable[[], str]] = {
        "int8": lambda: write_int8(generator, {}, output, None, None),
        "web": lambda: write_web(generator, {}, output, Path("a.pth")),
        "spandrel": lambda: write_spandrel(generator, {}, output),
        "cog": lambda: write_cog(generator, {}, output),
        "card": lambda: write_card(generator, {}, output, Path("a.pth"), Publication("a"), None),
    }
    with pytest.raises(ConfigError, match=rf"target={target} .* a degradation .*DSGANGenerator"):
        writers[target]()
    assert not list(tmp_path.iterdir())
    require_upscaling(CompactNetwork(), target)


def load_folder(folder: Path, monkeypatch: pytest.MonkeyPatch, module: str) -> Any:
    """The exported code, as any program imports it."""
    spec = importlib.util.spec_from_file_location("exported_code", folder / f"{module}.py")
    assert spec is not None
    assert spec.loader is not None
    code = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "exported_code", code)
    spec.loader.exec_module(code)
    code.install()
    return code


def test_spandrel_computes_a_local_network_in_tiles(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spandrel = pytest.importorskip("spandrel")
    monkeypatch.setattr(spandrel_folder, "upscale_in_subprocess", upscale_in_process)
    generator = EDSR(3, 4, 1).eval()
    write_spandrel(
        generator, {"_target_": "x", "scale": 3, "features": 4, "blocks": 1}, tmp_path / "e"
    )
    code = load_folder(tmp_path / "e", monkeypatch, "edsr_spandrel")
    monkeypatch.setattr(code, "_TILE", 10)
    model = spandrel.ModelLoader().load_from_file(tmp_path / "e/e.safetensors")
    assert (model.scale, model.tiling) == (3, spandrel.ModelTiling.INTERNAL)
    sizes: list[int] = []
    forward = model.model.forward
    monkeypatch.setattr(
        model.model, "forward", lambda lr: (sizes.append(max(lr.shape[-2:])), forward(lr))[1]
    )
    lr = torch.rand(1, 3, 33, 35)
    with torch.inference_mode():
        difference = (model(lr) - generator(lr).clamp(0, 1)).abs().max()
    assert max(sizes) <= 10 + 2 * generator.halo
    assert difference < 1e-6
    assert "depends on 6 input pixels" in (tmp_path / "e/README.md").read_text()


def test_spandrel_gives_a_global_network_the_whole_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    spandrel = pytest.importorskip("spandrel")
    generator = GlobalNetwork(0.5)
    monkeypatch.setattr(  # its own process was seen in the test of the local network
        spandrel_folder,
        "upscale_in_subprocess",
        lambda program, folder, pictures, *rest, **options: [
            generator(torch.from_numpy(each)).detach().numpy() for each in pictures
        ],
    )
    write_spandrel(generator, GLOBAL, tmp_path / "g")
    code = load_folder(tmp_path / "g", monkeypatch, "globalnetwork_spandrel")
    monkeypatch.setattr(code, "_TILE", 10)
    model = spandrel.ModelLoader().load_from_file(tmp_path / "g/g.safetensors")
    assert model.tiling is spandrel.ModelTiling.DISCOURAGED
    lr = torch.rand(1, 3, 13, 25)
    with torch.inference_mode():
        assert torch.equal(model(lr), generator(lr))
    assert "tiles can change the result" in (tmp_path / "g/README.md").read_text()


def test_spandrel_refuses_code_that_does_not_fit_into_one_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pytest.importorskip("spandrel")
    monkeypatch.setattr(GlobalNetwork, "__module__", "no_such_module")
    with pytest.raises(ConfigError, match=r"GlobalNetwork into one file: .*no_such_module"):
        write_spandrel(GlobalNetwork(), GLOBAL, tmp_path / "g")
    assert not list(tmp_path.iterdir())


@pytest.fixture
def extended_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A copy of this package that has the two networks, as a contributor's would."""
    source = Path(srrescgan.__file__).parent
    copy = tmp_path / "copy/srrescgan"
    shutil.copytree(source, copy, ignore=shutil.ignore_patterns("__pycache__", "conf"))
    with (copy / "generators/__init__.py").open("a") as init:
        for module, name in (
            ("compact_network", "CompactNetwork"),
            ("global_network", "GlobalNetwork"),
        ):
            file = importlib.util.find_spec(module).origin  # type: ignore[union-attr]
            shutil.copy(str(file), copy / "generators")
            init.write(f"from srrescgan.generators.{module} import {name}\n__all__ += ['{name}']\n")
    monkeypatch.setattr(srrescgan, "__file__", str(copy / "__init__.py"))


@pytest.mark.usefixtures("extended_package")
def test_cog_gives_a_global_network_the_whole_picture(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    generator, config, tile = GlobalNetwork(0.5), GLOBAL, 0
    pytest.importorskip("cog")
    programs = []
    run = cog_folder.upscale_in_subprocess

    def recorded(program: str, *rest: Any, **options: Any) -> list[np.ndarray]:
        programs.append(program)
        return run(program, *rest, **options)

    monkeypatch.setattr(cog_folder, "upscale_in_subprocess", recorded)
    write_cog(generator.eval(), config, tmp_path / "out")
    assert f"tile={tile}," in programs[0]
    text = (tmp_path / "out/README.md").read_text()
    assert type(generator).__name__ in text
    assert "SRResCGAN" not in text


@both
def test_a_card_describes_the_network(
    generator: nn.Module, config: dict[str, Any], tmp_path: Path
) -> None:
    write_safetensors(generator, config, tmp_path / "a.safetensors")
    output = tmp_path / "out"
    write_card(generator, config, output, tmp_path / "a.safetensors", Publication("Mine"), None)
    _, header, text = (output / "README.md").read_text().split("---\n", 2)
    assert yaml.safe_load(header)["pipeline_tag"] == "image-to-image"
    (entry,) = (json.loads(path.read_text()) for path in output.glob("*.json"))
    name = type(generator).__name__
    assert entry["architecture"] == name.lower()
    assert entry["scale"] == generator.scale
    assert name in text
    settings, limit = {
        "CompactNetwork": ("features 4", "3 input pixels"),
        "GlobalNetwork": ("strength 0.5", "tiles can change the result"),
    }[name]
    assert settings in text
    assert limit in text
    for wrong in ("SRResCGAN", "noise", "None", "bilinear"):
        assert wrong not in text + entry["description"]


def test_a_subprocess_that_fails_says_why(tmp_path: Path) -> None:
    from srrescgan.export.subprocess_check import upscale_in_subprocess

    with pytest.raises(WeightsError, match="in a new Python process: ModuleNotFoundError: numpy"):
        upscale_in_subprocess("", tmp_path, [np.zeros(1)], ["numpy"], own_code=False)


def test_srresdnet_keeps_its_special_texts() -> None:
    from small_network import small_network

    from srrescgan.export.network_summary import summarize

    summary = summarize(small_network(), CONFIG)
    assert (summary.settings, summary.tags) == ("4 features, 1 blocks", ("4nf", "1nb"))
    assert summary.is_srresdnet
