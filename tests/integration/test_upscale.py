"""The command over many pictures: what is done, what is left, and what is said about it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from small_network import write_small_network
from upscaling import noise, run_upscale, save

from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.upscale import batch
from srrescgan.upscale import photo as photo_file


@pytest.fixture
def weights(tmp_path: Path) -> str:
    return f"weights={write_small_network(tmp_path / 'two.safetensors')}"


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    for index, name in enumerate(("a.png", "sub/b.bmp", "sub/deep/c.png")):
        save(folder / name, noise(9, 10 + index, 3, seed=index))
    (folder / "sub/notes.txt").write_text("not a picture")
    return folder


def files(folder: Path) -> list[str]:
    return sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())


def test_a_folder_tree_is_mirrored_and_other_files_are_ignored(
    photos: Path, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before = files(photos)
    run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights)
    assert files(tmp_path / "out") == ["a.png", "sub/b.png", "sub/deep/c.png"]
    assert Image.open(tmp_path / "out/sub/b.png").size == (22, 18)
    assert files(photos) == before
    said = capsys.readouterr().out
    assert "3 of 3 pictures upscaled" in said
    assert "2/3 b.bmp" in said  # no terminal: a line each, with the time left
    assert "left" in said


def test_damaged_files_are_reported_and_the_rest_is_processed(
    photos: Path, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    whole = (photos / "a.png").read_bytes()
    (photos / "b.png").write_bytes(whole[: len(whole) // 2])
    (photos / "empty.jpg").touch()
    (photos / "[red]text.webp").write_text("<html>")
    save(photos / "tiny.png", noise(2, 2, 3))
    with pytest.raises(DataError) as error:
        run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights)
    said = str(error.value).splitlines()
    assert said[0] == "3 of 7 pictures upscaled, 4 failed:"
    for name in ("b.png", "empty.jpg", "[red]text.webp", "tiny.png"):
        assert any(str(photos / name) in line for line in said[1:]), name
    assert files(tmp_path / "out") == ["a.png", "sub/b.png", "sub/deep/c.png"]
    assert "failed: " in capsys.readouterr().out  # as it happens, too


def test_existing_results(
    photos: Path, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    old = save(tmp_path / "out/a.png", noise(1, 1, 3))
    content = old.read_bytes()
    common = (f"input={photos}", f"output={tmp_path / 'out'}", weights)
    with pytest.raises(DataError, match=r"a\.png would be replaced"):
        run_upscale(*common, "existing=refuse")
    assert files(tmp_path / "out") == ["a.png"]
    run_upscale(*common, "existing=skip")
    assert old.read_bytes() == content
    assert "2 of 3 pictures upscaled, 1 skipped" in capsys.readouterr().out
    run_upscale(*common)
    assert old.read_bytes() != content
    run_upscale(*common, "existing=refuse", "suffix=_x2")
    assert "sub/deep/c_x2.png" in files(tmp_path / "out")


@pytest.mark.parametrize(
    ("override", "said"),
    [
        ("format=pgn", "did you mean 'png'"),
        ("existing=skipp", "did you mean 'skip'"),
        ("depth=10", "depth=10"),
        ("metadata=kept", "did you mean 'keep'"),
        ("quality=50", "quality="),
        ("suffix=a/b", "suffix="),
        ("sigma_floor=-1", "sigma_floor=-1"),
        ("precision=bf61", "did you mean 'bf16'"),
        ("engine=openvnio", "did you mean 'openvino'"),
        ("batch=0", "batch=0"),
        ("tile=0", "tile=0"),
    ],
)
def test_values_are_checked_before_anything_is_written(
    photos: Path, weights: str, tmp_path: Path, override: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights, override)
    assert not (tmp_path / "out").exists()


def test_how_it_is_computed_does_not_show(photos: Path, weights: str, tmp_path: Path) -> None:
    common = (f"input={photos / 'a.png'}", weights)
    run_upscale(*common, f"output={tmp_path / 'whole'}", "tile=none")
    run_upscale(*common, f"output={tmp_path / 'tiled'}", "tile=4", "batch=2")
    whole, tiled = (np.asarray(Image.open(tmp_path / f"{p}/a.png")) for p in ("whole", "tiled"))
    assert np.abs(whole.astype(int) - tiled).max() <= 1


def test_flat_pictures_are_listed_with_the_option_that_fixes_them(
    photos: Path, weights: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    flat = np.full((24, 60, 3), 128, np.uint8)
    flat[:, :16] = noise(24, 16, 3)
    save(photos / "flat.png", flat)
    common = (f"input={photos}", weights)
    run_upscale(*common, f"output={tmp_path / 'out'}")
    said = capsys.readouterr().out
    assert "1 flat: " in said
    assert said.count(str(photos / "flat.png")) == 2  # at once, and at the end
    advice = said.split("sigma_floor=")[1].split(",")[0]
    run_upscale(*common, f"output={tmp_path / 'mended'}", f"sigma_floor={advice}")
    assert "flat: " not in capsys.readouterr().out
    before, after = (np.asarray(Image.open(tmp_path / f"{p}/flat.png")) for p in ("out", "mended"))
    assert np.abs(before.astype(int) - after).max() > 5


def test_an_interruption_leaves_whole_files_only(
    photos: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    original = batch.upscale_photo

    def interrupted(predictor, source, target, rendition, tell):
        def stop(share: float) -> None:
            if source.name == "b.bmp":
                raise KeyboardInterrupt
            tell(share)

        return original(predictor, source, target, rendition, stop)

    monkeypatch.setattr(batch, "upscale_photo", interrupted)
    with pytest.raises(SystemExit) as stopped:
        run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights, "tile=4")
    assert stopped.value.code == 130
    assert files(tmp_path / "out") == ["a.png"]
    assert "existing=skip" in capsys.readouterr().err


def test_a_full_disk_ends_the_run(
    photos: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def full(predictor, source, *others):
        tried.append(source)
        raise DataError("cannot write") from OSError(28, "No space left on device")

    monkeypatch.setattr(batch, "upscale_photo", full)
    with pytest.raises(DataError, match=r"cannot write\n0 of 3 pictures upscaled; existing=skip"):
        run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights)
    assert len(tried) == 1


def test_lack_of_memory_for_one_picture_is_no_end(
    photos: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    original = photo_file.read_photo

    def short(path: Path):
        if path.name == "b.bmp":
            raise MemoryError("Unable to allocate 9 GiB")
        return original(path)

    monkeypatch.setattr(photo_file, "read_photo", short)
    with pytest.raises(DataError, match=r"2 of 3[^$]*b\.bmp does not fit into memory.*9 GiB"):
        run_upscale(f"input={photos}", f"output={tmp_path / 'out'}", weights)


def test_released_weights_have_a_name(
    photos: Path, weights: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SRRESCGAN_WEIGHTS", str(tmp_path / "released"))
    common = (f"input={photos / 'a.png'}", f"output={tmp_path / 'out'}")
    with pytest.raises(WeightsError, match=r"released/srrescgan_model\.pth"):
        run_upscale(*common, "weights=srrescgan")
    (tmp_path / "released").mkdir()
    (tmp_path / "two.safetensors").rename(tmp_path / "released/two.safetensors")
    run_upscale(*common, "weights=two.safetensors")
    assert files(tmp_path / "out") == ["a.png"]
