"""Reads a video through once, to find damage before the long work of upscaling."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from fractions import Fraction
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, cast

from srrescgan.errors import ConfigError, DataError

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer
    from av.stream import Stream

# Numbers of FFmpeg's AVColorSpace and AVColorRange, which are those of ISO/IEC 23091-2.
_BT709, _BT601 = 1, 6
_MATRICES = frozenset({_BT709, 4, 5, _BT601, 7, 9})
"""Color matrices that convert between RGB and YUV."""
_FULL_RANGE = 2

_DURATION_IN_HEADER = ("matroska", "mov")
_CUT_SHORT = 0.5  # seconds missing at the end
_REMEDY = "copy or download it again, or remove it from the folder"


@dataclass(frozen=True)
class Clip:
    """Properties of a video, found by reading it from beginning to end."""

    path: Path
    frames: int
    """Number of frames of the main video stream, which all values below describe."""
    height: int
    width: int
    depth: int
    """Bits per channel."""
    subsampling: str
    """Chroma subsampling: ``420``, ``422`` or ``444``."""
    matrix: int
    """Color matrix between RGB and YUV, FFmpeg's ``AVColorSpace``; where the file has none, what
    players assume. They go by the size, so the upscaled file must state it."""
    full_range: bool
    """Whether black is 0 and not 16 (of 255)."""
    primaries: int
    transfer: int
    aspect: Fraction | None
    """Width of a pixel divided by its height."""
    display_matrix: tuple[int, ...] | None
    """FFmpeg's rotation matrix for players, nine numbers. Frames are read without rotation."""
    remarks: tuple[str, ...]
    """Remarks about the video for the user, as sentences."""


def read_through(path: str | Path) -> Clip:
    """Decode a video from beginning to end and return its properties.

    Takes a small part of the time of upscaling it, and finds damage before that.

    Raises:
        ConfigError: the extra is not installed.
        DataError: the file is missing, no video, damaged or cut short, as far as FFmpeg detects.
    """
    path = Path(path)
    first, count, end = None, 0, Fraction(0)
    with open_video(path) as container:
        stream = main_stream(container, path)
        for part in frames_and_packets(container, path):
            if part.pts is not None and part.time_base is not None:
                end = max(end, (part.pts + (part.duration or 0)) * part.time_base)
            if is_frame(part):
                first = first or cast("VideoFrame", part)
                count += 1
        if first is None:
            raise DataError(f"{path} has no frames: {_REMEDY}")
        _check_duration(container, path, end)
        return _describe(path, stream, first, count)


def estimated_pixels(path: Path) -> int:
    """Estimate the number of pixels in all frames of a video, from its header alone.

    Raises:
        ConfigError: the extra is not installed.
        DataError: the file has no video header.
    """
    with open_video(path) as container:
        stream = main_stream(container, path)
        rate, duration = stream.average_rate, container.duration
        guess = (
            duration / 1e6 * rate if rate and duration else 1
        )  # FFmpeg's durations are in microseconds
        return stream.width * stream.height * (stream.frames or round(guess))


@contextmanager
def open_video(path: Path) -> Iterator[InputContainer]:
    """Open a video for reading; raises like :func:`read_through`."""
    if find_spec("av") is None:
        raise ConfigError(f"{path}: videos need PyAV: pip install 'srrescgan[video]'")
    import av

    with _read_errors(path):
        # Tags that are not UTF-8 must not stop the video from being read.
        container = av.open(str(path), metadata_errors="replace")
    with container:
        yield container


def main_stream(container: InputContainer, path: Path) -> VideoStream:
    """The main video stream: FFmpeg's choice, but never a cover image.

    Raises:
        DataError: there is no video stream, or it cannot be decoded.
    """
    moving = [stream for stream in container.streams.video if not is_cover(stream)]
    if not moving:
        raise DataError(f"{path} has no video stream: {_REMEDY}")
    best = container.streams.best("video")
    stream = next((each for each in moving if each is best), moving[0])
    if stream.codec_context is None:
        raise DataError(
            f"{path} is in a format that PyAV cannot decode: convert it, for example to H.264"
        )
    return stream


def is_cover(stream: Stream) -> bool:
    """Whether a stream is a single attached picture, such as a cover."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def is_frame(part: VideoFrame | Packet[Stream]) -> bool:
    """Whether an item of :func:`frames_and_packets` is a frame."""
    from av import VideoFrame

    return isinstance(part, VideoFrame)


def frames_and_packets(
    container: InputContainer, path: Path
) -> Iterator[VideoFrame | Packet[Stream]]:
    """Decoded frames of the main stream and packets of the others, in the order of the file.

    Raises:
        DataError: a frame is damaged, is not later than the one before, or has another size.
    """
    stream = main_stream(container, path)
    last: VideoFrame | None = None
    packets = container.demux()
    while True:
        where = f"after {last.time:.2f} s" if last is not None else "at its beginning"
        with _read_errors(path, where):
            packet = next(packets, None)
            if packet is None:
                return
            main = packet.stream.index == stream.index  # packet.stream_index is 0 in the last ones
            frames = cast("list[VideoFrame]", packet.decode() if main else [])
        if not main and packet.size:
            yield packet
        for frame in frames:
            _check_frame(frame, last, path, where)
            last = frame
            yield frame


@contextmanager
def _read_errors(path: Path, where: str = "") -> Iterator[None]:
    """Convert what PyAV raises on an unreadable file to a DataError."""
    import av

    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist: correct the path") from error
    except PermissionError as error:
        raise DataError(
            f"{path} cannot be read: permission denied; change its permissions"
        ) from error
    except (av.FFmpegError, OSError) as error:
        problem = f"is damaged {where}" if where else "is no video, or damaged"
        raise DataError(f"{path} {problem} ({error.strerror or error}): {_REMEDY}") from error


def _check_frame(frame: VideoFrame, last: VideoFrame | None, path: Path, where: str) -> None:
    if frame.is_corrupt:
        raise DataError(f"{path} is damaged {where} (a frame is incomplete): {_REMEDY}")
    if frame.pts is None or (last is not None and last.pts is not None and frame.pts <= last.pts):
        raise DataError(
            f"{path} has frames without timestamps or out of order {where}:"
            f" convert it first, with ffmpeg -i {path.name} -c:v ffv1 -c:a copy {path.stem}_new.mkv"
        )
    if last is not None and (frame.width, frame.height) != (last.width, last.height):
        raise DataError(
            f"{path} changes its size {where}, from {last.width}x{last.height} to"
            f" {frame.width}x{frame.height}: cut it there into two files"
        )


def _check_duration(container: InputContainer, path: Path, end: Fraction) -> None:
    # For other containers FFmpeg guesses the duration.
    if container.duration is None or not container.format.name.startswith(_DURATION_IN_HEADER):
        return
    duration = (container.duration + (container.start_time or 0)) / 1e6
    if duration - end > _CUT_SHORT:
        raise DataError(
            f"{path} is cut short: it ends after {float(end):.2f} of {duration:.2f} s; copy or"
            " download it again. If no longer version exists, rewrite it:"
            f" ffmpeg -i {path.name} -c copy {path.stem}_new.mkv"
        )


def _describe(path: Path, stream: VideoStream, first: VideoFrame, count: int) -> Clip:
    form = first.format
    color = len(form.components) > 2 or form.has_palette
    halves = (form.chroma_width(2), form.chroma_height(2)) if not form.is_rgb else (2, 2)
    tall = first.width >= 1280 or first.height > 576  # the rule of mpv and other players
    remarks = []
    if any(component.is_alpha for component in form.components):
        remarks.append(f"{path}: its transparency will be lost")
    if first.interlaced_frame:
        remarks.append(
            f"{path} is interlaced, and the network sharpens its comb lines: deinterlace it"
            f" first, with ffmpeg -i {path.name} -vf bwdif {path.stem}_new.mkv"
        )
    return Clip(
        path=path,
        frames=count,
        height=first.height,
        width=first.width,
        depth=max(component.bits for component in form.components),
        subsampling={(1, 1): "420", (1, 2): "422"}.get(halves, "444") if color else "420",
        matrix=first.colorspace if first.colorspace in _MATRICES else (_BT709 if tall else _BT601),
        full_range=first.color_range == _FULL_RANGE or form.name.startswith("yuvj"),
        primaries=first.color_primaries,
        transfer=first.color_trc,
        aspect=stream.sample_aspect_ratio,
        display_matrix=_display_matrix(first),
        remarks=tuple(remarks),
    )


def _display_matrix(frame: VideoFrame) -> tuple[int, ...] | None:
    from av.sidedata.sidedata import Type

    # PyAV types the container of side data as an ordinary dictionary.
    data = cast("Mapping[Type, bytes]", frame.side_data).get(Type.DISPLAYMATRIX)
    return None if data is None else tuple(memoryview(bytes(data)[:36]).cast("i"))
