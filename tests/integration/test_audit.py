"""The audit command as its users meet it."""

import json
from pathlib import Path

import pytest
import torch
from commands import run as run_command
from scenes import eight_bit, scene
from wandb_file import value, whole

from srrescgan.audit.__main__ import audit
from srrescgan.audit.statistics import STATISTICS
from srrescgan.config.cli import check_overrides
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import to_uint8, write_png


def fill(folder: Path, seeds: range, sigma: float) -> Path:
    """Scenes with noise of so many grey levels."""
    for seed in seeds:
        noise = torch.randn(3, 128, 128, generator=torch.Generator().manual_seed(seed))
        write_png(
            folder / f"{seed:03d}.png", to_uint8(eight_bit(255 * scene(seed) + sigma * noise))
        )
    return folder


@pytest.fixture(scope="module")
def folders(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """``real`` has noise 6, ``made`` 5 on other scenes, ``baseline`` none."""
    root = tmp_path_factory.mktemp("audit")
    fill(root / "real", range(32), 6)
    fill(root / "made", range(50, 66), 5)
    fill(root / "baseline", range(50, 66), 0)
    return root


def run(folders: Path, output: Path, *overrides: str) -> dict:
    (cfg,) = check_overrides(
        "audit",
        [
            *(f"{label}={folders / label}" for label in ("real", "made", "baseline")),
            *("patches_per_image=4", f"output_dir={output}", *overrides),
        ],
    )
    audit(cfg)
    return json.loads((output / "audit.json").read_text())


def test_reports_are_written_and_the_same_each_time(folders: Path, tmp_path: Path, capsys) -> None:
    found = run(folders, tmp_path / "a")
    said = " ".join(capsys.readouterr().out.split())  # whatever the width of the terminal
    assert "noise_level" in said
    assert "closer to real ones than the baseline in" in said
    level = found["distances"]["noise_level"]
    assert level["made"] == pytest.approx(1, abs=0.4)
    assert level["baseline"] == pytest.approx(6, abs=0.6)
    assert level["real"] < 0.4
    html = (tmp_path / "a/audit.html").read_text()
    assert html.count("<img") == 6 + 2 + 4  # statistics, classifiers, matched patches
    assert "noise_brightness" in html
    for name in sorted((folders / "real").iterdir(), reverse=True):  # another order on the disk
        (tmp_path / "real").mkdir(exist_ok=True)
        (tmp_path / "real" / name.name).write_bytes(name.read_bytes())
    again = run(folders, tmp_path / "b", f"real={tmp_path / 'real'}")
    assert again["domains"].pop("real") != found["domains"].pop("real")  # its folder
    assert again == found


def test_a_limit_that_is_not_kept_ends_with_code_2_after_the_reports(
    folders: Path, tmp_path: Path
) -> None:
    done = run_command(
        *("audit", f"made={folders / 'baseline'}", f"real={folders / 'real'}", "max_auc=0.9"),
        *("max_distance.noise_level=0.5", f"output_dir={tmp_path / 'out'}"),
        cwd=tmp_path,
    )
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for words in ("noise_level", "max_distance.noise_level=0.5", "max_auc=0.9", "longer"):
        assert words in done.stderr
    gate = json.loads((tmp_path / "out/audit.json").read_text())["gate"]
    assert len(gate["exceeded"]) == 2
    assert "Limits exceeded" in (tmp_path / "out/audit.html").read_text()


def test_limits_that_are_kept_let_the_command_end_well(folders: Path, tmp_path: Path) -> None:
    limits = ("max_distance.noise_level=2", "max_auc=1")
    found = run(folders, tmp_path, *limits, "baseline=null", "max_images=16")
    assert found["gate"]["exceeded"] == []
    assert set(found["domains"]) == {"real", "made"}


def test_mistakes_are_reported_and_nothing_is_written(folders: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    with pytest.raises(ConfigError, match=r"max_distance\.noise_levl.*noise_level"):
        run(folders, out, "max_distance.noise_levl=1")
    with pytest.raises(ConfigError, match="patch_size=20"):
        run(folders, out, "patch_size=20")
    few = fill(tmp_path / "few", range(3), 4)
    with pytest.raises(DataError, match=r"few: 3 usable pictures.*at least 15"):
        run(folders, out, f"made={few}")
    with pytest.raises(DataError, match="nowhere does not exist"):
        run(folders, out, f"real={tmp_path / 'nowhere'}")
    with pytest.raises(ConfigError, match="made= must be given"):
        check_overrides("audit", ["real=a"])
    (cfg,) = check_overrides("audit", ["real=a", "made=b"])
    assert list(cfg.max_distance) == [statistic.name for statistic in STATISTICS]
    assert not out.exists()


def test_wandb_gets_every_distance_and_picture(
    folders: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("WANDB_API_KEY", "WANDB_MODE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", str(tmp_path / "none"))
    monkeypatch.setenv("WANDB_SILENT", "true")
    found = run(folders, tmp_path, "logger=[csv,wandb]", "max_images=16")
    import wandb

    wandb.finish()
    (file,) = tmp_path.glob("wandb/offline-run-*/*.wandb")
    rows = [r.history.item for r in whole(file) if r.WhichOneof("record_type") == "history"]
    for statistic, distances in found["distances"].items():
        for label, distance in distances.items():
            if distance is not None:
                logged = value(rows[0], f"audit/{statistic}/{label}")
                assert logged == pytest.approx(distance, rel=1e-5)
    auc = value(rows[0], "audit/auc/made")
    assert auc == pytest.approx(found["classifier"]["made"]["auc"], rel=1e-5)
    keys = {item.key or "/".join(item.nested_key) for row in rows for item in row}
    for name in ("audit/noise_spectrum", "audit/classifier_made", "audit/pair_0"):
        assert any(key.startswith(name) for key in keys)
    assert "audit/noise_level/made" in (tmp_path / "csv/metrics.csv").read_text()
