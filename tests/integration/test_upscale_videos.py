"""The command on videos, alone and among pictures."""

from pathlib import Path

import pytest
from small_network import write_small_network
from upscaling import noise, run_upscale, save

from srrescgan.errors import ConfigError, DataError

av = pytest.importorskip("av", reason="needs the extra video")
from clips import write_clip  # noqa: E402


@pytest.fixture
def weights(tmp_path: Path) -> str:
    return f"weights={write_small_network(tmp_path / 'two.safetensors')}"


def test_a_video_that_is_named_is_upscaled(tmp_path: Path, weights: str) -> None:
    write_clip(tmp_path / "clip.avi", container="avi", codec="mpeg4")
    run_upscale(
        f"input={tmp_path / 'clip.avi'}", f"output={tmp_path / 'out'}", weights, "suffix=_x2"
    )
    with av.open(str(tmp_path / "out/clip_x2.mkv")) as container:
        (video,) = container.streams.video
        assert (video.codec_context.height, video.codec_context.width) == (48, 64)
        assert len(list(container.decode(video))) == 6


def test_those_in_a_folder_are_upscaled_when_asked_for(tmp_path, weights, capsys) -> None:
    (tmp_path / "in/trip").mkdir(parents=True)
    write_clip(tmp_path / "in/trip/clip.mkv", container="matroska")
    (tmp_path / "in/broken.mp4").write_bytes(b"no video")
    save(tmp_path / "in/trip/photo.png", noise(9, 10, 3))
    given = [f"input={tmp_path / 'in'}", f"output={tmp_path / 'out'}", weights]
    run_upscale(*given)
    assert [path.name for path in (tmp_path / "out").rglob("*.*")] == ["photo.png"]
    with pytest.raises(DataError, match=r"2 of 3 pictures upscaled, 1 failed:\n.*broken.mp4"):
        run_upscale(*given, "video.in_folders=true")
    found = sorted(str(path.relative_to(tmp_path / "out")) for path in tmp_path.rglob("out/**/*.*"))
    assert found == ["trip/clip.mkv", "trip/photo.png"]
    assert "clip.mkv, " in capsys.readouterr().out  # a line of progress


def test_an_encoder_that_does_not_exist(tmp_path: Path, weights: str) -> None:
    write_clip(tmp_path / "clip.mp4")
    with pytest.raises(ConfigError, match="codec=h267"):
        run_upscale(
            f"input={tmp_path / 'clip.mp4'}", f"output={tmp_path}/out", weights, "video.codec=h267"
        )
    assert not list((tmp_path / "out").glob("*"))
