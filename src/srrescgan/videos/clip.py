"""A video before it is touched: read through once, so that damage shows before the long work."""

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
"""Those that lead from RGB to YUV and back."""
_FULL_RANGE = 2

_HEADER_SAYS_DURATION = ("matroska", "mov")
_CUT_SHORT = 0.5  # seconds missing at the end
_REMEDY = "copy or download it again, or remove it from the folder"


@dataclass(frozen=True)
class Clip:
    """What reading a video from beginning to end has shown."""

    path: Path
    frames: int
    """Pictures of the main stream, as are all values below."""
    height: int
    width: int
    depth: int
    """Bits per channel."""
    subsampling: str
    """Of the color: ``420``, ``422`` or ``444``."""
    matrix: int
    """Between RGB and YUV, FFmpeg's ``AVColorSpace``; where the file is silent, what players take.
    They go by the size, so that a file that was enlarged must not stay silent."""
    full_range: bool
    """Whether black is 0 and not 16 (of 255)."""
    primaries: int
    transfer: int
    aspect: Fraction | None
    """Of one pixel, width to height."""
    display_matrix: tuple[int, ...] | None
    """How players turn the picture, nine numbers of FFmpeg's. The pixels here are not turned."""
    remarks: tuple[str, ...]
    """What the user has to know about it."""


def read_through(path: str | Path) -> Clip:
    """Decode a video from beginning to end and say what it is.

    That takes a small part of the time of enlarging it, and nothing is found out late.

    Raises:
        ConfigError: the extra is not installed.
        DataError: the file is missing, no video, damaged or cut short, as far as FFmpeg notices.
    """
    path = Path(path)
    first, count, end = None, 0, Fraction(0)
    with opened(path) as container:
        stream = main_stream(container, path)
        for part in parts(container, path):
            if part.pts is not None and part.time_base is not None:
                end = max(end, (part.pts + (part.duration or 0)) * part.time_base)
            if is_frame(part):
                first = first or cast("VideoFrame", part)
                count += 1
        if first is None:
            raise DataError(f"{path} holds not a single frame: {_REMEDY}")
        _refuse_what_is_cut_short(container, path, end)
        return _describe(path, stream, first, count)


def announced_pixels(path: Path) -> int:
    """About how many pixels all pictures of a video have, from its header alone.

    Raises:
        ConfigError: the extra is not installed.
        DataError: there is no header of a video.
    """
    with opened(path) as container:
        stream = main_stream(container, path)
        rate, duration = stream.average_rate, container.duration
        guess = duration / 1e6 * rate if rate and duration else 1  # FFmpeg counts microseconds
        return stream.width * stream.height * (stream.frames or round(guess))


@contextmanager
def opened(path: Path) -> Iterator[InputContainer]:
    """Open a video for reading; errors as :func:`read_through`."""
    if find_spec("av") is None:
        raise ConfigError(f"{path}: videos need PyAV: pip install 'srrescgan[video]'")
    import av

    with _reading(path):
        # Tags that are not UTF-8 are no reason to refuse a film.
        container = av.open(str(path), metadata_errors="replace")
    with container:
        yield container


def main_stream(container: InputContainer, path: Path) -> VideoStream:
    """The moving picture: FFmpeg's choice, but never a cover.

    Raises:
        DataError: there is none, or it cannot be decoded.
    """
    moving = [stream for stream in container.streams.video if not is_cover(stream)]
    if not moving:
        raise DataError(f"{path} holds no moving picture: {_REMEDY}")
    best = container.streams.best("video")
    stream = next((each for each in moving if each is best), moving[0])
    if stream.codec_context is None:
        raise DataError(f"{path} is in a format that PyAV cannot decode: convert it, to H.264 say")
    return stream


def is_cover(stream: Stream) -> bool:
    """Whether a stream is a single attached picture."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def is_frame(part: VideoFrame | Packet[Stream]) -> bool:
    """Which of the two things that :func:`parts` gives."""
    from av import VideoFrame

    return isinstance(part, VideoFrame)


def parts(container: InputContainer, path: Path) -> Iterator[VideoFrame | Packet[Stream]]:
    """What a file holds, in its order: decoded frames of the main stream, packets of the others.

    Raises:
        DataError: a frame is damaged, is not later than the one before, or has another size.
    """
    stream = main_stream(container, path)
    last: VideoFrame | None = None
    packets = container.demux()
    while True:
        where = f"after {last.time:.2f} s" if last is not None else "at its beginning"
        with _reading(path, where):
            packet = next(packets, None)
            if packet is None:
                return
            main = packet.stream.index == stream.index  # packet.stream_index is 0 in the last ones
            frames = cast("list[VideoFrame]", packet.decode() if main else [])
        if not main and packet.size:
            yield packet
        for frame in frames:
            _refuse_unfit(frame, last, path, where)
            last = frame
            yield frame


@contextmanager
def _reading(path: Path, where: str = "") -> Iterator[None]:
    """Make a DataError of what PyAV raises on a file that is not as it should be."""
    import av

    try:
        yield
    except FileNotFoundError as error:
        raise DataError(f"{path} does not exist: correct the path") from error
    except PermissionError as error:
        raise DataError(f"{path} may not be read: change its permissions") from error
    except (av.FFmpegError, OSError) as error:
        found = f"is damaged {where}" if where else "is no video, or damaged"
        raise DataError(f"{path} {found} ({error.strerror or error}): {_REMEDY}") from error


def _refuse_unfit(frame: VideoFrame, last: VideoFrame | None, path: Path, where: str) -> None:
    if frame.is_corrupt:
        raise DataError(f"{path} is damaged {where} (a frame is incomplete): {_REMEDY}")
    if frame.pts is None or (last is not None and last.pts is not None and frame.pts <= last.pts):
        raise DataError(
            f"{path} has frames {where} that do not say when they are shown, or not in order:"
            f" convert it first, with ffmpeg -i {path.name} -c:v ffv1 -c:a copy {path.stem}_new.mkv"
        )
    if last is not None and (frame.width, frame.height) != (last.width, last.height):
        raise DataError(
            f"{path} changes its size {where}, from {last.width}x{last.height} to"
            f" {frame.width}x{frame.height}: cut it there into two files"
        )


def _refuse_what_is_cut_short(container: InputContainer, path: Path, end: Fraction) -> None:
    # Of other containers FFmpeg guesses the duration.
    if container.duration is None or not container.format.name.startswith(_HEADER_SAYS_DURATION):
        return
    duration = (container.duration + (container.start_time or 0)) / 1e6
    if duration - end > _CUT_SHORT:
        raise DataError(
            f"{path} is cut short: it ends after {float(end):.2f} of {duration:.2f} s; copy or"
            " download it again. If that is all there is, write it anew:"
            f" ffmpeg -i {path.name} -c copy {path.stem}_new.mkv"
        )


def _describe(path: Path, stream: VideoStream, first: VideoFrame, count: int) -> Clip:
    form = first.format
    color = len(form.components) > 2 or form.has_palette
    halves = (form.chroma_width(2), form.chroma_height(2)) if not form.is_rgb else (2, 2)
    tall = first.width >= 1280 or first.height > 576  # as mpv and others do
    remarks = []
    if any(component.is_alpha for component in form.components):
        remarks.append(f"{path}: its transparency is lost")
    if first.interlaced_frame:
        remarks.append(
            f"{path} is interlaced, and the network takes its comb for detail: deinterlace it"
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
