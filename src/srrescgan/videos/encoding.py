"""Encoding of the upscaled frames: codec, quality, pixel format."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from srrescgan.errors import ConfigError
from srrescgan.videos.clip import Clip

if TYPE_CHECKING:
    from av import Codec, VideoStream
    from av.container import OutputContainer

_LOOKAHEAD = 10  # frames the encoder buffers; with its default of 40 it needs twice the memory
_WORST_CRF = 63  # of VP9 and AV1; 51 of H.264 and H.265
_LIMITED, _FULL = 1, 2  # FFmpeg's AVColorRange


@dataclass(frozen=True)
class Encoding:
    """Encoding of the videos that a command writes.

    Raises:
        ConfigError: ``crf`` is out of range.
    """

    codec: str = "libx264"
    """FFmpeg's name of the encoder."""
    crf: int | None = 16
    """Quality: a smaller number gives better quality and a larger file; with ``libx264``, 0 is
    lossless. ``None`` for encoders without ``crf``."""
    keep_metadata: bool = True
    """Whether titles, dates, places, chapters and other tags are copied."""

    def __post_init__(self) -> None:
        if self.crf is not None and not 0 <= self.crf <= _WORST_CRF:
            raise ConfigError(f"crf={self.crf}: must be from 0 (best) to {_WORST_CRF}, or null")

    def add_to(
        self, output: OutputContainer, stream: VideoStream, clip: Clip, scale: int
    ) -> VideoStream:
        """Add the stream of the upscaled frames to the output, and open its encoder.

        Args:
            output: container to write to.
            stream: video stream of the source.
            clip: properties of the source.
            scale: upscaling factor.

        Raises:
            ConfigError: the encoder does not exist, or rejects the options or the frame size.
        """
        import av
        from av.codec.context import Flags

        try:
            if av.Codec(self.codec, "w").type != "video":
                raise ConfigError(f"codec={self.codec} is not a video codec: choose libx264")
            # The rate is a hint to the encoder: frames keep the timestamps of the source.
            video = cast("VideoStream", output.add_stream(self.codec, rate=stream.average_rate))
        except ValueError as error:  # UnknownCodecError is a ValueError
            raise ConfigError(
                f"codec={self.codec} does not exist here, or cannot be stored in"
                f" {output.format.name} files: choose libx264 for any file, or ffv1 for .mkv"
            ) from error
        context = video.codec_context
        context.height, context.width = scale * clip.height, scale * clip.width
        context.pix_fmt = _pixel_format(context.codec, clip, context.height, context.width)
        context.time_base = cast(Fraction, stream.time_base)
        context.flags |= Flags.frame_duration
        if clip.aspect is not None:
            context.sample_aspect_ratio = clip.aspect
        context.colorspace = clip.matrix
        context.color_range = _FULL if clip.full_range else _LIMITED
        context.color_primaries, context.color_trc = clip.primaries, clip.transfer
        context.options = self._options({each.name for each in context.supported_options.private})
        video.set_display_matrix(clip.display_matrix)
        video.disposition = stream.disposition
        try:
            context.open()
        except av.FFmpegError as error:
            raise ConfigError(
                f"codec={self.codec} crf={self.crf} cannot encode frames of"
                f" {context.width}x{context.height} ({error.strerror}): choose another codec"
            ) from error
        return video

    def _options(self, known: set[str]) -> dict[str, str]:
        if self.crf is not None and "crf" not in known:
            raise ConfigError(f"codec={self.codec} has no option crf: set crf=null")
        options = {"crf": self.crf, "rc-lookahead": _LOOKAHEAD if "rc-lookahead" in known else None}
        return {key: str(value) for key, value in options.items() if value is not None}


def _pixel_format(codec: Codec, clip: Clip, height: int, width: int) -> str:
    """The encoder's pixel format closest to the source's; odd sizes rule out chroma subsampling."""
    subsampling = "444" if height % 2 or width % 2 else clip.subsampling
    known = [form.name for form in codec.video_formats or ()]
    wanted = [f"yuv{subsampling}p", f"yuv{subsampling}p10le"]
    if clip.depth > 8:
        wanted.reverse()
    fitting = [name for name in wanted if name in known]
    if not fitting:
        raise ConfigError(
            f"codec={codec.name} supports neither {' nor '.join(wanted)}, which {clip.path} needs:"
            " choose libx264"
        )
    return fitting[0]
