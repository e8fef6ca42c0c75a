"""How enlarged pictures are encoded."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, cast

from srrescgan.errors import ConfigError
from srrescgan.videos.clip import Clip

if TYPE_CHECKING:
    from av import Codec, VideoStream
    from av.container import OutputContainer

_LOOKAHEAD = 10  # frames; the encoder keeps them, and with its usual 40 needs twice the memory
_WORST_CRF = 63  # of VP9 and AV1; 51 of H.264 and H.265
_LIMITED, _FULL = 1, 2  # FFmpeg's AVColorRange


@dataclass(frozen=True)
class Encoding:
    """What the results of a command have in common.

    Raises:
        ConfigError: there is no such ``crf``.
    """

    codec: str = "libx264"
    """FFmpeg's name of the encoder."""
    crf: int | None = 16
    """Its quality; smaller is better and larger, and 0 of ``libx264`` loses nothing. ``None`` for
    encoders that have none."""
    keep_metadata: bool = True
    """Whether titles, dates, places, chapters and other tags are carried."""

    def __post_init__(self) -> None:
        if self.crf is not None and not 0 <= self.crf <= _WORST_CRF:
            raise ConfigError(f"crf={self.crf}: must be from 0 (best) to {_WORST_CRF}, or null")

    def add_to(
        self, output: OutputContainer, stream: VideoStream, clip: Clip, scale: int
    ) -> VideoStream:
        """Add the stream of the enlarged pictures, its encoder open.

        Args:
            output: the container.
            stream: that of the originals.
            clip: what is known of it.
            scale: how many times larger the pictures are.

        Raises:
            ConfigError: there is no such encoder, or it does not take this.
        """
        import av
        from av.codec.context import Flags

        try:
            if av.Codec(self.codec, "w").type != "video":
                raise ConfigError(f"codec={self.codec} is none for pictures: choose libx264")
            # No frame comes at this rate if the source's do not: a hint to the encoder.
            video = cast("VideoStream", output.add_stream(self.codec, rate=stream.average_rate))
        except ValueError as error:  # UnknownCodecError is one, too
            raise ConfigError(
                f"codec={self.codec} does not exist here, or does not go into {output.format.name}"
                " files: libx264 fits all of them, ffv1 .mkv"
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
                f"codec={self.codec} crf={self.crf} refuses pictures of"
                f" {context.width}x{context.height} ({error.strerror}): choose another codec"
            ) from error
        return video

    def _options(self, known: set[str]) -> dict[str, str]:
        if self.crf is not None and "crf" not in known:
            raise ConfigError(f"codec={self.codec} knows no crf={self.crf}: give crf=null")
        options = {"crf": self.crf, "rc-lookahead": _LOOKAHEAD if "rc-lookahead" in known else None}
        return {key: str(value) for key, value in options.items() if value is not None}


def _pixel_format(codec: Codec, clip: Clip, height: int, width: int) -> str:
    """The encoder's format closest to the source's; color cannot be halved where sizes are odd."""
    subsampling = "444" if height % 2 or width % 2 else clip.subsampling
    known = [form.name for form in codec.video_formats or ()]
    wanted = [f"yuv{subsampling}p", f"yuv{subsampling}p10le"]
    if clip.depth > 8:
        wanted.reverse()
    fitting = [name for name in wanted if name in known]
    if not fitting:
        raise ConfigError(
            f"codec={codec.name} has neither of {' and '.join(wanted)}, and {clip.path} needs one:"
            " choose libx264"
        )
    return fitting[0]
