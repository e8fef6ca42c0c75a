"""The command ``srrescgan.export``, in this process."""

from pathlib import Path

import pytest
import torch
from hydra import compose, initialize_config_dir
from omegaconf import DictConfig
from small_network import write_small_network

from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError, DataError
from srrescgan.export.__main__ import export
from srrescgan.export.targets import FOLDERS, SUFFIXES
from srrescgan.generators import RRDBNet
from srrescgan.weights.files import write_pth
from srrescgan.weights.spellings import SPELLINGS


def composed(tmp_path: Path, *overrides: str) -> DictConfig:
    weights = write_small_network(tmp_path / "small.safetensors")
    register()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose("export", overrides=[f"weights={weights}", *overrides])


def test_a_mistyped_target_is_named_with_the_nearest(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"target=onxx: expected .*did you mean 'onnx'\?"):
        export(composed(tmp_path, "target=onxx", "output=x.onnx"))


@pytest.mark.parametrize("target", SUFFIXES)
def test_a_file_name_that_others_would_misread_is_refused(target: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=f"end in {SUFFIXES[target]}"):
        export(composed(tmp_path, f"target={target}", f"output={tmp_path / 'x.zip'}"))
    assert not (tmp_path / "x.zip").exists()


def test_a_folder_is_not_written_over(tmp_path: Path) -> None:
    (tmp_path / "x.pth").mkdir()
    with pytest.raises(ConfigError, match="is a folder"):
        export(composed(tmp_path, "target=pth", f"output={tmp_path / 'x.pth'}"))


@pytest.mark.parametrize("target", ["pth", "safetensors", "card"])
def test_a_place_that_cannot_be_written_to(target: str, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    output = tmp_path / "file/below" / f"x{SUFFIXES.get(target, '')}"
    with pytest.raises(DataError, match=r"cannot write .*below"):
        export(composed(tmp_path, f"target={target}", f"output={output}"))


@pytest.mark.parametrize("key", ["calibration=a", "hr=a", "runtime=a", "card.name=a"])
def test_an_option_of_another_target_is_refused(
    key: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srrescgan.export.__main__.overridden", lambda group: key.startswith(group))
    with pytest.raises(ConfigError, match="only"):
        export(composed(tmp_path, "target=pth", f"output={tmp_path / 'x.pth'}", key))


def test_every_target_is_described_where_users_look() -> None:
    text = (Path(CONFIG_DIR) / "export.yaml").read_text()
    for target in (*SUFFIXES, *FOLDERS):
        assert f"{target}: " in text


def test_a_card_is_written_from_the_options(tmp_path: Path) -> None:
    output = tmp_path / "my-model"
    export(composed(tmp_path, "target=card", f"output={output}", "card.license=MIT"))
    assert "license: mit" in (output / "README.md").read_text().lower()


def test_a_scale_without_a_generator_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srrescgan.export.__main__.overridden", lambda group: group == "scale")
    output = tmp_path / "x.pth"
    with pytest.raises(ConfigError, match="scale= applies to generator= only"):
        export(composed(tmp_path, "target=pth", f"output={output}", "scale=2"))
    assert not output.exists()
    given = ["generator=srresdnet", "generator.features=4", "generator.blocks=1"]
    export(composed(tmp_path, "target=pth", f"output={output}", "scale=2", *given))
    assert output.is_file()


def test_a_pth_is_written_with_the_keys_of_another_program(tmp_path: Path) -> None:
    write_pth(RRDBNet(features=4, blocks=1, growth=2).state_dict(), tmp_path / "a.pth")
    given = [f"weights={tmp_path / 'a.pth'}", "target=pth", f"output={tmp_path / 'b.pth'}"]
    export(composed(tmp_path, *given, "keys=esrgan"))
    assert "RRDB_trunk.0.RDB1.conv1.weight" in torch.load(tmp_path / "b.pth", weights_only=True)
    with pytest.raises(ConfigError, match=r"keys=esrgam: expected native, .*did you mean 'esrgan'"):
        export(composed(tmp_path, *given, "keys=esrgam"))


def test_every_spelling_is_described_where_users_look() -> None:
    text = (Path(CONFIG_DIR) / "export.yaml").read_text()
    for spelling in SPELLINGS:
        assert spelling.name in text
        assert f"{spelling.network}: " in text
