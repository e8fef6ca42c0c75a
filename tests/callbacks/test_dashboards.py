"""What is in a W&B run afterwards, read back from its own file."""

import json
import math
from pathlib import Path

import numpy as np
import pytest
import pytorch_lightning as pl
import torch
from PIL import Image
from toys import networks
from wandb_file import OfflineRun

from srrescgan.callbacks import Checkpoint, ImageLogger, ImageTable, ScalarLogger
from srrescgan.callbacks.checkpoint_upload import upload
from srrescgan.loggers.wandb_logger import IterationWandbLogger
from srrescgan.metrics import PSNR, Protocol


@pytest.fixture
def offline(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    for variable in ("DATA", "CACHE", "CONFIG"):
        monkeypatch.setenv(f"WANDB_{variable}_DIR", str(tmp_path / "wandb-home"))
    monkeypatch.setenv("WANDB_SILENT", "true")
    return lambda **changes: IterationWandbLogger(
        **{
            **{"project": "p", "name": "n", "group": None, "save_dir": str(tmp_path)},
            **{"mode": "offline", "tags": [], "checkpoints": True},
            **changes,
        }
    )


def metrics() -> dict[str, PSNR]:
    return {
        "rgb8/psnr": PSNR(Protocol("rgb", 0, "round")),
        "y_border4/psnr": PSNR(Protocol("y", 4, "round")),
    }


def callbacks(folder: Path) -> tuple[pl.Callback, ...]:
    return (
        ScalarLogger(every=2),
        Checkpoint(str(folder / "checkpoints"), every=4, keep_every=0, best=["psnr"]),
        ImageLogger(str(folder / "images"), count=2, crop=64),
        ImageTable(rows=2, crop=64),
    )


@pytest.fixture
def run(fit, offline, tmp_path: Path) -> OfflineRun:
    logger = offline()
    fit(
        networks(metrics=metrics()),
        8,
        validate_every=4,
        callbacks=callbacks(tmp_path),
        logger=logger,
    )
    logger.close()
    (found,) = OfflineRun.below(tmp_path)
    return found


def test_everything_is_in_the_run(run: OfflineRun, tmp_path: Path) -> None:
    iterations = [row["iteration"] for row in run.rows]
    assert iterations == sorted(iterations)
    assert set(iterations) == {2, 4, 6, 8}

    curves = [row for row in run.rows if "train/g/pixel" in row]
    assert [row["iteration"] for row in curves] == [2, 4, 6, 8]
    health = ("d_margin", "gradient_ratio", "color_drift", "high_frequency")
    expected = {"train/g/tv", "train/g/gan", "train/d/gan", *(f"health/{key}" for key in health)}
    for row in curves:
        assert expected <= row.keys()
        assert all(math.isfinite(row[key]) for key in expected)

    scores = [row for row in run.rows if "val/photos/rgb8/psnr" in row]
    assert [row["iteration"] for row in scores] == [4, 8]
    for protocol in ("rgb8", "y_border4"):
        assert all(f"val/photos/bicubic/{protocol}/psnr" in row for row in scores)

    panels = [row for row in run.rows if "images/photos" in row]
    assert [row["iteration"] for row in panels] == [4, 8]
    group = panels[-1]["images/photos"]
    assert group["captions"] == [f"000{n}: lr | bicubic | sr | hr" for n in (0, 1)]
    for n, file in enumerate(group["filenames"]):
        logged = np.array(Image.open(run.folder / "files" / file))
        written = tmp_path / f"images/photos/000{n}/00000008.png"
        assert np.array_equal(logged, np.array(Image.open(written)))

    (row,) = [row for row in run.rows if "tables/validation" in row]
    assert row["iteration"] == 8  # the newest validation only
    table = run.table(row, "tables/validation")
    assert table["columns"] == ["set", "name", "picture", "rgb8/psnr", "y_border4/psnr"]
    assert [line[:2] for line in table["data"]] == [["photos", "0000"], ["photos", "0001"]]
    for line in table["data"]:
        shown = np.array(Image.open(line[2]))
        written = tmp_path / f"images/photos/{line[1]}/00000008.png"
        assert np.array_equal(shown, np.array(Image.open(written)))
        assert shown.shape == (48, 4 * 56 + 3 * 2, 3)
        sr, hr = shown[:, 116:172] / 255, shown[:, 174:230] / 255
        assert line[3] == pytest.approx(-10 * np.log10(((sr - hr) ** 2).mean()), rel=1e-6)

    kept = {path.stem: path for path in (tmp_path / "checkpoints").iterdir()}
    assert kept.keys() == {"last", "best_psnr"}
    content = {name: path.read_bytes() for name, path in kept.items()}
    for path in kept.values():  # a resumed run may replace them before the files are sent
        path.with_suffix(".tmp").write_text("something else")
        path.with_suffix(".tmp").replace(path)
    uploads = run.artifacts("model")
    assert {alias for each in uploads for alias in each.aliases} == {*kept, "latest"}
    assert {"last", "latest"} <= set(uploads[-1].aliases)
    for each in uploads:
        (stored,) = each.manifest.contents
        local = Path(stored.local_path)
        assert all(local.read_bytes() == content[name] for name in {*each.aliases} & {*kept})
        assert local.is_relative_to(run.folder)
        about = json.loads(each.metadata)
        assert about["iteration"] == torch.load(local, weights_only=True)["iteration"]
        if "best_psnr" in each.aliases:
            best = max(row["val/photos/rgb8/psnr"] for row in scores)
            assert about["best_scores"] == {"rgb8/psnr": pytest.approx(best)}
        if about["iteration"] == 8:
            last = scores[-1]["val/photos/y_border4/psnr"]
            assert about["scores"]["val/photos/y_border4/psnr"] == pytest.approx(last)
    assert run.exit_code == 0


def test_one_file_with_two_names_is_one_version(fit, offline, tmp_path: Path) -> None:
    logger = offline()
    checkpoint = Checkpoint(str(tmp_path / "c"), every=4, keep_every=0, best=["psnr"])
    system = networks(metrics=metrics())
    trainer = fit(system, 2, validate_every=2, callbacks=(checkpoint,), logger=logger)
    trainer.validate(system, trainer.datamodule, verbose=False)  # once more: nothing is new
    logger.close()
    (run,) = OfflineRun.below(tmp_path)
    (single,) = run.artifacts("model")
    assert set(single.aliases) == {"best_psnr", "last", "latest"}


class Break(pl.Callback):
    def on_train_batch_end(self, trainer, pl_module, *_) -> None:
        if pl_module.iteration == 6:
            raise RuntimeError("broken")


def test_a_broken_run_has_its_curves_and_says_that_it_failed(fit, offline, tmp_path: Path) -> None:
    options = {"callbacks": (*callbacks(tmp_path), Break()), "logger": offline()}
    with pytest.raises(RuntimeError, match="broken"):
        fit(networks(metrics=metrics()), 8, validate_every=4, **options)
    (run,) = OfflineRun.below(tmp_path)
    assert run.exit_code == 1
    assert max(row["iteration"] for row in run.rows) == 6
    assert not run.artifacts("model")
    assert not any("tables/validation" in row for row in run.rows)


class Taker(pl.loggers.CSVLogger):
    """Takes everything, and keeps what came."""

    def __init__(self) -> None:
        super().__init__("unused")
        self.taken: list = []

    def log_image(self, key, images, step, caption) -> None:
        self.taken.append(images)

    def log_picture_table(self, key, columns, rows, step) -> None:
        self.taken.append([*rows])

    def log_checkpoint(self, path, aliases, metadata) -> None:
        self.taken.append([path.name, *aliases, metadata["iteration"]])


@pytest.fixture
def taking() -> pl.Trainer:
    return pl.Trainer(logger=Taker(), accelerator="cpu", enable_checkpointing=False)


def test_the_newest_file_comes_last_though_it_is_a_best_one_too(taking, tmp_path: Path) -> None:
    files = {name: tmp_path / name for name in ("best_a", "best_b", "best_c", "last")}
    for iteration, name in enumerate(("best_a", "best_b")):
        torch.save({"iteration": iteration}, files[name])
    files["last"].hardlink_to(files["best_a"])
    upload(taking.loggers, files, {}, (-1, {}))
    assert taking.logger.taken == [["best_b", "best_b", 1], ["best_a", "best_a", "last", 0]]


def test_each_line_has_the_scores_of_its_image_and_spare_ones_have_none(taking) -> None:
    system = networks(metrics=metrics())
    table = ImageTable(rows=9, crop=8)
    table.on_validation_epoch_start(taking, system)
    spare = torch.tensor([False, False, True])
    batch = {"set": ["a"] * 3, "name": ["x", "y", "z"], "is_padding": spare}
    outputs = {
        "pictures": {"sr": torch.rand(3, 3, 8, 8)},
        "scores": {"rgb8/psnr": torch.tensor([1.0, 2.0, 3.0])},
    }
    table.on_validation_batch_end(taking, system, outputs, batch, 0)
    table.teardown(taking, system, "fit")
    (lines,) = taking.logger.taken
    assert [(line[1], *line[3:]) for line in lines] == [("x", 1.0, None), ("y", 2.0, None)]


def test_panels_of_different_sizes_are_shown_whole(taking) -> None:
    callback = ImageLogger("unused", count=2, crop=40)
    callback._panels["a"] = {
        "small": np.zeros((2, 3, 3), np.uint8),
        "high": np.zeros((4, 2, 3), np.uint8),
    }
    callback.on_validation_epoch_end(taking, networks())
    ((small, high),) = taking.logger.taken
    assert small.shape == high.shape == (4, 3, 3)
    assert small[:2].max() == 0
    assert small[2:].min() == 255
