"""The doctor remembers by content: it decodes once, sees changes, and survives a bad cache."""

import json
import os
import shutil
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PIL import Image

from srrescgan.data import HRFolder
from srrescgan.data.stored_image import ImageFile
from srrescgan.doctor import Checkup
from srrescgan.doctor.image_info import ImageInfo
from srrescgan.doctor.scan_cache import ScanCache, default_cache


@pytest.fixture
def decoded(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Names of the files that were decoded."""
    names: list[str] = []
    read = ImageFile.read

    def counted(self: ImageFile):
        names.append(self.path.name)
        return read(self)

    monkeypatch.setattr(ImageFile, "read", counted)
    return names


def run(folder: Path, cache: Path, **settings):
    return Checkup(workers=2, cache=str(cache), **settings).run({"train": HRFolder(str(folder), 4)})


def aged(folder: Path) -> None:
    """As if the files had been there for a while."""
    for path in folder.iterdir():
        os.utime(path, (1_000_000_000, 1_000_000_000))


def test_a_second_run_neither_decodes_nor_reads(photo_folder, tmp_path, decoded, monkeypatch):
    folder, cache = photo_folder(), tmp_path / "deep/cache.sqlite"
    (folder / "0003.png").write_bytes((folder / "0003.png").read_bytes()[:3000])
    aged(folder)
    first = run(folder, cache)
    assert sorted(decoded) == [f"000{i}.png" for i in range(4)]
    decoded.clear()
    monkeypatch.setattr(Path, "open", lambda *_: pytest.fail("an unchanged file was read"))
    second = run(folder, cache)
    assert decoded == []
    assert second.problems == first.problems
    assert [p.check for p in second.problems] == ["unreadable"]
    assert second.splits[0].images == first.splits[0].images


def test_a_changed_file_is_decoded_again_and_a_renamed_one_is_not(photo_folder, tmp_path, decoded):
    folder, cache = photo_folder(), tmp_path / "cache.sqlite"
    aged(folder)
    run(folder, cache)
    decoded.clear()
    (folder / "0001.png").rename(folder / "new name.png")
    status = (folder / "0002.png").stat()
    Image.new("RGB", (96, 96)).save(folder / "0002.png")
    # Even with its time set back, as copying programs do, the size tells.
    os.utime(folder / "0002.png", ns=(status.st_atime_ns, status.st_mtime_ns))
    report = run(folder, cache)
    assert decoded == ["0002.png"]
    found = [(p.check, p.pictures[0].path.name) for p in report.problems]
    assert ("flat", "0002.png") in found
    assert {name for _, name in found} == {"0002.png"}  # whatever else a check says of black


def test_a_cached_measurement_keeps_its_stored_names() -> None:
    stored = {"mode": "I", "bits": 16, "refused": True, "turned": True}
    info = ImageInfo.load(json.dumps(stored))
    assert info == ImageInfo(mode="I", bits=16, unsupported=True, has_exif_rotation=True)
    written = json.loads(info.dump())
    assert stored.items() <= written.items()
    assert not written.keys() & {"unsupported", "has_exif_rotation"}


def test_another_threshold_of_measuring_is_another_fact(photo_folder, tmp_path, decoded):
    folder, cache = photo_folder(), tmp_path / "cache.sqlite"
    assert run(folder, cache).problems == []
    report = run(folder, cache, flat_level=0.9)
    assert len(decoded) == 8
    assert len(report.problems) == 5  # every picture, and the split


def test_a_cache_that_cannot_be_used_costs_time_only(photo_folder, tmp_path):
    folder, cache = photo_folder(), tmp_path / "cache.sqlite"
    cache.write_bytes(b"this is no database, whatever its name says" * 100)
    shutil.copy(folder / "0000.png", folder / "copy.png")
    report = run(folder, cache)
    assert [p.check for p in report.problems] == ["near_duplicate"]
    assert len(report.notes) == 1
    assert str(cache) in report.notes[0]
    assert "checkup.cache=" in report.notes[0]
    report = run(folder, tmp_path / "0000.png/not a folder/cache.sqlite")
    assert [p.check for p in report.problems] == ["near_duplicate"]


def test_several_writers_share_one_file(tmp_path):
    path = tmp_path / "cache.sqlite"

    def write(writer: int) -> str | None:
        cache = ScanCache(path)
        for index in range(10):
            cache.put(f"{writer}:{index}", "x")
            cache.flush()
        cache.close()
        return cache.trouble

    with ThreadPoolExecutor(4) as pool:
        assert list(pool.map(write, range(4))) == [None] * 4
    reader = ScanCache(path)
    assert all(reader.get(f"{w}:{i}") == "x" for w in range(4) for i in range(10))


def test_the_default_place_is_the_users_cache(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache() == tmp_path / "srrescgan/doctor.sqlite"
    monkeypatch.delenv("XDG_CACHE_HOME")
    assert default_cache() == Path.home() / ".cache/srrescgan/doctor.sqlite"
