"""Rewrites a video: frames are upscaled, all other streams are copied."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from srrescgan.errors import DataError
from srrescgan.files import replacing
from srrescgan.videos.clip import (
    Clip,
    frames_and_packets,
    is_cover,
    is_frame,
    main_stream,
    open_video,
)
from srrescgan.videos.colors import from_rgb, to_rgb
from srrescgan.videos.encoding import Encoding
from srrescgan.videos.names import CONTAINERS

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream

_STREAM_TAGS = frozenset({"duration", "encoder"})
"""Tags that describe the encoded bytes of a stream, so that they must not be copied."""


def rewrite(
    clip: Clip,
    target: Path,
    enlarge: Callable[[np.ndarray], np.ndarray],
    scale: int,
    encoding: Encoding,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[str, ...]:
    """Write a video whose frames are ``scale`` times as large.

    Works frame by frame, with memory for one frame and the encoder's lookahead. Timestamps,
    durations, aspect ratio, rotation and color properties are those of the source; sound,
    subtitles, covers and attachments are copied packet by packet. The file is written atomically.
    The mastering data of an HDR video and captions inside the video stream are lost.

    Args:
        clip: the source, from :func:`srrescgan.videos.read_through`.
        target: path to write, its suffix from :func:`~srrescgan.videos.output_suffix`; its
            folder is created.
        enlarge: maps ``(h, w, 3)`` to ``(scale h, scale w, 3)``, RGB, uint8; uint16 from 0 to 65535
            where the source has more than 8 bits.
        scale: upscaling factor.
        encoding: how to write it.
        progress: called with the number of finished frames, after each frame.

    Returns:
        What could not be copied, as sentences; empty if nothing was lost.

    Raises:
        ConfigError: the codec does not exist or does not fit the file.
        DataError: the source cannot be read, the target cannot hold its sound, or the disk is full
            or not writable.
    """
    with (
        open_video(clip.path) as source,
        _write_errors(target),
        replacing(target) as temporary,
        _create(temporary, target.suffix) as output,
    ):
        stream = main_stream(source, clip.path)
        offset = _time_offset(source, clip.path, target)
        video = encoding.add_to(output, stream, clip, scale)
        copies, remarks = _add_copies(output, source, stream, clip.path, target)
        _copy_tags(source, output, {stream.index: video, **copies}, encoding.keep_metadata)
        output.start_encoding()  # writes the header, which fails if a stream does not fit
        done = 0
        for part in frames_and_packets(source, clip.path):
            if is_frame(part):
                frame = cast("VideoFrame", part)
                sr = from_rgb(enlarge(to_rgb(frame, clip)), clip, str(video.codec_context.pix_fmt))
                _copy_timing(sr, frame, offset)
                output.mux(video.encode(sr))
                done += 1
                progress(done)
                continue
            packet = cast("Packet[Stream]", part)
            if packet.stream.index in copies:
                output.mux(_shifted(packet, copies[packet.stream.index], offset))
        output.mux(video.encode())
    return remarks


@contextmanager
def _create(path: Path, suffix: str) -> Iterator[OutputContainer]:
    import av

    with av.open(str(path), "w", format=CONTAINERS[suffix]) as container:
        yield container


@contextmanager
def _write_errors(target: Path) -> Iterator[None]:
    import av

    try:
        yield
    except (av.FFmpegError, OSError) as error:
        raise DataError(
            f"cannot write {target} ({error.strerror or error}): make room or choose a folder that"
            " you may write to"
        ) from error


def _add_copies(
    output: OutputContainer, source: InputContainer, main: VideoStream, path: Path, target: Path
) -> tuple[dict[int, Stream], tuple[str, ...]]:
    """Copies of the other streams, by index in the source, and remarks on those left out."""
    copies: dict[int, Stream] = {}
    remarks = []
    for stream in source.streams:
        if stream.index == main.index:
            continue
        copy = _copied_stream(stream, output)
        label = f"stream {stream.index} ({stream.type} {stream.name})"
        if copy is not None:
            copy.disposition = stream.disposition
            copies[stream.index] = copy
        elif stream.type == "audio":
            raise DataError(
                f"{path}: its {label} cannot be stored in a {target.suffix} file; convert it first:"
                f" ffmpeg -i {path.name} -c copy {path.stem}_new.mkv"
            )
        else:
            remarks.append(f"{path}: {label} is left out: {target.suffix} files cannot hold it")
    return copies, tuple(remarks)


def _copied_stream(stream: Stream, output: OutputContainer) -> Stream | None:
    import av

    if stream.type not in ("audio", "subtitle", "attachment") and not is_cover(stream):
        return None
    try:
        return output.add_stream_from_template(stream, opaque=True)
    except (ValueError, av.FFmpegError):
        return None


def _copy_tags(
    source: InputContainer, output: OutputContainer, streams: dict[int, Stream], keep: bool
) -> None:
    """Copy languages always; other tags and chapters only with ``keep``."""
    for stream in source.streams:
        if stream.index in streams:
            streams[stream.index].metadata.update(
                {
                    key: value
                    for key, value in stream.metadata.items()
                    if key == "language" or (keep and key.lower() not in _STREAM_TAGS)
                }
            )
    if keep:
        output.metadata.update(source.metadata)
        output.set_chapters(source.chapters())


def _time_offset(source: InputContainer, path: Path, target: Path) -> Fraction:
    """Seconds to subtract from all timestamps, since recorded broadcasts do not start at 0."""
    kept = path.suffix.lower() == target.suffix
    return Fraction(0 if kept else source.start_time or 0, 1_000_000)


def _copy_timing(sr: VideoFrame, lr: VideoFrame, offset: Fraction) -> None:
    assert lr.time_base is not None
    assert lr.pts is not None
    sr.time_base = lr.time_base
    sr.pts = lr.pts - round(offset / lr.time_base)
    sr.duration = lr.duration


def _shifted(packet: Packet[Stream], stream: Stream, offset: Fraction) -> Packet[Stream]:
    shift = round(offset / packet.time_base)
    if packet.pts is not None:
        packet.pts -= shift
    if packet.dts is not None:
        packet.dts -= shift
    packet.stream = stream
    return packet
