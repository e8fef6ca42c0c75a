"""What is found out about a video before the long work begins."""

import importlib.util
from fractions import Fraction

import numpy as np
import pytest

from srrescgan.errors import ConfigError, DataError
from srrescgan.videos import clip, is_video, list_videos, read_through

av = pytest.importorskip("av")
from clips import write_clip  # noqa: E402

EVERY_40_MS = tuple(range(0, 1200, 40))


@pytest.mark.parametrize("sound_first", [False, True])
def test_every_frame_is_counted(tmp_path, sound_first) -> None:
    path = tmp_path / "clip.mp4"
    write_clip(path, sound="aac", sound_first=sound_first)
    found = read_through(path)
    assert (found.frames, found.height, found.width, found.depth) == (6, 24, 32, 8)
    assert not found.remarks


@pytest.mark.parametrize("content", [b"", b"not a film", bytes(5000)])
def test_a_file_that_is_no_video_is_named(tmp_path, content) -> None:
    path = tmp_path / "clip.mp4"
    path.write_bytes(content)
    with pytest.raises(DataError, match=r"clip.mp4 is no video, or damaged"):
        read_through(path)
    with pytest.raises(DataError, match="does not exist"):
        read_through(tmp_path / "missing.mp4")


def test_a_file_cut_short_is_refused_and_says_where(tmp_path) -> None:
    path = tmp_path / "clip.mkv"
    write_clip(path, container="matroska", times=EVERY_40_MS)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 2])
    with pytest.raises(DataError, match=r"cut short: it ends after 0\.\d+ of 1\.20 s"):
        read_through(path)


def test_a_file_whose_sound_ends_late_is_whole(tmp_path) -> None:
    path = tmp_path / "clip.mkv"
    write_clip(path, container="matroska", times=(0,), sound="pcm_s16le")
    assert read_through(path).frames == 1


def test_damage_inside_is_refused_and_located(tmp_path) -> None:
    path = tmp_path / "clip.mkv"
    write_clip(path, container="matroska", times=EVERY_40_MS, options={"crf": "10"})
    with av.open(str(path)) as container:
        stored = [bytes(packet) for packet in container.demux(video=0) if packet.size]
    content, victim = path.read_bytes(), stored[len(stored) // 2]
    half = len(victim) // 2
    path.write_bytes(content.replace(victim, victim[:half] + bytes(len(victim) - half)))
    with pytest.raises(DataError, match=r"is damaged after 0\.\d+ s"):
        read_through(path)


def test_frames_out_of_order_are_refused_with_the_remedy(tmp_path) -> None:
    # An AVI cannot say when frames are shown; H.264 that reorders them is lost in it.
    path = tmp_path / "clip.avi"
    write_clip(path, container="avi", times=tuple(range(12)), time_base=Fraction(1, 25))
    with pytest.raises(DataError, match=r"out of order.*ffmpeg -i clip.avi"):
        read_through(path)


def test_sound_alone_is_no_moving_picture(tmp_path) -> None:
    path = tmp_path / "song.mp4"
    with av.open(str(path), "w", format="mp4") as container:
        voice = container.add_stream("aac", rate=16000)
        voice.layout = "mono"
        silence = av.AudioFrame.from_ndarray(np.zeros((1, 1024), np.int16), "s16", "mono")
        silence.sample_rate = 16000
        container.mux(voice.encode(silence))
        container.mux(voice.encode())
    with pytest.raises(DataError, match=r"song.mp4 has no video stream"):
        read_through(path)


def test_lost_transparency_is_reported(tmp_path) -> None:
    path = tmp_path / "clip.mkv"
    write_clip(path, container="matroska", codec="ffv1", pixels="yuva420p")
    assert read_through(path).remarks == (f"{path}: its transparency will be lost",)


def test_without_the_extra_it_says_what_to_install(tmp_path, monkeypatch) -> None:
    monkeypatch.setattr(clip, "find_spec", lambda name: None)
    assert importlib.util.find_spec("av")
    with pytest.raises(ConfigError, match=r"pip install 'srrescgan\[video\]'"):
        read_through(tmp_path / "clip.mp4")


def test_videos_are_known_by_their_names(tmp_path) -> None:
    for name in ("b.MP4", "a/c.mkv", "photo.jpg", ".hidden.mp4", ".cache/d.mp4"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.touch()
    assert list_videos(tmp_path) == [tmp_path / "a/c.mkv", tmp_path / "b.MP4"]
    assert not is_video("photo.jpg")
