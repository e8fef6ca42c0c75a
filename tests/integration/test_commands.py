"""The commands as their users meet them: mistakes, missing data, weights of every kind."""

import json
import os
import pickle
from pathlib import Path
from subprocess import CompletedProcess

import numpy as np
import pytest
import torch
from commands import run
from PIL import Image

from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_pth


def assert_refused(done: CompletedProcess, *said: str) -> None:
    assert done.returncode == 2, done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    for words in said:
        assert words in done.stderr


@pytest.mark.parametrize(
    ("module", "override", "nearest"),
    [
        ("train", "iteratons=3", "iterations"),
        ("eval", "ensmble=true", "ensemble"),
        ("upscale", "inptu=a", "input"),
        ("degrade", "degradaton=noise8", "degradation"),
        ("export", "taget=pth", "target"),
    ],
)
def test_a_mistyped_key_is_named_with_the_nearest_and_nothing_is_written(
    module: str, override: str, nearest: str, tmp_path: Path
) -> None:
    done = run(module, override, cwd=tmp_path)
    assert_refused(done, override.split("=")[0], f"did you mean '{nearest}'?")
    assert len(done.stderr.strip().splitlines()) == 1
    assert not list(tmp_path.iterdir())


def test_missing_data_is_explained_before_anything_is_built(tmp_path: Path) -> None:
    done = run("train", "experiment=ntire20_track1", f"paths.data_dir={tmp_path}", cwd=tmp_path)
    assert_refused(
        done,
        str(tmp_path / "NTIRE20/track1/Corrupted-tr-y"),
        str(tmp_path / "NTIRE20/track1/generated/LR"),
        "missing",
        "challenge page",
        "SRRESCGAN_DATA",
    )


def test_a_missing_backbone_stops_a_training_run_before_it_starts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    for scheme in ("http_proxy", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(scheme, "http://127.0.0.1:9")  # whatever the network, no download
    overrides = ("experiment=df2k_noise8", "debug=smoke", "backbone_weights=imagenet")
    done = run("train", *overrides, f"output_dir={tmp_path / 'run'}", cwd=tmp_path)
    assert_refused(done, "vgg19", "SRRESCGAN_BACKBONES")
    assert not (tmp_path / "run/checkpoints").exists()


def test_a_truncated_picture_is_named_though_another_process_read_it(
    tmp_path: Path, photo_folder
) -> None:
    folder = photo_folder(count=2, size=(80, 80))
    bad = folder / "0001.png"
    bad.write_bytes(bad.read_bytes()[:5000])  # its header is whole: only reading it finds out
    done = run(
        *("train", "experiment=demo", "data=folders", f"data.train.hr={folder}", "num_workers=2"),
        *(f"data.val.photos.hr={folder}", "patch_size=32", f"output_dir={tmp_path / 'run'}"),
        "doctor=skip",
        cwd=tmp_path,
    )
    assert_refused(done, str(bad), "truncated")
    assert len(done.stderr.strip().splitlines()) <= 3


@pytest.mark.skipif(torch.cuda.is_available(), reason="this machine has an accelerator")
def test_a_trainer_this_machine_cannot_run_is_refused(tmp_path: Path) -> None:
    done = run("train", "experiment=demo", "trainer=gpu", "output_dir=run", cwd=tmp_path)
    assert_refused(done, "trainer:", "trainer=auto")


@pytest.fixture
def weights(tmp_path: Path) -> Path:
    torch.manual_seed(0)
    path = tmp_path / "generator.pth"
    write_pth(SRResDNet().state_dict(), path)
    return path


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "photo.png"
    Image.fromarray(np.random.default_rng(0).integers(0, 255, (11, 13, 3), np.uint8)).save(path)
    return path


def test_upscale_reads_what_export_writes(tmp_path: Path, weights: Path, photo: Path) -> None:
    safe = tmp_path / "g.safetensors"
    done = run("export", f"weights={weights}", "target=safetensors", f"output={safe}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    back = tmp_path / "back.pth"
    done = run("export", f"weights={safe}", "target=pth", f"output={back}", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    original, returned = (torch.load(p, weights_only=True) for p in (weights, back))
    assert list(original) == list(returned)
    assert all(torch.equal(original[key], returned[key]) for key in original)
    pictures = []
    for file in (weights, safe):
        out = tmp_path / f"out-{file.suffix}"
        done = run("upscale", f"input={photo}", f"output={out}", f"weights={file}", cwd=tmp_path)
        assert done.returncode == 0, done.stderr
        pictures.append(np.asarray(Image.open(out / "photo.png")))
    assert pictures[0].shape == (44, 52, 3)
    assert np.array_equal(*pictures)


def test_a_bad_picture_is_reported_and_the_others_are_done(
    tmp_path: Path, weights: Path, photo: Path
) -> None:
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    photo.rename(folder / "sub/good.png")
    (folder / "bad.png").write_bytes((folder / "sub/good.png").read_bytes()[:200])
    out = tmp_path / "out"
    done = run("upscale", f"input={folder}", f"output={out}", f"weights={weights}", cwd=tmp_path)
    assert_refused(done, "1 of 2", "bad.png")
    assert [path.name for path in out.glob("**/*.png")] == ["good.png"]


@pytest.mark.parametrize("output", [".", "photos", "photos/large"])
def test_originals_are_never_replaced(
    tmp_path: Path, weights: Path, photo: Path, output: str
) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    original = photo.rename(folder / "photo.png")
    before = original.read_bytes()
    source = original if output == "." else folder
    done = run(
        *("upscale", f"input={source}", f"output={output}", f"weights={weights}"),
        cwd=folder if output == "." else tmp_path,
    )
    assert_refused(done, "output=")
    assert original.read_bytes() == before


def test_values_a_machine_or_a_network_cannot_have_are_refused(
    tmp_path: Path, weights: Path, photo: Path
) -> None:
    upscale = ("upscale", f"input={photo}", f"weights={weights}")
    assert_refused(run(*upscale, "output=o", "device=gpu", cwd=tmp_path), "device=gpu")
    assert_refused(run(*upscale, "output=o", "scale=2", cwd=tmp_path), "scale=")
    assert_refused(run(*upscale, cwd=tmp_path), "output= must be given")
    tiny = tmp_path / "tiny.png"
    Image.new("RGB", (1, 1)).save(tiny)
    done = run("upscale", f"input={tiny}", f"weights={weights}", "output=o", cwd=tmp_path)
    assert_refused(done, str(tiny))
    done = run("train", "experiment=demo", "validate_every=0", "output_dir=o", cwd=tmp_path)
    assert_refused(done, "validate_every=0")
    assert not (tmp_path / "o").exists()


class Malicious:
    def __reduce__(self):
        return (os.system, ("touch executed",))


def test_a_weight_file_with_code_in_it_is_refused(tmp_path: Path, photo: Path) -> None:
    bad = tmp_path / "bad.pth"
    torch.save({"model.conv1.weight": Malicious()}, bad)
    common = (f"input={photo}", f"output={tmp_path / 'out'}")
    assert_refused(run("upscale", *common, f"weights={bad}", cwd=tmp_path), "refused", str(bad))
    bad.write_bytes(pickle.dumps(Malicious()))
    assert_refused(run("upscale", *common, f"weights={bad}", cwd=tmp_path), str(bad))
    assert not (tmp_path / "executed").exists()


def test_weights_of_another_network_are_refused(tmp_path: Path, photo: Path) -> None:
    other = tmp_path / "other.pth"
    torch.save({"conv_first.weight": torch.zeros(64, 3, 3, 3)}, other)
    done = run(
        *("upscale", f"input={photo}", f"output={tmp_path / 'o'}", f"weights={other}"), cwd=tmp_path
    )
    assert_refused(done, "SRResDNet", "conv_first.weight")
    small = tmp_path / "small.pth"
    write_pth(SRResDNet(features=8).state_dict(), small)
    done = run(
        *("upscale", f"input={photo}", f"output={tmp_path / 'o'}", f"weights={small}"),
        "generator=srresdnet",  # of 64 features
        cwd=tmp_path,
    )
    assert_refused(done, "another shape")
    done = run(
        *("train", "experiment=demo", "debug=smoke", f"ckpt_path={small}"),
        f"output_dir={tmp_path / 'run'}",
        cwd=tmp_path,
    )
    assert_refused(done, "init_weights=")


def test_evaluation_without_lpips_says_so_and_never_gives_a_number(
    tmp_path: Path, weights: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "hub"))
    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    for scheme in ("http_proxy", "https_proxy", "HTTPS_PROXY", "HTTP_PROXY"):
        monkeypatch.setenv(scheme, "http://127.0.0.1:9")
    done = run(
        *("eval", "experiment=demo", "metric=[psnr,lpips]", "synthetic=true", "device=cpu"),
        *(f"ckpt_path={weights}", f"output_dir={tmp_path / 'eval'}"),
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "lpips: not available" in done.stdout
    metrics = json.loads((tmp_path / "eval/metrics.json").read_text())
    scores = metrics["sets"]["chelsea"]["sr"]["scores"]
    assert scores["rgb8/lpips"] is None
    assert scores["rgb8/psnr"]["mean"] > 0
    assert "alexnet" in metrics["unavailable"]["lpips"]


def test_a_generator_of_another_size_is_named_with_the_file_that_chose_it(tmp_path: Path) -> None:
    keys = ("experiment=df2k_noise8", "debug=smoke", "generator=dsgan", "metric=[psnr]")
    done = run("train", *keys, f"output_dir={tmp_path / 'run'}", cwd=tmp_path)
    assert done.returncode == 2
    assert "generator DSGANGenerator returned 3 x 32 x 32" in done.stderr
    assert done.stderr.strip().endswith("(set in conf/generator/dsgan.yaml)")
    assert "Traceback" not in done.stderr
