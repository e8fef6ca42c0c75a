"""Options of the files that upscaling writes: name, format, depth and metadata."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from srrescgan.errors import ConfigError, DataError, nearest
from srrescgan.images import FORMATS

SAME = "same"
EXISTING = ("replace", "skip", "refuse")
DEPTHS = (SAME, "8", "16")
METADATA = ("keep", "strip")
_SUFFIXES = {".jpeg": "jpg", ".tif": "tiff"} | {each.suffix: key for key, each in FORMATS.items()}


@dataclass(frozen=True)
class OutputOptions:
    """Options for writing upscaled pictures.

    Raises:
        ConfigError: a value is not possible, or two values contradict each other.
    """

    format: str = "png"
    """A key of :data:`srrescgan.images.FORMATS`; ``same``: that of each picture, by its suffix."""
    quality: int | None = None
    """1 to 100, for lossy formats; ``None``: the default of the format's writer."""
    suffix: str = ""
    """Appended to the stem of each name."""
    existing: str = "replace"
    """Action if the result exists already: ``replace``, ``skip`` or ``refuse``."""
    depth: str | int = SAME
    """Bits per channel, 8 or 16; ``same``: those of each picture, where the format has them."""
    metadata: str = "keep"
    """``keep``, or ``strip``: only the color profile stays, without which colors would change."""

    def __post_init__(self) -> None:
        _check_choice("format", self.format, (*FORMATS, SAME))
        _check_choice("existing", self.existing, EXISTING)
        _check_choice("depth", str(self.depth), DEPTHS)
        _check_choice("metadata", self.metadata, METADATA)
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise ConfigError(f"quality={self.quality}: must be from 1 to 100, or null")
        if {*self.suffix} & {"/", "\\", "\0"}:
            raise ConfigError(
                f"suffix={self.suffix}: must be part of a name; output= names the folder"
            )
        if self.format == SAME:
            return
        if str(self.depth) == "16":
            _check_format("depth=16", self.format, _with_depth_16())
        if self.quality is not None:
            _check_format(
                f"quality={self.quality}",
                self.format,
                [key for key in FORMATS if FORMATS[key].quality],
            )

    def name(self, source: Path) -> str:
        """Name of the file that a picture becomes.

        Raises:
            DataError: ``format=same``, and the picture's format cannot be written, or not in this
                depth.
        """
        if self.format != SAME:
            return f"{source.stem}{self.suffix}{FORMATS[self.format].suffix}"
        key = _SUFFIXES.get(source.suffix.lower())
        if key is None:
            raise DataError(
                f"{source}: {source.suffix or 'a picture without suffix'} can be read but not"
                f" written; choose format= ({', '.join(FORMATS)})"
            )
        if str(self.depth) == "16" and 16 not in FORMATS[key].depths:
            raise DataError(
                f"{source}: {key} has no depth=16; choose format= ({', '.join(_with_depth_16())})"
            )
        return f"{source.stem}{self.suffix}{source.suffix}"

    def depth_of(self, original: int, key: str) -> int:
        """Bits per channel of a result.

        Args:
            original: bits per channel of the picture.
            key: format of the result.
        """
        if self.depth != SAME:
            return int(self.depth)
        return original if original in FORMATS[key].depths else max(FORMATS[key].depths)


def format_of(target: Path) -> str:
    """Key in :data:`srrescgan.images.FORMATS` of a file that :meth:`OutputOptions.name` named."""
    return _SUFFIXES[target.suffix.lower()]


def _with_depth_16() -> list[str]:
    return [key for key in FORMATS if 16 in FORMATS[key].depths]


def _check_choice(key: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise ConfigError(f"{key}={value}: must be {', '.join(known)}{nearest(str(value), known)}")


def _check_format(option: str, key: str, possible: Collection[str]) -> None:
    if key not in possible:
        raise ConfigError(
            f"{option} does not work with format={key}: choose format={' or '.join(possible)}"
        )
