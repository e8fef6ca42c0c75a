"""How results are written: their names, formats, depths, and what they say about themselves."""

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
    """What the results of a command have in common.

    Raises:
        ConfigError: a value is not one of those that are possible, or two do not go together.
    """

    format: str = "png"
    """A key of :data:`srrescgan.images.FORMATS`; ``same``: that of each picture, by its suffix."""
    quality: int | None = None
    """1 to 100, for formats that lose something; ``None``: what the format's writer thinks good."""
    suffix: str = ""
    """Comes behind the stem of each name."""
    existing: str = "replace"
    """What to do with a picture whose result is there already: ``replace``, ``skip``, ``refuse``.
    """
    depth: str | int = SAME
    """Bits per channel, 8 or 16; ``same``: those of each picture, where the format has them."""
    metadata: str = "keep"
    """``keep``, or ``strip``: nothing but the color profile, without which colors change."""

    def __post_init__(self) -> None:
        _one_of("format", self.format, (*FORMATS, SAME))
        _one_of("existing", self.existing, EXISTING)
        _one_of("depth", str(self.depth), DEPTHS)
        _one_of("metadata", self.metadata, METADATA)
        if self.quality is not None and not 1 <= self.quality <= 100:
            raise ConfigError(f"quality={self.quality}: must be from 1 to 100, or null")
        if {*self.suffix} & {"/", "\\", "\0"}:
            raise ConfigError(
                f"suffix={self.suffix}: must be part of a name; output= names the folder"
            )
        if self.format == SAME:
            return
        if str(self.depth) == "16":
            _able("depth=16", self.format, _with_depth_16())
        if self.quality is not None:
            _able(
                f"quality={self.quality}",
                self.format,
                [key for key in FORMATS if FORMATS[key].quality],
            )

    def name(self, source: Path) -> str:
        """Name of the file that a picture becomes.

        Raises:
            DataError: it is to have its original's format, which cannot be written, or not so deep.
        """
        if self.format != SAME:
            return f"{source.stem}{self.suffix}{FORMATS[self.format].suffix}"
        key = _SUFFIXES.get(source.suffix.lower())
        if key is None:
            raise DataError(
                f"{source}: {source.suffix or 'a picture without suffix'} can be read and not"
                f" written; choose format= ({', '.join(FORMATS)})"
            )
        if str(self.depth) == "16" and 16 not in FORMATS[key].depths:
            raise DataError(
                f"{source}: {key} has no depth=16; choose format= ({', '.join(_with_depth_16())})"
            )
        return f"{source.stem}{self.suffix}{source.suffix}"

    def depth_of(self, own: int, key: str) -> int:
        """Bits per channel of a result.

        Args:
            own: those of its original.
            key: its format.
        """
        if self.depth != SAME:
            return int(self.depth)
        return own if own in FORMATS[key].depths else max(FORMATS[key].depths)


def format_of(target: Path) -> str:
    """Key in :data:`srrescgan.images.FORMATS` of a file that :meth:`OutputOptions.name` named."""
    return _SUFFIXES[target.suffix.lower()]


def _with_depth_16() -> list[str]:
    return [key for key in FORMATS if 16 in FORMATS[key].depths]


def _one_of(key: str, value: str, known: Collection[str]) -> None:
    if value not in known:
        raise ConfigError(f"{key}={value}: must be {', '.join(known)}{nearest(str(value), known)}")


def _able(what: str, key: str, able: Collection[str]) -> None:
    if key not in able:
        raise ConfigError(
            f"{what} and format={key} do not go together: choose format={' or '.join(able)}"
        )
