"""A check that is written is a check that runs, with the severity that the YAML file shows."""

import importlib
import inspect
import pkgutil
from pathlib import Path

import pytest
import yaml

from srrescgan.config.schema import CONFIG_DIR
from srrescgan.data import HRFolder
from srrescgan.doctor import Checkup, checks, checkup
from srrescgan.doctor.checks import CHECKS, Check
from srrescgan.doctor.problem import Finding


def test_every_function_of_the_checks_folder_has_a_line() -> None:
    modules = [
        importlib.import_module(f"{checks.__name__}.{each.name}")
        for each in pkgutil.iter_modules(checks.__path__)
    ]
    written = {
        f"{module.__name__.split('.')[-1]}.{name}"
        for module in modules
        for name, function in inspect.getmembers(module, inspect.isfunction)
        if function.__module__ == module.__name__ and not name.startswith("_")
    }
    listed = [f"{c.find.__module__.split('.')[-1]}.{c.name}" for c in CHECKS]
    forgotten = sorted(written - set(listed))
    assert not forgotten, (
        f"add Check({', '.join(forgotten)}, severity) to CHECKS in doctor/checks/__init__.py"
    )
    assert len(listed) == len(set(listed))
    assert len({check.name for check in CHECKS}) == len(CHECKS)


def test_the_yaml_file_lists_every_check_with_its_severity() -> None:
    content = yaml.safe_load(Path(CONFIG_DIR, "checkup/standard.yaml").read_text())
    assert content["severity"] == {check.name: check.severity for check in CHECKS}, (
        "conf/checkup/standard.yaml and CHECKS in doctor/checks/__init__.py differ"
    )
    assert list(content["severity"]) == [check.name for check in CHECKS]


def test_a_listed_check_runs_on_every_split_and_is_reported(
    monkeypatch: pytest.MonkeyPatch, photo_folder, tmp_path: Path
) -> None:
    def gloomy(split):
        yield Finding(f"is one of {len(split.pictures())} pictures", "open the curtains")

    monkeypatch.setattr(checkup, "CHECKS", (*CHECKS, Check(gloomy, "warning")))
    folders = {
        name: HRFolder(str(photo_folder(name.replace("/", "_"), count)), 4)
        for name, count in (("train", 3), ("val/photos", 2))
    }
    report = Checkup(workers=1, cache=str(tmp_path / "c.sqlite")).run(folders)
    found = [(p.split, p.description, p.fix) for p in report.warnings if p.check == "gloomy"]
    assert found == [
        ("train", "is one of 3 pictures", "open the curtains"),
        ("val/photos", "is one of 2 pictures", "open the curtains"),
    ]
    silent = Checkup(cache=str(tmp_path / "c.sqlite"), severity={"gloomy": "ignore"})
    assert not [p for p in silent.run(folders).problems if p.check == "gloomy"]
