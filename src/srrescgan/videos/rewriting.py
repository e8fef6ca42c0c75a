"""A video with every picture made anew and all else as it was."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, cast

import numpy as np

from srrescgan.errors import DataError
from srrescgan.files import replacing
from srrescgan.videos.clip import Clip, is_cover, is_frame, main_stream, opened, parts
from srrescgan.videos.colors import from_rgb, to_rgb
from srrescgan.videos.encoding import Encoding
from srrescgan.videos.names import CONTAINERS

if TYPE_CHECKING:
    from av import Packet, VideoFrame, VideoStream
    from av.container import InputContainer, OutputContainer
    from av.stream import Stream

_OF_OLD_PICTURES = frozenset({"duration", "encoder"})
"""Tags of a stream that say something about its bytes."""


def rewrite(
    clip: Clip,
    target: Path,
    enlarge: Callable[[np.ndarray], np.ndarray],
    scale: int,
    encoding: Encoding,
    progress: Callable[[int], None] = lambda done: None,
) -> tuple[str, ...]:
    """Write a video whose pictures are ``scale`` times as large.

    Picture by picture, with memory for one and for those the encoder looks ahead at. Timestamps,
    durations, aspect ratio, rotation and the meaning of colors are those of the source; sound,
    subtitles, covers and attachments are copied packet by packet. The file is whole or not there.
    Lost are an HDR video's mastering data and captions inside the stream of pictures.

    Args:
        clip: the source, from :func:`srrescgan.videos.read_through`.
        target: its suffix is what :func:`~srrescgan.videos.output_suffix` says; makes the folder
            if need be.
        enlarge: ``(h, w, 3)`` to ``(scale h, scale w, 3)``, RGB, uint8; uint16 from 0 to 65535
            where the source has more than 8 bits.
        scale: by how much.
        encoding: how to write it.
        progress: told how many pictures are done, after each.

    Returns:
        What could not be taken along, each as a sentence; empty if nothing was lost.

    Raises:
        ConfigError: the encoding does not exist or does not fit the file.
        DataError: the source cannot be read, its sound does not fit into the target, or the disk
            refuses.
    """
    with (
        opened(clip.path) as source,
        _writing(target),
        replacing(target) as temporary,
        _created(temporary, target.suffix) as output,
    ):
        stream = main_stream(source, clip.path)
        begin = _begin(source, clip.path, target)
        video = encoding.add_to(output, stream, clip, scale)
        copies, remarks = _add_copies(output, source, stream, clip.path, target)
        _carry_tags(source, output, {stream.index: video, **copies}, encoding.keep_metadata)
        output.start_encoding()  # writes the header: what does not fit shows now
        done = 0
        for part in parts(source, clip.path):
            if is_frame(part):
                frame = cast("VideoFrame", part)
                sr = from_rgb(enlarge(to_rgb(frame, clip)), clip, str(video.codec_context.pix_fmt))
                _show_at(sr, frame, begin)
                output.mux(video.encode(sr))
                done += 1
                progress(done)
                continue
            packet = cast("Packet[Stream]", part)
            if packet.stream.index in copies:
                output.mux(_moved(packet, copies[packet.stream.index], begin))
        output.mux(video.encode())
    return remarks


@contextmanager
def _created(path: Path, suffix: str) -> Iterator[OutputContainer]:
    import av

    with av.open(str(path), "w", format=CONTAINERS[suffix]) as container:
        yield container


@contextmanager
def _writing(target: Path) -> Iterator[None]:
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
    """Streams of ``output`` by the index of the one whose packets they take; what is left out."""
    copies: dict[int, Stream] = {}
    remarks = []
    for stream in source.streams:
        if stream.index == main.index:
            continue
        copy = _copy_of(stream, output)
        what = f"stream {stream.index} ({stream.type} {stream.name})"
        if copy is not None:
            copy.disposition = stream.disposition
            copies[stream.index] = copy
        elif stream.type == "audio":
            raise DataError(
                f"{path}: its {what} does not go into a {target.suffix}; make it an .mkv first:"
                f" ffmpeg -i {path.name} -c copy {path.stem}_new.mkv"
            )
        else:
            remarks.append(f"{path}: {what} is left out, {target.suffix} cannot take it")
    return copies, tuple(remarks)


def _copy_of(stream: Stream, output: OutputContainer) -> Stream | None:
    import av

    if stream.type not in ("audio", "subtitle", "attachment") and not is_cover(stream):
        return None
    try:
        return output.add_stream_from_template(stream, opaque=True)
    except (ValueError, av.FFmpegError):
        return None


def _carry_tags(
    source: InputContainer, output: OutputContainer, streams: dict[int, Stream], keep: bool
) -> None:
    """Languages always; all else, chapters too, if they are to be kept."""
    for stream in source.streams:
        if stream.index in streams:
            streams[stream.index].metadata.update(
                {
                    key: value
                    for key, value in stream.metadata.items()
                    if key == "language" or (keep and key.lower() not in _OF_OLD_PICTURES)
                }
            )
    if keep:
        output.metadata.update(source.metadata)
        output.set_chapters(source.chapters())


def _begin(source: InputContainer, path: Path, target: Path) -> Fraction:
    """Seconds to take off all timestamps: broadcasts start wherever the station's clock was."""
    kept = path.suffix.lower() == target.suffix
    return Fraction(0 if kept else source.start_time or 0, 1_000_000)


def _show_at(sr: VideoFrame, lr: VideoFrame, begin: Fraction) -> None:
    assert lr.time_base is not None
    assert lr.pts is not None
    sr.time_base = lr.time_base
    sr.pts = lr.pts - round(begin / lr.time_base)
    sr.duration = lr.duration


def _moved(packet: Packet[Stream], stream: Stream, begin: Fraction) -> Packet[Stream]:
    shift = round(begin / packet.time_base)
    if packet.pts is not None:
        packet.pts -= shift
    if packet.dts is not None:
        packet.dts -= shift
    packet.stream = stream
    return packet
