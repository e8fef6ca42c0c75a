"""Finds video files by suffix, and chooses the suffix of the upscaled video."""

from pathlib import Path

from srrescgan.files import visible

SUFFIXES = frozenset(
    {".3gp", ".avi", ".flv", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts"}
    | {".ogv", ".ts", ".webm", ".wmv"}
)
CONTAINERS = {".m4v": "mp4", ".mkv": "matroska", ".mov": "mov", ".mp4": "mp4"}
"""FFmpeg's name of the container for each suffix that can be written."""


def is_video(path: str | Path) -> bool:
    """Whether a file has the suffix of a video."""
    return Path(path).suffix.lower() in SUFFIXES


def list_videos(folder: str | Path) -> list[Path]:
    """Find the videos in a folder and below it, sorted by relative path, without hidden ones."""
    return [path for path in visible(Path(folder)) if is_video(path) and path.is_file()]


def output_suffix(source: Path) -> str:
    """Suffix of the upscaled video: its own, or ``.mkv``, which takes any sound and subtitles."""
    suffix = source.suffix.lower()
    return suffix if suffix in CONTAINERS else ".mkv"
