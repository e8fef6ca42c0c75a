"""The evaluation as its users meet it: the folder it leaves, and what it refuses."""

import csv
import json
from pathlib import Path

import numpy as np
import pytest
import torch
from composing import composed
from PIL import Image

from srrescgan.errors import ConfigError, DataError
from srrescgan.eval import statistics
from srrescgan.eval.__main__ import evaluate
from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_pth, write_safetensors

METRICS = "metric=[psnr,ssim,color_drift]"
NETWORK = {"_target_": "srrescgan.generators.SRResDNet", "scale": 4, "features": 8, "blocks": 1}


@pytest.fixture
def run(photo_folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """``run(*overrides)`` evaluates a small network on four photos and returns the folder."""
    monkeypatch.chdir(tmp_path)
    photos = photo_folder("photos", count=4, size=(48, 64))
    weights = tmp_path / "weights.safetensors"
    write_safetensors(SRResDNet(features=8, blocks=1).state_dict(), NETWORK, weights)

    def go(*overrides: str, name: str = "eval") -> Path:
        data = ("synthetic=false", "data=folders", f"data.val.photos.hr={photos}")
        if any(override.startswith("data=") for override in overrides):
            data = ("synthetic=false",)
        where = (f"output_dir={tmp_path / name}", "cost_size=8", "data.train=null")
        given = (
            () if any(o.startswith("ckpt_path") for o in overrides) else (f"ckpt_path={weights}",)
        )
        evaluate(composed("eval", "demo", *data, *where, METRICS, *given, *overrides))
        return tmp_path / name

    return go


def rows(folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    with (folder / "per_image.csv").open() as file:
        return {(row["name"], row["method"]): row for row in csv.DictReader(file)}


def test_the_folder_holds_every_number_with_its_protocol(run) -> None:
    folder = run("protocol=[rgb8,y_border4]", "ensemble=both", "published=ntire20_track1")
    numbers = json.loads((folder / "metrics.json").read_text())
    assert list(numbers["sets"]["photos"]) == ["bicubic", "sr", "sr+"]
    keys = [f"{p}/{m}" for p in ("rgb8", "y_border4") for m in ("psnr", "ssim", "color_drift")]
    assert list(numbers["columns"]) == keys
    per_image = rows(folder)
    assert len(per_image) == 4 * 3
    scored = [float(per_image[f"{i:04d}", "sr+"]["rgb8/psnr"]) for i in range(4)]
    mean = numbers["sets"]["photos"]["sr+"]["scores"]["rgb8/psnr"]
    assert mean["mean"] == pytest.approx(np.mean(scored), abs=1e-9)
    assert mean["low"] < mean["mean"] < mean["high"]
    plain, plus = (c["cost"]["macs_per_hr_pixel"] for c in numbers["contestants"][1:])
    assert plus == 8 * plain
    assert "Impressionism" in (folder / "tables.md").read_text()
    assert {path.name for path in folder.iterdir()} == {
        *("metrics.json", "per_image.csv", "tables.md", "tables.tex", "published.json"),
        *("comparison.html", "contact_sheet.png"),
    }


def test_numbers_do_not_depend_on_devices_and_tiles_do_not_show(run) -> None:
    alone = rows(run("tile=none", name="alone"))
    assert rows(run("tile=none", "device=[cpu,cpu]", name="shared")) == alone
    tiled = rows(run("tile=5", name="tiled"))
    assert list(tiled) == list(alone)
    for key, row in alone.items():
        for column in ("rgb8/psnr", "rgb8/ssim", "rgb8/color_drift"):
            assert float(tiled[key][column]) == pytest.approx(float(row[column]), abs=1e-3)


def test_saved_pictures_come_back_as_somebody_else_s_with_the_same_scores(run) -> None:
    first = run("save_images=true", name="first")
    second = rows(run(f"methods={{theirs: {first}/images/photos/sr}}", name="second"))
    for name in ("0000", "0003"):
        # rgb8 is what a saved PNG is worth, so nothing is lost on the way through the disk.
        assert second[name, "theirs"]["rgb8/psnr"] == second[name, "sr"]["rgb8/psnr"]


def test_an_interrupted_evaluation_reads_the_images_that_it_has_saved(run, tmp_path: Path) -> None:
    again = ("save_images=reuse", "methods={sr: {weights: weights.safetensors, ensemble: true}}")
    scores = rows(run(*again))
    images = tmp_path / "eval/images/photos"
    Image.new("RGB", (64, 48)).save(images / "sr/0001.png")
    (images / "sr+/0002.png").unlink()
    (images / "sr+/0003.png").write_bytes(b"damaged")
    resumed = rows(run(*again))
    assert float(resumed.pop(("0001", "sr"))["rgb8/psnr"]) < 15
    assert resumed == {key: row for key, row in scores.items() if key != ("0001", "sr")}
    assert (images / "sr+/0002.png").is_file()
    with pytest.raises(ConfigError, match="from other lr images"):
        run(*again, "degradation=bicubic")
    write_safetensors(SRResDNet(features=8, blocks=1).state_dict(), NETWORK, tmp_path / "b.st")
    (tmp_path / "b.st").rename(tmp_path / "weights.safetensors")
    with pytest.raises(ConfigError, match=r"images of sr in .* other weights"):
        run(*again)
    (tmp_path / "eval/images/made_by.json").unlink()
    with pytest.raises(ConfigError, match=r"has no made_by\.json"):
        run(*again)
    with pytest.raises(ConfigError, match="save_images=again"):
        run("save_images=again")


def test_pictures_that_do_not_fit_are_listed_before_anything_is_written(
    run, photo_folder, tmp_path: Path
) -> None:
    theirs = photo_folder("theirs", count=3, size=(48, 60))
    with pytest.raises(DataError, match="4 problems") as caught:
        run(f"methods={{theirs: {theirs}}}")
    assert "0003: missing" in str(caught.value)
    assert "expected 48 x 64" in str(caught.value)
    assert not (tmp_path / "eval").exists()


def test_weights_that_diverged_are_named_image_by_image(run, tmp_path: Path) -> None:
    broken = SRResDNet(features=8, blocks=1)
    broken.alpha.data.fill_(float("nan"))
    write_safetensors(broken.state_dict(), NETWORK, tmp_path / "broken.safetensors")
    with pytest.raises(DataError, match="4 of 8 pictures"):
        run(f"ckpt_path={tmp_path / 'broken.safetensors'}")
    per_image = rows(tmp_path / "eval")
    assert "NaN" in per_image["0002", "sr"]["problem"]
    assert per_image["0002", "sr"]["rgb8/psnr"] == ""
    assert float(per_image["0002", "bicubic"]["rgb8/psnr"]) > 20
    assert "NaN" in (tmp_path / "eval/tables.md").read_text()


def test_without_truth_the_pictures_are_judged_alone(run, photo_folder, tmp_path: Path) -> None:
    camera = photo_folder("camera", count=2, size=(24, 32))
    blind = (*("data=ntire20_track2", f"data.val.track2.lr={camera}", "metric=[color_drift]"),)
    with pytest.raises(DataError, match=r"no hr images.*metric="):
        run(*blind, "metric=[psnr]")
    folder = run(*blind)
    numbers = json.loads((folder / "metrics.json").read_text())
    assert numbers["sets"]["track2"]["sr"]["scores"]["rgb8/color_drift"]["images"] == 2


def test_metrics_that_need_hr_are_left_out_of_a_set_without_hr(run, photo_folder) -> None:
    camera = photo_folder("camera", count=2, size=(24, 32))
    node = (
        f"{{_target_: srrescgan.data.LRFolder, lr: {camera}, scale: 4, names: null, cache: false}}"
    )
    folder = run(f"+data.val.camera={node}")
    numbers = json.loads((folder / "metrics.json").read_text())
    keys = ["rgb8/psnr", "rgb8/ssim", "rgb8/color_drift"]
    assert list(numbers["sets"]["photos"]["sr"]["scores"]) == keys
    for method in ("bicubic", "sr"):
        line = numbers["sets"]["camera"][method]
        assert (line["images"], line["not_scored"], list(line["scores"])) == (2, 0, keys[2:])
    assert numbers["problems"] == []
    assert rows(folder)["0001", "sr"]["problem"] == ""
    assert "camera" in (folder / "comparison.html").read_text()


def test_every_mean_is_computed_once(run, monkeypatch: pytest.MonkeyPatch) -> None:
    bootstraps = []
    original = statistics.stats.bootstrap
    monkeypatch.setattr(
        statistics.stats,
        "bootstrap",
        lambda *data, **options: bootstraps.append(data) or original(*data, **options),
    )
    folder = run("published=ntire20_track1")
    assert (folder / "published.json").exists()
    assert (folder / "comparison.html").exists()
    assert len(bootstraps) == 2 * 3  # methods by metrics; seconds each on large sets


def test_released_weights_are_the_default(run, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"outputs/demo.*ckpt_path="):
        run("ckpt_path=null")
    released = tmp_path / "weights/released.safetensors"
    released.parent.mkdir()
    (tmp_path / "weights.safetensors").rename(released)
    folder = run("ckpt_path=null", f"released_weights={released.name}")
    (_, network) = json.loads((folder / "metrics.json").read_text())["contestants"]
    assert network["source"].startswith(f"weights/{released.name} (sha256 ")


@pytest.mark.parametrize(
    ("override", "part"),
    [
        ("ensemble=maybe", "ensemble=maybe"),
        ("methods={sr: weights.safetensors}", "the name sr is already taken"),
        ("methods={hr: weights.safetensors}", "the name hr is already taken"),
        ("methods={a/b: weights.safetensors}", "without /"),
        ("methods=weights.safetensors", "name: DIR"),
        ("cost_size=-1", "cost_size=-1: must be at least 0"),
        ("crop=8", "crop=8: must be at least"),
        ("metric=[]", "no metric"),
    ],
)
def test_choices_that_make_no_sense_are_refused(run, override: str, part: str) -> None:
    with pytest.raises(ConfigError, match=part):
        run(override)


def test_a_grey_picture_is_one_with_three_equal_channels(run, tmp_path: Path) -> None:
    grey = Image.open(tmp_path / "photos/0001.png").convert("L")
    grey.save(tmp_path / "photos/0001.png")
    folder = run("save_images=true", "degradation=bicubic")
    assert float(rows(folder)["0001", "bicubic"]["rgb8/psnr"]) > 20
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    for path in (folder / "images/photos/bicubic").iterdir():
        picture = Image.open(path)
        (picture.convert("L") if path.stem == "0001" else picture).save(theirs / path.name)
    scores = rows(run(f"methods={{theirs: {theirs}}}", "degradation=bicubic", name="again"))
    assert scores["0001", "theirs"]["rgb8/psnr"] == scores["0001", "bicubic"]["rgb8/psnr"]


def test_a_damaged_image_is_named_and_the_others_are_scored(run, tmp_path: Path) -> None:
    damaged = tmp_path / "photos/0002.png"
    damaged.write_bytes(damaged.read_bytes()[:2000])  # its header is whole
    with pytest.raises(DataError, match="2 of 8 pictures"):
        run("doctor=skip")
    per_image = rows(tmp_path / "eval")
    assert "0002.png" in per_image["0002", "sr"]["problem"]
    assert per_image["0002", "sr"]["rgb8/psnr"] == ""
    assert float(per_image["0003", "sr"]["rgb8/psnr"]) > 5
    numbers = json.loads((tmp_path / "eval/metrics.json").read_text())
    assert numbers["sets"]["photos"]["sr"]["scores"]["rgb8/psnr"]["images"] == 3


def test_weights_of_another_scale_than_the_experiment_are_refused(run, tmp_path: Path) -> None:
    double = tmp_path / "double.safetensors"
    write_safetensors(
        SRResDNet(scale=2, features=8, blocks=1).state_dict(), NETWORK | {"scale": 2}, double
    )
    with pytest.raises(ConfigError, match=r"double.safetensors upscales by 2, the experiment by 4"):
        run(f"ckpt_path={double}")


def test_a_file_that_does_not_say_holds_the_authors_network(run, tmp_path: Path) -> None:
    # The demo trains another noise estimate than the released weights were made for.
    torch.manual_seed(0)
    generator = SRResDNet(alpha_init=9.0)
    write_pth(generator.state_dict(), tmp_path / "plain.pth")
    said = tmp_path / "said.safetensors"
    write_safetensors(generator.state_dict(), {**NETWORK, "features": 64, "blocks": 5}, said)
    plain = rows(run(f"ckpt_path={tmp_path / 'plain.pth'}", "metric=[psnr]", name="plain"))
    other = rows(run(f"ckpt_path={said}", "metric=[psnr]", name="said"))
    assert plain["0000", "sr"]["rgb8/psnr"] == other["0000", "sr"]["rgb8/psnr"]


def test_an_evaluation_leaves_nothing_of_an_earlier_one(run) -> None:
    folder = run("published=ntire20_track1")
    assert (folder / "published.json").exists()
    run("shown=0")
    left = {path.name for path in folder.iterdir()}
    assert left == {"metrics.json", "per_image.csv", "tables.md", "tables.tex"}


def test_tables_about_other_pictures_come_only_when_asked_for(run) -> None:
    folder = run("protocol=[paper]", "published=div2k_noise8")  # as an experiment would say it
    assert not (folder / "published.json").exists()
