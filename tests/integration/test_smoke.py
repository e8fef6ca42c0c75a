"""Experiments run from end to end: train, validate, checkpoint, and the result is used.

One experiment of each kind runs here, all others in ``make test-all``; ``tests/config`` composes
and builds every one.
"""

import csv
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from commands import run
from composing import composed

from srrescgan.config.schema import CONFIG_DIR
from srrescgan.eval.__main__ import evaluate
from srrescgan.train.__main__ import train
from srrescgan.weights import load_domain_generator

EXPERIMENTS = sorted(path.stem for path in Path(CONFIG_DIR, "experiment").glob("*.yaml"))
DEGRADATIONS = [name for name in EXPERIMENTS if name.startswith(("dsgan", "cyclegan"))]


def choices(group: str, name: str) -> dict[str, str]:
    """Choices of an experiment and of the experiments it extends, by group."""
    content = yaml.safe_load(Path(CONFIG_DIR, group, f"{name}.yaml").read_text())
    found: dict[str, Any] = {}
    for entry in content.get("defaults", []):
        if isinstance(entry, dict):
            found |= {key.removeprefix("override /"): value for key, value in entry.items()}
        elif entry != "_self_":
            found |= choices(group, entry)
    return found


def data_kind(name: str) -> tuple[object, ...]:
    """What distinguishes a file of ``data`` for a training run: its base, and how it validates."""
    text, base = "", name
    while base[0] != "_":
        content = Path(CONFIG_DIR, "data", f"{base}.yaml").read_text()
        text += content
        base = yaml.safe_load(content)["defaults"][0]
    return base, "LRFolder" in text, "real: null" in text, "val:" in text


def once_per_kind() -> list[Any]:
    """Every experiment; the second of a kind, and all further ones, are slow."""
    first: dict[tuple[object, ...], str] = {}
    for name in EXPERIMENTS:
        chosen = choices("experiment", name)
        first.setdefault((chosen["recipe"], *data_kind(chosen["data"])), name)
    rest = [name for name in EXPERIMENTS if name not in first.values()]
    return [*first.values(), *(pytest.param(name, marks=pytest.mark.slow) for name in rest)]


def command(module: str, *overrides: str, cwd: Path) -> str:
    done = run(module, *overrides, cwd=cwd, env={"SRRESCGAN_DATA": str(cwd / "nothing-here")})
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.parametrize("name", once_per_kind())
def test_an_experiment_from_end_to_end(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SRRESCGAN_DATA", str(tmp_path / "nothing-here"))
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "run"
    # LPIPS needs 31 pixels of lr; the others are done sooner with less.
    size = ["batch_size=1"] if name in DEGRADATIONS else ["batch_size=1", "patch_size=64"]
    # Training after a validation is the same for all: the commands below test it.
    cfg = composed("train", name, f"output_dir={folder}", "iterations=2", *size)
    train(cfg)
    checkpoint = folder / "checkpoints/last.ckpt"
    rows = list(csv.DictReader((folder / "csv/metrics.csv").open()))
    assert rows[-1]["iteration"] == "2"
    terms = [*cfg.loss, *(["gan"] if "gan_loss" in cfg.system else [])]
    assert all(any(row[f"train/g/{term}"] for row in rows) for term in terms)
    assert bool(list(folder.glob("images/**/00000002.png"))) == bool(cfg.data.val)
    evaluation = composed(
        *("eval", name, f"ckpt_path={checkpoint}", f"output_dir={tmp_path / 'eval'}", *size),
        "cost_size=8",
    )
    if name in DEGRADATIONS:
        load_domain_generator(checkpoint)
    else:
        evaluate(evaluation)
        metrics = json.loads((tmp_path / "eval/metrics.json").read_text())
        assert metrics["protocols"].keys() == set(cfg.protocol)
        for methods in metrics["sets"].values():
            assert methods.keys() == {"bicubic", "sr"}
            assert methods["sr"]["images"] >= 1
            assert methods["sr"]["scores"].keys() == metrics["columns"].keys()
        for name in ("comparison.html", "contact_sheet.png", "tables.md", "tables.tex"):
            assert (tmp_path / "eval" / name).stat().st_size > 100
    assert {path.name for path in tmp_path.iterdir()} <= {"eval", "run"}  # nothing else


def test_the_commands_themselves_from_end_to_end(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    common = ("experiment=demo", "debug=smoke", "patch_size=64")
    command("train", *common, f"output_dir={folder}", cwd=tmp_path)
    command(
        *("eval", *common, f"ckpt_path={folder / 'checkpoints/last.ckpt'}"),
        f"output_dir={tmp_path / 'eval'}",
        cwd=tmp_path,
    )
    assert json.loads((tmp_path / "eval/metrics.json").read_text())["sets"]["chelsea"]
    rows = list(csv.DictReader((folder / "csv/metrics.csv").open()))
    validated = [row["iteration"] for row in rows if row["val/chelsea/rgb8/psnr"]]
    assert (validated, rows[-1]["iteration"]) == (["2", "4"], "4")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["eval", "run"]  # nothing else


def test_a_sweep_runs_every_combination(tmp_path: Path) -> None:
    command(
        *("train", "-m", "experiment=demo", "debug=smoke", "iterations=1", "validate_every=1"),
        *("generator.alpha_init=2,9", "seed=1,2", f"output_dir={tmp_path / 'sweep'}"),
        *("generator.features=8", "discriminator.features=4", "patch_size=32"),
        cwd=tmp_path,
    )
    jobs = [path.parents[1] for path in tmp_path.glob("sweep/*/checkpoints/last.ckpt")]
    records = [json.loads((folder / "job.json").read_text()) for folder in jobs]
    assert sorted(record["number"] for record in records) == [0, 1, 2, 3]
    assert len({tuple(record["overrides"]) for record in records}) == 4
    assert (tmp_path / "sweep/sweep.html").is_file()
