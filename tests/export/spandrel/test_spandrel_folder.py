"""The folder for ComfyUI and chaiNNer."""

import importlib.util
import sys
import types

import pytest
import torch
from small_network import CONFIG, small_network

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.spandrel import spandrel_folder, write_spandrel
from srrescgan.generators import DSGANGenerator, SRResDNet

spandrel = pytest.importorskip("spandrel")


@pytest.fixture(scope="module")
def generator() -> SRResDNet:
    return small_network()


@pytest.fixture(scope="module")
def folder(generator, tmp_path_factory):
    """Exported once: that starts a Python which loads all of spandrel."""
    path = tmp_path_factory.mktemp("exported") / "camera_x2"
    assert "camera_x2.safetensors" in write_spandrel(generator, CONFIG, path)
    return path


@pytest.fixture
def node(folder, monkeypatch):
    """The folder as ComfyUI imports it, in a ComfyUI that computes on the CPU."""
    spec = importlib.util.spec_from_file_location("camera_node", folder / "__init__.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "camera_node", module)
    spec.loader.exec_module(module)
    monkeypatch.delitem(sys.modules, "camera_node.srrescgan_spandrel")
    management = types.SimpleNamespace(get_torch_device=lambda: torch.device("cpu"))
    monkeypatch.setitem(sys.modules, "comfy", types.SimpleNamespace(model_management=management))
    return module


def test_the_folder_has_all_that_its_readme_names(folder) -> None:
    text = (folder / "README.md").read_text()
    for path in folder.iterdir():
        assert path.name in text or path.name == "README.md"
    assert "srrescgan" not in {
        line.split()[1].split(".")[0]
        for line in (folder / "srrescgan_spandrel.py").read_text().splitlines()
        if line.startswith(("import ", "from "))
    }


def test_comfyui_finds_a_node_that_upscales_a_batch_whole(folder, node, generator) -> None:
    model = spandrel.ModelLoader().load_from_file(folder / "camera_x2.safetensors")
    assert model.scale == 2
    (made,) = node.NODE_CLASS_MAPPINGS.keys()
    assert node.NODE_DISPLAY_NAME_MAPPINGS.keys() == {made}
    kind = node.NODE_CLASS_MAPPINGS[made]
    assert kind.INPUT_TYPES()["required"].keys() == {"upscale_model", "image"}
    lr = torch.rand(2, 3, 10, 13)
    (sr,) = getattr(kind(), kind.FUNCTION)(model, lr.movedim(1, -1))
    with torch.inference_mode():
        expected = torch.cat([generator(each[None]) for each in lr])
    assert torch.equal(sr, expected.movedim(1, -1))


def test_a_folder_that_upscales_otherwise_is_not_left_behind(
    generator, tmp_path, monkeypatch
) -> None:
    def off_by_a_level(program, folder, pictures, *rest, **options):
        return [generator(torch.from_numpy(p)).detach().numpy() + 1 / 255 for p in pictures]

    monkeypatch.setattr(spandrel_folder, "upscale_in_subprocess", off_by_a_level)
    with pytest.raises(WeightsError, match=r"differ from PyTorch.s by 1\.0"):
        write_spandrel(generator, CONFIG, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_an_older_folder_stays_as_it_is(generator, tmp_path) -> None:
    (tmp_path / "x").mkdir()
    (tmp_path / "x/mine.txt").write_text("mine")
    with pytest.raises(ConfigError, match="exists"):
        write_spandrel(generator, CONFIG, tmp_path / "x")
    assert [path.name for path in tmp_path.rglob("*")] == ["x", "mine.txt"]


def test_another_network_is_refused(tmp_path) -> None:
    with pytest.raises(ConfigError, match="DSGANGenerator"):
        write_spandrel(DSGANGenerator(4, 1), {}, tmp_path / "x")


def test_without_spandrel_the_extra_is_named(generator, tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(spandrel_folder, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"srrescgan\[spandrel\]"):
        write_spandrel(generator, CONFIG, tmp_path / "x")
