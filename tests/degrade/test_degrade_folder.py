"""Degraded folders: pixels, names, and what a second run does."""

import json
import shutil
from fractions import Fraction
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.data import HRFolder, PairedFolder
from srrescgan.degradations import JPEG, Bicubic, Compose, GaussianNoise
from srrescgan.degrade import degrade_folder as module
from srrescgan.degrade.degrade_folder import DegradeSummary, degrade_folder
from srrescgan.degrade.pairs import PairMaker
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.ops.resize import imresize

NOISY = Compose([Bicubic(4, quantise=True), GaussianNoise(8 / 255)])
SOFTWARE = {"code": "abc", "device": "cpu"}


def make(source: Path, folder: Path, settings: dict | None = None, **options) -> DegradeSummary:
    arguments = {"workers": options.pop("workers", 2), "overwrite": options.pop("overwrite", False)}
    software = options.pop("software", SOFTWARE)
    maker = PairMaker(options.pop("degradation", NOISY), options.pop("scale", 4), **options)
    return degrade_folder(source, folder, maker, settings or {"seed": 0}, software, **arguments)


def contents(folder: Path) -> dict[str, bytes]:
    """Every file below a folder, hidden ones included."""
    files = [path for path in folder.rglob("*") if path.is_file()]
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def manifest(folder: Path) -> dict:
    return json.loads((folder / "manifest.json").read_text())


@pytest.fixture
def photos(photo_folder) -> Path:
    """Six pictures that are no multiple of 4, two of them in a sub-folder with dots in its name."""
    folder = photo_folder(count=6, size=(50, 61))
    (folder / "day.1").mkdir()
    for index in (4, 5):
        (folder / f"{index:04d}.png").rename(folder / f"day.1/{index}.night.png")
    return folder


def test_names_sizes_and_hashes_are_in_the_manifest(photos: Path, tmp_path: Path) -> None:
    made = make(photos, tmp_path / "lr", {"seed": 0, "scale": 4})
    assert made == DegradeSummary(made=6, kept=0, failures=[])
    names = ["0000.png", "0001.png", "0002.png", "0003.png"]
    names += ["day.1/4.night.png", "day.1/5.night.png"]
    assert sorted(contents(tmp_path / "lr")) == [*names, "manifest.json"]
    about = manifest(tmp_path / "lr")
    assert about["settings"] == {"seed": 0, "scale": 4}
    assert about["made_with"] == [SOFTWARE]
    assert about["failed"] == []
    assert [image["input"] for image in about["images"]] == names
    for image in about["images"]:
        (output,) = image["outputs"]
        assert image["sha256"] == sha256((photos / image["input"]).read_bytes()).hexdigest()
        assert output["file"] == image["input"]
        assert (
            output["sha256"] == sha256((tmp_path / "lr" / output["file"]).read_bytes()).hexdigest()
        )
        assert (output["height"], output["width"]) == (12, 15)
        assert read_image(tmp_path / "lr" / output["file"]).shape == (12, 15, 3)


@pytest.mark.parametrize("seed", [0, 7])
def test_seed_zero_gives_the_noise_of_validation_and_other_seeds_differ(
    photos: Path, tmp_path: Path, seed: int
) -> None:
    make(photos, tmp_path / "lr", seed=seed)
    noise = {}
    dataset = HRFolder(str(photos), 4)
    for index in range(len(dataset)):
        item = dataset[index]
        expected = NOISY(item["hr"][None], [item["seed"]])[0]
        made = read_image(tmp_path / "lr" / f"{item['name']}.png")
        assert np.array_equal(made, to_uint8(expected)) == (seed == 0)
        clean = Bicubic(4, quantise=True)(item["hr"][None], [0])[0]
        noise[item["name"]] = made.astype(int) - to_uint8(clean)
    differences = np.stack(list(noise.values()))
    assert 6 < differences.std() < 10
    assert len({difference.tobytes() for difference in differences}) == 6


def test_workers_and_order_do_not_matter(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "one", workers=1)
    make(photos, tmp_path / "many", workers=5)
    assert contents(tmp_path / "one") == contents(tmp_path / "many")
    alone = tmp_path / "alone"
    (alone / "day.1").mkdir(parents=True)
    shutil.copy(photos / "day.1/5.night.png", alone / "day.1")
    make(alone, tmp_path / "single")
    name = "day.1/5.night.png"
    assert contents(tmp_path / "single")[name] == contents(tmp_path / "one")[name]


def test_sdsr_keeps_the_original_and_degrades_it(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "set", pairs="sdsr")
    pairs = PairedFolder(str(tmp_path / "set/HR"), str(tmp_path / "set/LR"), 4)
    pairs.check()
    assert len(pairs) == 6
    for index, original in enumerate(sorted(photos.rglob("*.png"), key=Path.as_posix)):
        item = pairs[index]
        assert np.array_equal(to_uint8(item["hr"]), read_image(original)[:48, :60])
        # The LR folder is the degradation of the HR folder, as training on the fly would see it.
        expected = NOISY(item["hr"][None], [item["seed"]])[0]
        assert np.array_equal(to_uint8(item["lr"]), to_uint8(expected))


def test_tdsr_cleans_the_original_by_reducing_it(photo_folder, tmp_path: Path) -> None:
    photos = photo_folder(count=2, size=(50, 61))
    make(photos, tmp_path / "set", pairs="tdsr")
    pairs = PairedFolder(str(tmp_path / "set/HR"), str(tmp_path / "set/LR"), 4)
    for index in range(len(pairs)):
        item = pairs[index]
        original = to_tensor(read_image(photos / f"{item['name']}.png"))
        half = imresize(original[None], Fraction(1, 2), quantise=True)[0]
        assert half.shape == (3, 25, 31)
        assert np.array_equal(to_uint8(item["hr"]), to_uint8(half[:, :24, :28]))
        expected = NOISY(item["hr"][None], [item["seed"]])[0]
        assert np.array_equal(to_uint8(item["lr"]), to_uint8(expected))


def test_clean_pictures_are_their_own_target(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "tdsr", pairs="tdsr", cleanup=1)
    make(photos, tmp_path / "sdsr", pairs="sdsr")
    assert contents(tmp_path / "tdsr") == contents(tmp_path / "sdsr")


def test_noise_at_scale_one_corrupts_the_pictures_themselves(photos: Path, tmp_path: Path) -> None:
    corruption = Compose([Bicubic(1, quantise=True), GaussianNoise(8 / 255)])
    make(photos, tmp_path / "noisy", scale=1, degradation=corruption)
    original = read_image(photos / "0000.png").astype(int)
    noise = read_image(tmp_path / "noisy/0000.png") - original
    inner = noise[(original > 40) & (original < 215)]  # nothing was clipped there
    assert noise.shape == (50, 61, 3)
    assert inner.std() == pytest.approx(8, rel=0.05)
    assert abs(inner.mean()) < 0.5


class Killed(BaseException):
    """Stands for SIGKILL: nothing of ours catches it."""


def stop_after(monkeypatch: pytest.MonkeyPatch, writes: int) -> None:
    """Let the process die at a moment after ``writes`` files are on disk, one half-written."""
    count = 0

    def write(path: Path, image: np.ndarray) -> None:
        nonlocal count
        if count == writes:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.with_name(f".{path.name}.4242.tmp").write_bytes(b"\x89PNG half")
            raise Killed
        count += 1
        write_png(path, image)

    monkeypatch.setattr(module, "write_png", write)


@pytest.mark.parametrize("writes", [0, 1, 2, 5, 7, 11])
def test_a_run_that_died_resumes_and_leaves_no_trace(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, writes: int
) -> None:
    make(photos, tmp_path / "whole", pairs="sdsr")
    died = tmp_path / "died"
    stop_after(monkeypatch, writes)
    with pytest.raises(Killed):
        make(photos, died, pairs="sdsr", workers=1)
    monkeypatch.undo()
    assert not (died / "manifest.json").exists()
    with (died / "manifest.partial.jsonl").open("a") as journal:
        journal.write('{"input": "00')  # the line that was being written
    kept = {path: path.stat().st_mtime_ns for path in died.rglob("*.png") if path.name[0] != "."}
    summary = make(photos, died, pairs="sdsr", workers=1)
    assert contents(died) == contents(tmp_path / "whole")
    assert (summary.made + summary.kept, summary.failures) == (6, [])
    # What was finished, but for the last lines that the journal may lack, was not made again.
    again = [path for path, time in kept.items() if path.stat().st_mtime_ns != time]
    assert summary.kept >= (writes - 4) // 2
    assert len(again) <= 4


def test_dying_between_manifest_and_journal_is_harmless(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make(photos, tmp_path / "whole")

    def die(*_: object, **__: object) -> None:
        raise Killed

    monkeypatch.setattr(Path, "unlink", die)
    with pytest.raises(Killed):
        make(photos, tmp_path / "died")
    monkeypatch.undo()
    assert (tmp_path / "died/manifest.partial.jsonl").exists()
    make(photos, tmp_path / "died")
    assert contents(tmp_path / "died") == contents(tmp_path / "whole")


def test_a_finished_set_is_left_alone(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "lr")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "lr").rglob("*")}
    later = {"code": "def", "device": "cpu"}  # which made nothing of it
    assert make(photos, tmp_path / "lr", software=later) == DegradeSummary(0, 6, [])
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "lr").rglob("*")} == times


def test_only_changed_outputs_are_generated_again(photos: Path, tmp_path: Path) -> None:
    lr = tmp_path / "lr"
    make(photos, lr)
    (lr / "0001.png").unlink()
    (lr / "0002.png").write_bytes(b"spoilt")
    shutil.copy(photos / "0000.png", photos / "0003.png")
    shutil.copy(photos / "0000.png", photos / "new.png")
    later = {"code": "def", "device": "cpu"}
    assert make(photos, lr, software=later) == DegradeSummary(made=4, kept=3, failures=[])
    make(photos, tmp_path / "whole", software=later)
    mended, whole = contents(lr), contents(tmp_path / "whole")
    del mended["manifest.json"], whole["manifest.json"]
    assert mended == whole
    assert manifest(lr)["images"] == manifest(tmp_path / "whole")["images"]
    assert manifest(lr)["made_with"] == [SOFTWARE, later]


def test_a_set_with_other_settings_is_refused_or_replaced_on_request(
    photos: Path, tmp_path: Path
) -> None:
    lr = tmp_path / "lr"
    make(photos, lr, {"seed": 1, "pairs": "sdsr"}, pairs="sdsr")
    before = contents(lr)
    with pytest.raises(DataError, match=r"another pairs, another seed.*overwrite=true"):
        make(photos, lr, {"seed": 0, "pairs": "none"})
    assert contents(lr) == before
    (lr / "mine.txt").write_text("not of this set")
    make(photos, lr, {"seed": 0, "pairs": "none"}, overwrite=True)
    make(photos, tmp_path / "fresh", {"seed": 0, "pairs": "none"})
    assert contents(lr) == contents(tmp_path / "fresh") | {"mine.txt": b"not of this set"}


def test_pictures_of_deleted_originals_are_removed(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "lr")
    (photos / "0002.png").unlink()
    with pytest.raises(DataError, match=r"1 more pictures \(such as 0002.png\)"):
        make(photos, tmp_path / "lr")
    make(photos, tmp_path / "lr", overwrite=True)
    assert "0002.png" not in contents(tmp_path / "lr")


def test_a_manifest_cannot_have_files_elsewhere_removed(photos: Path, tmp_path: Path) -> None:
    make(photos, tmp_path / "lr")
    precious = tmp_path / "precious.png"
    precious.write_bytes(b"mine")
    about = manifest(tmp_path / "lr")
    about["images"][0]["outputs"][0]["file"] = "../precious.png"
    (tmp_path / "lr/manifest.json").write_text(json.dumps(about))
    make(photos, tmp_path / "lr", {"seed": 3}, overwrite=True)
    assert precious.read_bytes() == b"mine"


def test_files_outside_the_manifest_are_not_replaced(photos: Path, tmp_path: Path) -> None:
    lr = tmp_path / "lr"
    lr.mkdir()
    (lr / "0000.png").write_bytes(b"mine")
    with pytest.raises(DataError, match=r"0000.png.*overwrite=true"):
        make(photos, lr)
    assert contents(lr) == {"0000.png": b"mine"}
    make(photos, lr, overwrite=True)
    assert read_image(lr / "0000.png").shape == (12, 15, 3)
    (lr / "manifest.json").write_text('{"somebody": "else"}')
    with pytest.raises(DataError, match="not written by this program"):
        make(photos, lr, overwrite=True)


def test_originals_that_cannot_be_used_do_not_stop_the_others(photos: Path, tmp_path: Path) -> None:
    whole, good = ((photos / name).read_bytes() for name in ("0001.png", "0002.png"))
    (photos / "0001.png").write_bytes(whole[:300])
    write_png(photos / "tiny.png", np.zeros((3, 9, 3), np.uint8))
    summary = make(photos, tmp_path / "lr")
    assert summary.made == 5
    assert [failure["input"] for failure in summary.failures] == ["0001.png", "tiny.png"]
    assert manifest(tmp_path / "lr")["failed"] == summary.failures
    assert "3 x 9 pixels" in summary.failures[1]["reason"]
    (photos / "0002.png").write_bytes(whole[:300])  # one that was good before
    assert make(photos, tmp_path / "lr").made == 0
    assert [image["input"] for image in manifest(tmp_path / "lr")["images"]][:2] == [
        "0000.png",
        "0003.png",
    ]
    (photos / "tiny.png").unlink()
    (photos / "0001.png").write_bytes(whole)
    (photos / "0002.png").write_bytes(good)
    assert make(photos, tmp_path / "lr") == DegradeSummary(made=2, kept=4, failures=[])
    make(photos, tmp_path / "good")
    assert contents(tmp_path / "lr") == contents(tmp_path / "good")


def test_a_full_disk_stops_the_run_with_a_message(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, image: np.ndarray) -> None:
        raise DataError(f"cannot write {path} (No space left on device)")

    monkeypatch.setattr(module, "write_png", full)
    with pytest.raises(DataError, match="No space left"):
        make(photos, tmp_path / "lr")
    assert not (tmp_path / "lr/manifest.json").exists()


def test_an_output_that_cannot_be_a_folder_is_explained(photos: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(DataError, match="cannot write to"):
        make(photos, tmp_path / "file/lr")


@pytest.mark.parametrize(
    ("where", "pairs", "said"),
    [
        ("photos", "none", "lies inside|is an input"),
        ("photos/lr", "none", "lies inside"),
        ("photos/..", "sdsr", None),
    ],
)
def test_originals_are_never_among_the_results(
    photos: Path, tmp_path: Path, where: str, pairs: str, said: str | None
) -> None:
    if said is None:  # the HR folder of the set would be the input
        photos = photos.rename(tmp_path / "HR")
        where, said = ".", "lies inside|is an input"
    before = contents(tmp_path)
    with pytest.raises(DataError, match=said):
        make(photos, tmp_path / where, pairs=pairs, overwrite=True)
    assert contents(tmp_path) == before


def test_two_originals_of_one_name_are_refused(photos: Path, tmp_path: Path) -> None:
    shutil.copy(photos / "0000.png", photos / "0000.jpg")
    with pytest.raises(DataError, match=r"would both become .*0000.png"):
        make(photos, tmp_path / "lr")
    assert not (tmp_path / "lr").exists()


def test_arguments_out_of_range_are_named(photos: Path, tmp_path: Path) -> None:
    for options, said in [
        ({"pairs": "sdrs"}, "pairs=sdrs: expected one of none, sdsr, tdsr"),
        ({"pairs": "tdsr", "cleanup": 0}, "cleanup=0"),
        ({"workers": 0}, "workers=0"),
        ({"degradation": JPEG(30)}, "has scale 1, not scale=4"),
    ]:
        with pytest.raises(ConfigError, match=said):
            make(photos, tmp_path / "lr", **options)
    assert not (tmp_path / "lr").exists()


def test_the_global_random_state_is_left_alone(photos: Path, tmp_path: Path) -> None:
    before = torch.get_rng_state()
    make(photos, tmp_path / "lr")
    assert torch.equal(torch.get_rng_state(), before)
