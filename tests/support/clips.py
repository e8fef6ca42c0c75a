"""Writes videos small enough for a test."""

from fractions import Fraction
from pathlib import Path

import numpy as np

MILLISECONDS = Fraction(1, 1000)
UNEVEN = (0, 40, 90, 120, 200, 260)
"""Times of the frames in milliseconds, irregular as those of a phone in low light."""


def write_clip(
    path: Path,
    *,
    container: str = "mp4",
    codec: str = "libx264",
    options: dict[str, str] | None = None,
    size: tuple[int, int] = (24, 32),
    pixels: str = "yuv420p",
    matrix: int = 1,
    color_range: int = 1,
    times: tuple[int, ...] = UNEVEN,
    time_base: Fraction = MILLISECONDS,
    sound: str | None = None,
    sound_first: bool = False,
    rotation: int | None = None,
    aspect: Fraction | None = None,
    tags: dict[str, str] | None = None,
    subtitle: bool = False,
    stays: int = 40,
) -> None:
    """Write a video of noise over a moving gradient; ``sound`` adds a sine.

    The last frame is shown for ``stays`` units of ``time_base``.
    """
    import av
    from av.codec.context import Flags

    rng = np.random.default_rng(0)
    with av.open(str(path), "w", format=container) as output:
        voice = output.add_stream(sound, rate=16000) if sound and sound_first else None
        video = output.add_stream(codec, rate=25, options=options or {})
        context = video.codec_context
        context.height, context.width = size
        context.pix_fmt, context.time_base = pixels, time_base
        context.flags |= Flags.frame_duration
        context.colorspace, context.color_range = matrix, color_range
        if aspect is not None:
            context.sample_aspect_ratio = aspect
        if rotation is not None:
            video.set_display_rotation(rotation)
        if sound and not sound_first:
            voice = output.add_stream(sound, rate=16000)
        text = output.add_mux_stream("subrip", time_base=MILLISECONDS) if subtitle else None
        if voice is not None:
            voice.layout = "mono"
        output.metadata.update(tags or {})
        for index, time in enumerate(times):
            frame = av.VideoFrame.from_ndarray(_picture(size, index, rng), "rgb24")
            frame = frame.reformat(
                format=pixels,
                dst_colorspace=5 if matrix in (2, 6) else matrix,
                dst_color_range=color_range,
            )
            frame.pts, frame.time_base = time, time_base
            frame.duration = stays if time == times[-1] else 0
            output.mux(video.encode(frame))
        output.mux(video.encode())
        if voice is not None:
            wave = 9000 * np.sin(np.arange(4096) / 7)
            for start in range(0, 4096, 1024):
                samples = wave[None, start : start + 1024].astype(np.int16)
                heard = av.AudioFrame.from_ndarray(samples, "s16", "mono")
                heard.sample_rate, heard.pts = 16000, start
                output.mux(voice.encode(heard))
            output.mux(voice.encode())
        if text is not None:
            line = av.Packet(b"a line")
            line.stream, line.time_base = text, MILLISECONDS
            line.pts = line.dts = 40
            line.duration = 100
            output.mux(line)


def _picture(size: tuple[int, int], index: int, rng: np.random.Generator) -> np.ndarray:
    y, x = np.mgrid[: size[0], : size[1]]
    base = np.stack([8 * x % 256, 255 - 8 * y % 256, (40 * index + 4 * x) % 256], axis=-1)
    return (base + rng.normal(0, 12, base.shape)).clip(0, 255).astype(np.uint8)
