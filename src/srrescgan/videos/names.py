"""Which files are videos, and what those made of them are called."""

from pathlib import Path

from srrescgan.files import visible

SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"}
    | {".ogv", ".ts", ".webm", ".wmv"}
)
CONTAINERS = {".m4v": "mp4", ".mkv": "matroska", ".mov": "mov", ".mp4": "mp4"}
"""FFmpeg's name of the container of a file that is written."""


def is_video(path: str | Path) -> bool:
    """Whether a file has the name of a video."""
    return Path(path).suffix.lower() in SUFFIXES


def list_videos(folder: str | Path) -> list[Path]:
    """Find the videos in a folder and below it, sorted by relative name; hidden ones ignored."""
    return [path for path in visible(Path(folder)) if is_video(path) and path.is_file()]


def output_suffix(source: Path) -> str:
    """Suffix of what a video becomes: its own, or ``.mkv``, which takes any sound and subtitles."""
    suffix = source.suffix.lower()
    return suffix if suffix in CONTAINERS else ".mkv"
