"""Videos: every picture is made anew, and all else is as it was."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from srrescgan.errors import ConfigError, DataError
from srrescgan.videos import Encoding, output_suffix, read_through, rewrite

av = pytest.importorskip("av")
from clips import MILLISECONDS, UNEVEN, write_clip  # noqa: E402

UNSPECIFIED = 2  # of FFmpeg's AVColorSpace
LOSSLESS = Encoding(crf=0)
WEIGHTS = {1: (0.2126, 0.0722), 6: (0.299, 0.114), 9: (0.2627, 0.0593)}
"""Of red and blue in the luma of BT.709, BT.601 and BT.2020."""


def four_times(frame: np.ndarray) -> np.ndarray:
    return frame.repeat(4, axis=0).repeat(4, axis=1)


def not_reached(frame: np.ndarray) -> np.ndarray:
    raise AssertionError("a picture was computed")


def enlarge(source: Path, encoding: Encoding = LOSSLESS, name: str = "large") -> Path:
    target = source.with_name(name + output_suffix(source))
    rewrite(read_through(source), target, four_times, 4, encoding)
    return target


def frames(path: Path) -> list:
    with av.open(str(path)) as container:
        return list(container.decode(video=0))


def packets(path: Path) -> list[tuple[int, str, bytes]]:
    """When, of what and what: everything but the pictures, in seconds."""
    with av.open(str(path)) as container:
        return [
            (round(packet.pts * packet.time_base, 3), packet.stream.name, bytes(packet))
            for packet in container.demux()
            if packet.size and packet.stream.type != "video"
        ]


@pytest.mark.parametrize(
    ("container", "suffix", "sound", "subtitle"),
    [
        ("mp4", ".mp4", "aac", False),
        ("mov", ".mov", "pcm_s16le", False),
        ("matroska", ".mkv", "pcm_s16le", True),
        ("webm", ".webm", "libopus", False),
    ],
)
def test_timestamps_sound_and_subtitles_are_those_of_the_source(
    tmp_path, container, suffix, sound, subtitle
) -> None:
    source = tmp_path / f"clip{suffix}"
    codec = "libvpx-vp9" if suffix == ".webm" else "libx264"
    write_clip(source, container=container, codec=codec, sound=sound, subtitle=subtitle)
    large = enlarge(source)
    now = frames(large)
    assert [round(1000 * frame.time) for frame in now] == list(UNEVEN)
    assert [frame.time for frame in now] == [frame.time for frame in frames(source)]
    assert {(frame.width, frame.height) for frame in now} == {(128, 96)}
    assert packets(large) == packets(source)
    assert len({name for _, name, _ in packets(large)}) == 1 + subtitle


def test_the_last_picture_stays_as_long(tmp_path) -> None:
    source = tmp_path / "clip.mp4"
    write_clip(source, codec="ffv1", stays=500)
    with av.open(str(enlarge(source, Encoding("ffv1", crf=None)))) as container:
        assert container.duration == 760_000  # microseconds


def test_how_it_is_to_be_shown_is_carried(tmp_path) -> None:
    source = tmp_path / "clip.mp4"
    tags = {"title": "A walk", "location": "+48.1000+011.5000/"}
    write_clip(source, rotation=90, aspect=Fraction(4, 3), matrix=9, tags=tags)
    large = enlarge(source)
    first = frames(large)[0]
    assert first.rotation == 90
    with av.open(str(large)) as container:
        assert container.streams.video[0].sample_aspect_ratio == Fraction(4, 3)
        assert tags.items() <= container.metadata.items()
    with av.open(str(enlarge(source, Encoding(keep_metadata=False), "bare"))) as container:
        assert not tags.keys() & container.metadata.keys()
    assert frames(tmp_path / "bare.mp4")[0].rotation == 90


def yuv(rgb: np.ndarray, matrix: int, full: bool) -> np.ndarray:
    """The definition in ITU-R BT.601, BT.709 and BT.2020, 8 bits."""
    red, blue = WEIGHTS[matrix]
    r, g, b = np.moveaxis(rgb / 255, -1, 0)
    luma = red * r + (1 - red - blue) * g + blue * b
    planes = luma, (b - luma) / (2 - 2 * blue), (r - luma) / (2 - 2 * red)
    if full:
        return np.stack([255 * planes[0], 255 * planes[1] + 128, 255 * planes[2] + 128])
    return np.stack([219 * planes[0] + 16, 224 * planes[1] + 128, 224 * planes[2] + 128])


ROUNDING = 0.5 * 255 / 219 + 0.94 * 255 / 224 + 1
"""Levels of RGB that may come of half a level of luma and half of a color difference, which counts
up to 1.88 times (BT.2020), both stretched from 219 and 224 levels; of half a level of RGB; and of
swscale, which adds a half of its own."""


def store(path: Path, planes: np.ndarray, matrix: int, full: bool) -> None:
    """One picture without loss, ``(3, h, w)`` of YUV, labelled as told."""
    levels = planes.round().clip(0, 255).astype(np.uint8)
    with av.open(str(path), "w", format="matroska") as container:
        stream = container.add_stream("ffv1", rate=25)
        context = stream.codec_context
        context.height, context.width = levels.shape[1:]
        context.pix_fmt, context.time_base = "yuv444p", MILLISECONDS
        context.colorspace, context.color_range = matrix, 2 if full else 1
        frame = av.VideoFrame.from_ndarray(levels, "yuv444p")
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode())


@pytest.mark.parametrize("full", [False, True], ids=["limited", "full"])
@pytest.mark.parametrize("matrix", [1, 6, 9], ids=["709", "601", "2020"])
def test_colors_mean_the_same_before_and_after(tmp_path, matrix, full) -> None:
    source, target = tmp_path / "clip.mkv", tmp_path / "large.mkv"
    rgb = np.random.default_rng(0).integers(0, 256, (16, 16, 3)).astype(np.uint8)
    store(source, yuv(rgb, matrix, full), matrix, full)
    seen = []

    def spy(frame: np.ndarray) -> np.ndarray:
        seen.append(frame)
        return four_times(frame)

    rewrite(read_through(source), target, spy, 4, LOSSLESS)
    assert np.abs(seen[0].astype(int) - rgb).max() <= ROUNDING
    (large,) = frames(target)
    assert (large.colorspace, large.color_range) == (matrix, 2 if full else 1)
    shown = large.to_ndarray()  # planes of YUV
    expected = yuv(four_times(seen[0]), matrix, full)
    assert np.abs(shown - expected).max() <= 1.1  # half a level of rounding, half of swscale's


@pytest.mark.parametrize(("width", "matrix"), [(320, 6), (1280, 1)], ids=["601", "709"])
def test_a_file_that_is_silent_about_its_colors_no_longer_is(tmp_path, width, matrix) -> None:
    # Players take BT.601 for small pictures and BT.709 for large ones: it must not change sides.
    source, target = tmp_path / "clip.mkv", tmp_path / "large.mkv"
    rgb = np.random.default_rng(0).integers(0, 256, (16, width, 3)).astype(np.uint8)
    store(source, yuv(rgb, matrix, False), UNSPECIFIED, False)
    assert frames(source)[0].colorspace == UNSPECIFIED

    def check(frame: np.ndarray) -> np.ndarray:
        assert np.abs(frame.astype(int) - rgb).max() <= ROUNDING
        return four_times(frame)

    rewrite(read_through(source), target, check, 4, LOSSLESS)
    assert frames(target)[0].colorspace == matrix


@pytest.mark.parametrize(
    ("pixels", "size", "expected", "dtype"),
    [
        ("yuv420p", (24, 32), "yuv420p", np.uint8),
        ("yuv422p10le", (24, 32), "yuv422p10le", np.uint16),
        ("gray", (24, 32), "yuv420p", np.uint8),
        ("yuv420p", (21, 31), "yuv444p", np.uint8),
    ],
)
def test_depth_and_subsampling_are_kept_where_they_can_be(
    tmp_path, pixels, size, expected, dtype
) -> None:
    source, target = tmp_path / "clip.mkv", tmp_path / "large.mkv"
    write_clip(source, container="matroska", codec="ffv1", pixels=pixels, size=size, times=(0, 40))
    dtypes = set()

    def three_times(frame: np.ndarray) -> np.ndarray:
        dtypes.add(frame.dtype)
        assert frame.max() > np.iinfo(frame.dtype).max / 2
        return frame.repeat(3, axis=0).repeat(3, axis=1)

    rewrite(read_through(source), target, three_times, 3, Encoding())
    large = frames(target)
    assert {frame.format.name for frame in large} == {expected}
    assert (large[0].height, large[0].width) == (3 * size[0], 3 * size[1])
    assert dtypes == {np.dtype(dtype)}


def test_a_broadcast_begins_at_zero(tmp_path) -> None:
    source = tmp_path / "clip.ts"
    times = tuple(90_000 * 3600 + time for time in (0, 3600, 9000))
    write_clip(source, container="mpegts", times=times, time_base=Fraction(1, 90_000))
    large = frames(enlarge(source))
    assert [round(1000 * frame.time) for frame in large] == [0, 40, 100]


def test_nothing_is_left_of_a_run_that_was_interrupted(tmp_path) -> None:
    source, target = tmp_path / "clip.mp4", tmp_path / "out" / "large.mp4"
    write_clip(source, sound="aac")
    target.parent.mkdir()
    target.write_bytes(b"of an earlier run")
    clip, done = read_through(source), []

    def interrupted(frame: np.ndarray) -> np.ndarray:
        if len(done) == 3:
            raise KeyboardInterrupt
        return four_times(frame)

    with pytest.raises(KeyboardInterrupt):
        rewrite(clip, target, interrupted, 4, LOSSLESS, progress=done.append)
    assert done == [1, 2, 3]
    assert [path.name for path in target.parent.iterdir()] == ["large.mp4"]
    assert target.read_bytes() == b"of an earlier run"


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"codec": "libx246"}, "codec=libx246 does not exist"),
        ({"codec": "flv", "crf": None}, "cannot be stored in mp4"),
        ({"codec": "mpeg4"}, "mpeg4 has no option crf: set crf=null"),
        ({"codec": "aac"}, "aac is not a video codec"),
        ({"crf": 99}, "from 0 .best. to 63"),
    ],
)
def test_an_encoding_that_cannot_be_is_named(tmp_path, options, message) -> None:
    write_clip(tmp_path / "clip.mp4", times=(0,))
    with pytest.raises(ConfigError, match=message):
        enlarge(tmp_path / "clip.mp4", Encoding(**options))
    assert [path.name for path in tmp_path.iterdir()] == ["clip.mp4"]


def test_sound_that_would_be_lost_stops_it_before_the_first_picture(tmp_path) -> None:
    source, target = tmp_path / "clip.mkv", tmp_path / "large.mp4"
    write_clip(source, container="matroska", sound="pcm_u8")
    with pytest.raises(DataError, match=r"stream 1 \(audio pcm_u8\) cannot be stored in a .mp4"):
        rewrite(read_through(source), target, not_reached, 4, Encoding())


def test_a_subtitle_that_cannot_be_kept_is_reported(tmp_path) -> None:
    source, target = tmp_path / "clip.mkv", tmp_path / "large.mp4"
    write_clip(source, container="matroska", subtitle=True, times=(0,))
    (remark,) = rewrite(read_through(source), target, four_times, 4, Encoding())
    assert "(subtitle srt) is left out" in remark
