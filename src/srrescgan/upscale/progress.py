"""Progress of upscaling: a bar on a terminal, lines elsewhere."""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.markup import escape
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from srrescgan.errors import UserError
from srrescgan.images import photo_size
from srrescgan.inference.sinks import OnProgress
from srrescgan.videos import estimated_pixels, is_video

_SPEED_WINDOW = 3600.0  # seconds: a large picture may take minutes between two updates
_LINE_EVERY = 30.0  # seconds, within a picture, where there is no terminal


class UpscaleProgress:
    """A bar with the time left, by area, over all pictures and within each of them.

    Where the output is not a terminal, it prints a line for each picture instead, and one every 30
    seconds within a picture that takes long.

    Args:
        sources: pictures and videos; their sizes are read from their headers.
        console: where to show the progress.
    """

    def __init__(self, sources: Iterable[Path], console: Console) -> None:
        self.areas = {source: _area(source) for source in sources}
        self.console = console
        self.total = sum(self.areas.values())
        self.done = 0
        self.count = 0
        self.started = time.monotonic()
        self.bar = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TaskProgressColumn(),
            TimeElapsedColumn(),
            TextColumn("left"),
            TimeRemainingColumn(),
            console=console,
            disable=not console.is_terminal,
            speed_estimate_period=_SPEED_WINDOW,
        )
        self.task = self.bar.add_task("Upscaling", total=self.total)

    def __enter__(self) -> "UpscaleProgress":
        self.bar.start()
        return self

    def __exit__(self, *error: object) -> None:
        self.bar.stop()

    @contextmanager
    def picture(self, source: Path) -> Iterator[OnProgress]:
        """Give the function to call with the share of this picture that is done, from 0 to 1."""
        self.count += 1
        label = f"{self.count}/{len(self.areas)} {source.name}"
        self.bar.update(self.task, description=escape(label))
        area, line_at = self.areas[source], time.monotonic() + _LINE_EVERY

        def on_progress(share: float) -> None:
            nonlocal line_at
            self.bar.update(self.task, completed=self.done + share * area)
            if not self.console.is_terminal and time.monotonic() >= line_at:
                line_at = time.monotonic() + _LINE_EVERY
                self._print(f"{label}: {share:.0%}", self.done + share * area)

        try:
            yield on_progress
        finally:
            self.done += area
            self.bar.update(self.task, completed=self.done)
        if not self.console.is_terminal:
            self._print(label, self.done)

    def _print(self, label: str, done: float) -> None:
        spent = time.monotonic() - self.started
        left = spent * (self.total / done - 1) if done else 0.0
        self.console.print(
            f"{label}, {_clock(spent)} spent, {_clock(left)} left", markup=False, soft_wrap=True
        )


def _area(source: Path) -> int:
    try:
        if is_video(source):
            return estimated_pixels(source)
        height, width = photo_size(source)
    except UserError:  # reported when its turn comes
        return 0
    return height * width


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes // 60}:{minutes % 60:02d}:{rest:02d}"
