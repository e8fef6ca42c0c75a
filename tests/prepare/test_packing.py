"""``pack_folder``: killed, out of room, asked twice, given damaged pictures; in bounded memory."""

import json
import multiprocessing
import resource
import shutil
import time
import tracemalloc
from collections import namedtuple
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from srrescgan.data.pack import INDEX, PIXELS, PackedImage, checksum, open_pack
from srrescgan.data.stored_image import ImageFile, StoredImage, images_by_name
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import read_image
from srrescgan.prepare import pack_writer, packing
from srrescgan.prepare.pack_writer import JOURNAL
from srrescgan.prepare.packing import PackSummary, pack_folder

COUNT = 12


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    """Pictures of different sizes, some in a sub-folder."""
    folder = tmp_path / "photos"
    (folder / "sub").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for index in range(COUNT):
        pixels = rng.integers(0, 256, (60 + index, 90 - 3 * index, 3)).astype(np.uint8)
        name = f"{'sub/' if index % 3 else ''}{index:02d}.png"
        Image.fromarray(pixels).save(folder / name)
    return folder


def _contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def _refusal(*args, **options) -> str:
    with pytest.raises(DataError) as error:
        pack_folder(*args, **options)
    return str(error.value)


def _pack_slowly(source: Path, target: Path) -> None:
    def slow(path: Path) -> np.ndarray:
        time.sleep(0.1)
        return read_image(path)

    packing.read_image = slow
    pack_folder(source, target, workers=1)


def _kill_midway(source: Path, target: Path, lines: int) -> None:
    """SIGKILL a real process that packs, as soon as its journal has ``lines`` whole lines."""
    process = multiprocessing.get_context("fork").Process(
        target=_pack_slowly, args=(source, target)
    )
    process.start()
    deadline = time.monotonic() + 60
    journal = target / JOURNAL
    while not (journal.is_file() and journal.read_bytes().count(b"\n") >= lines):
        assert process.is_alive()
        assert time.monotonic() < deadline
        time.sleep(0.005)
    process.kill()
    process.join()
    assert process.exitcode == -9
    assert not (target / INDEX).exists(), "killed too late to show anything"


@pytest.mark.parametrize("torn", ["nothing", "journal", "pixels"])
def test_killed_and_resumed_equals_uninterrupted(photos, tmp_path, torn):
    pack_folder(photos, tmp_path / "whole", workers=3)
    target = tmp_path / "killed"
    _kill_midway(photos, target, lines=4)  # a head and three pictures
    if torn == "journal":  # as a kill in the middle of writing leaves it
        with (target / JOURNAL).open("a") as journal:
            journal.write('{"name": "sub/0')
        with (target / PIXELS).open("ab") as pixels:
            pixels.write(b"half a picture" * 999)
        (target / f".{INDEX}.123.tmp").write_text("{")
    if torn == "pixels":  # as a power cut may leave them
        with (target / PIXELS).open("rb+") as pixels:
            pixels.truncate(_journal_end(target) - 100)
    assert "was not packed completely" in str(_open_error(target))
    done = pack_folder(photos, target, workers=2)
    assert done.kept >= (2 if torn == "pixels" else 3)
    assert done.packed + done.kept == COUNT
    assert _contents(target) == _contents(tmp_path / "whole")
    assert sorted(_contents(target)) == [PIXELS, INDEX]


def _journal_end(target: Path) -> int:
    """First byte after the last picture in the journal."""
    entry = json.loads((target / JOURNAL).read_text().splitlines()[-1])
    return entry["offset"] + entry["height"] * entry["width"] * 3


def _open_error(target: Path) -> DataError:
    with pytest.raises(DataError) as error:
        open_pack(target)
    return error.value


def test_the_number_of_workers_does_not_matter(photos, tmp_path):
    for workers in (1, 2, 5):
        done = pack_folder(photos, tmp_path / str(workers), workers=workers)
        assert done == PackSummary(packed=COUNT, kept=0)
        assert _contents(tmp_path / str(workers)) == _contents(tmp_path / "1")
    with pytest.raises(ConfigError, match="workers=0: must be at least 1"):
        pack_folder(photos, tmp_path / "0", workers=0)


def test_a_finished_pack_is_left_as_it_is(photos, tmp_path):
    target = tmp_path / "packed"
    pack_folder(photos, target)
    before = {path: path.stat().st_mtime_ns for path in target.iterdir()}
    for path in photos.rglob("*.png"):
        path.touch()  # the same content at another time is the same picture
    assert pack_folder(photos, target) == PackSummary(packed=0, kept=COUNT)
    assert {path: path.stat().st_mtime_ns for path in target.iterdir()} == before


@pytest.mark.parametrize("what", ["changed", "new", "gone", "damaged"])
def test_a_finished_pack_of_other_pictures_is_replaced_only_on_request(photos, tmp_path, what):
    target = tmp_path / "packed"
    pack_folder(photos, target)
    file = {"new": "sub/99.png"}.get(what, "sub/05.png")
    if what == "gone":
        (photos / file).unlink()
    elif what == "damaged":
        with (target / PIXELS).open("rb+") as pixels:
            pixels.seek(open_pack(target)["sub/05"].offset)
            pixels.write(bytes([255 - read_image(photos / file)[0, 0, 0]]))
    else:
        Image.new("RGB", (30, 20)).save(photos / file)
    before = _contents(target)
    message = _refusal(photos, target)
    assert f"{target} is a finished pack, but not of the pictures in {photos}" in message
    assert f"the first difference is {file}" in message
    assert "overwrite=true" in message
    assert _contents(target) == before
    done = pack_folder(photos, target, overwrite=True)
    assert done.packed >= (what != "gone")
    assert done.kept > 3  # what comes before the difference is not packed again
    pack_folder(photos, tmp_path / "anew")
    assert _contents(target) == _contents(tmp_path / "anew")


def test_a_replacement_that_does_not_succeed_is_no_pack(photos, tmp_path):
    target = tmp_path / "packed"
    pack_folder(photos, target)
    (photos / "sub/05.png").write_text("text")
    _refusal(photos, target, overwrite=True)
    assert "was not packed completely" in str(_open_error(target))  # never half of each
    Image.new("RGB", (30, 20)).save(photos / "sub/05.png")
    assert pack_folder(photos, target).kept == COUNT - 1
    assert open_pack(target)["sub/05"].size() == (20, 30)


def test_an_unreadable_pack_is_rebuilt_on_request(photos, tmp_path):
    target = tmp_path / "packed"
    pack_folder(photos, target)
    before = _contents(target)
    (target / PIXELS).write_bytes(before[PIXELS][:5000])
    assert "has 5000 bytes, expected" in _refusal(photos, target)
    assert _refusal(photos, target).endswith("pack its pictures again with overwrite=true")
    assert pack_folder(photos, target, overwrite=True) == PackSummary(packed=COUNT, kept=0)
    assert _contents(target) == before


def test_a_picture_that_changed_after_an_interruption_is_packed_again(photos, tmp_path):
    target = tmp_path / "packed"
    (photos / "sub/11.png").rename(tmp_path / "11.png")
    (photos / "sub/11.png").write_text("not yet")  # keeps the pack unfinished
    _refusal(photos, target)
    Image.new("RGB", (30, 20), "red").save(photos / "sub/05.png")
    (tmp_path / "11.png").rename(photos / "sub/11.png")
    done = pack_folder(photos, target)
    assert done.kept == 7  # 00 03 06 09, sub/01 sub/02 sub/04
    pack_folder(photos, tmp_path / "anew")
    assert _contents(target) == _contents(tmp_path / "anew")


def test_all_unreadable_pictures_are_named_at_once_and_the_others_are_kept(photos, tmp_path):
    target = tmp_path / "packed"
    whole = {name: (photos / name).read_bytes() for name in ("03.png", "sub/04.png", "sub/08.png")}
    (photos / "03.png").write_text("text")
    (photos / "sub/04.png").write_bytes(whole["sub/04.png"][:3000])
    (photos / "sub/08.png").write_bytes(b"")
    message = _refusal(photos, target, workers=2)
    assert message.startswith(
        "3 of 12 pictures cannot be packed. Replace or remove them, then run it"
    )
    assert "03.png is not an image" in message
    assert "04.png is damaged or cut short" in message
    assert "08.png is empty (0 bytes)" in message
    assert not (target / INDEX).exists()
    (photos / "03.png").unlink()
    (photos / "sub/04.png").write_bytes(whole["sub/04.png"])
    (photos / "sub/08.png").unlink()
    assert pack_folder(photos, target) == PackSummary(packed=1, kept=9)
    packed = open_pack(target)
    assert list(packed)[:3] == ["00", "06", "09"]  # in order of names, whenever they were packed
    np.testing.assert_array_equal(packed["sub/04"].read(), read_image(photos / "sub/04.png"))


def test_two_files_of_one_name_are_refused_before_anything_is_written(photos, tmp_path):
    (photos / "03.bmp").write_bytes((photos / "03.png").read_bytes())
    message = _refusal(photos, tmp_path / "packed")
    assert f"files in {photos} differ only in their suffix, keep one of:" in message
    assert "03.bmp, 03.png" in message
    assert not (tmp_path / "packed").exists()


def test_places_that_do_not_fit_are_refused(photos, tmp_path):
    (tmp_path / "empty").mkdir()
    assert "empty contains no images" in _refusal(tmp_path / "empty", tmp_path / "packed")
    assert "nowhere does not exist" in _refusal(tmp_path / "nowhere", tmp_path / "packed")
    for target in (tmp_path, photos / "sub"):
        assert f"{target} holds picture files (such as " in _refusal(photos, target)
    (tmp_path / "file").touch()
    assert f"cannot pack into {tmp_path / 'file'} (" in _refusal(photos, tmp_path / "file")


def test_a_folder_is_packed_in_its_own_place(photos, tmp_path):
    pack_folder(photos, tmp_path / "packed")
    _kill_midway(photos, photos, lines=4)
    assert isinstance(_first(photos), ImageFile)  # as long as it is not finished
    assert pack_folder(photos, photos).kept >= 3
    assert isinstance(_first(photos), PackedImage)
    for name in (INDEX, PIXELS):
        assert (photos / name).read_bytes() == (tmp_path / "packed" / name).read_bytes()
    for path in photos.rglob("*.png"):
        path.unlink()
    assert isinstance(_first(photos), PackedImage)  # nor does it need the files


def _first(folder: Path) -> StoredImage:
    pictures, problems = images_by_name(folder)
    assert not problems
    assert len(pictures) == COUNT
    return next(iter(pictures.values()))[0]


def test_a_foreign_journal_is_not_touched(photos, tmp_path):
    target = tmp_path / "packed"
    target.mkdir()
    (target / JOURNAL).write_text("my diary\n")
    message = _refusal(photos, target)
    assert f"{target / JOURNAL} is damaged or was written by another program: remove it" in message
    assert (target / JOURNAL).read_text() == "my diary\n"


def test_a_disk_without_room_is_seen_before_anything_is_written(photos, tmp_path, monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10**9, 10**9, 100_000))
    message = _refusal(photos, tmp_path / "packed")
    assert "needs 0.2 MB more, and the disk has 0.1 MB left: free disk space" in message
    assert not list((tmp_path / "packed").iterdir())


def test_a_disk_that_fills_up_costs_nothing_that_was_done(photos, tmp_path):
    pack_folder(photos, tmp_path / "whole")
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (60_000, limits[1]))  # four pictures
    try:
        message = _refusal(photos, tmp_path / "packed")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert f"cannot pack into {tmp_path / 'packed'} (File too large): free disk space" in message
    assert "run it again to resume" in message
    done = pack_folder(photos, tmp_path / "packed")
    assert done.kept == 3
    assert _contents(tmp_path / "packed") == _contents(tmp_path / "whole")


def test_memory_does_not_grow_with_the_number_of_pictures(tmp_path, monkeypatch):
    def slow(pixels: np.ndarray) -> int:  # the writer; decoding runs ahead as far as it may
        time.sleep(0.02)
        return checksum(pixels)

    monkeypatch.setattr(pack_writer, "checksum", slow)
    size = 600 * 800 * 3
    peaks = {}
    for count in (5, 30):
        folder = tmp_path / str(count)
        folder.mkdir()
        for index in range(count):
            Image.new("RGB", (800, 600), (index, 0, 0)).save(folder / f"{index}.png")
        tracemalloc.start()
        pack_folder(folder, tmp_path / f"packed{count}", workers=1)
        peaks[count] = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert peaks[30] < peaks[5] + 0.5 * size
    assert peaks[30] < 5 * size  # one decoding ahead, one waiting, one being written; copies


def test_the_journal_grows_with_each_picture(photos, tmp_path):
    target = tmp_path / "packed"
    (photos / "sub/11.png").write_text("not a picture")
    _refusal(photos, target)
    head, *lines = (target / JOURNAL).read_text().splitlines()
    assert json.loads(head) == {"version": 1}
    assert [json.loads(line)["file"] for line in lines] == [
        *("00.png", "03.png", "06.png", "09.png"),
        *(f"sub/{index:02d}.png" for index in (1, 2, 4, 5, 7, 8, 10)),
    ]
