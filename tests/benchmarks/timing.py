"""Stopwatch, rows and tables of the benchmark."""

import os
import platform
import statistics
import subprocess
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pytorch_lightning as pl
import torch
from rich import box
from rich.table import Table

Row = dict[str, Any]


class StopWatch:
    """Wall-clock time of work that may run asynchronously on an accelerator."""

    def __init__(self, device: torch.device) -> None:
        self.device = device

    def now(self) -> float:
        """Seconds, after everything queued on the device is done."""
        if self.device.type != "cpu":
            torch.accelerator.synchronize(self.device)
        return time.perf_counter()

    def time(self, work: Callable[[], object]) -> float:
        """Seconds that one call takes."""
        start = self.now()
        work()
        return self.now() - start


def interleaved(
    works: Mapping[str, Callable[[], object]], warmup: int, repeats: int, watch: StopWatch
) -> dict[str, list[float]]:
    """Time each work ``repeats`` times in the order A B C A B C, so that drift affects all."""
    seconds: dict[str, list[float]] = {name: [] for name in works}
    for _ in range(warmup + repeats):
        for name, work in works.items():
            seconds[name].append(watch.time(work))
    return {name: values[warmup:] for name, values in seconds.items()}


def row(name: str, seconds: list[float], plain: list[float], images: int) -> Row:
    """Make a row of times, with quartiles of the ratios to the plain time of the same round."""
    ratios = [ours / theirs for ours, theirs in zip(seconds, plain, strict=True)]
    low, middle, high = statistics.quantiles(ratios, n=4, method="inclusive")
    median = statistics.median(seconds)
    return {
        "name": name,
        "seconds": seconds,
        "plain_seconds": plain,
        "median": median,
        "min": min(seconds),
        "max": max(seconds),
        "ratio": middle,
        "ratio_low": low,
        "ratio_high": high,
        "images_per_second": images / median,
    }


def table(title: str, rows: list[Row], notes: Mapping[str, Callable[[Row], str]]) -> Table:
    """Make a Markdown table for the terminal; ``notes`` adds columns by heading."""
    result = Table(title=title, box=box.MARKDOWN, title_justify="left")
    headings = ("", "median s", "min .. max", "of plain", "quartiles", "images/s", *notes)
    for index, heading in enumerate(headings):
        result.add_column(heading, justify="right" if index else "left", no_wrap=True)
    for one in rows:
        result.add_row(
            one["name"],
            f"{one['median']:.3f}",
            f"{one['min']:.3f} .. {one['max']:.3f}",
            f"{one['ratio']:.2f}",
            f"{one['ratio_low']:.2f} .. {one['ratio_high']:.2f}",
            f"{one['images_per_second']:.2f}",
            *(note(one) for note in notes.values()),
        )
    return result


def metadata(device: torch.device) -> dict[str, Any]:
    """Versions and hardware that the results depend on."""
    return {
        "date": datetime.now().astimezone().isoformat(timespec="seconds"),
        "revision": _revision(),
        "device": "cpu" if device.type == "cpu" else torch.cuda.get_device_name(device),
        "cpu": _cpu_name(),
        "cpu_capability": torch.backends.cpu.get_cpu_capability(),
        "cores": os.cpu_count(),
        "threads": torch.get_num_threads(),
        "load_at_start": os.getloadavg()[0],
        "python": platform.python_version(),
        "torch": torch.__version__,
        "lightning": pl.__version__,
    }


def _revision() -> str:
    command = ["git", "describe", "--always", "--dirty"]
    done = subprocess.run(
        command, cwd=Path(__file__).parent, capture_output=True, text=True, check=False
    )
    return done.stdout.strip() or "unknown"


def _cpu_name() -> str:
    info = Path("/proc/cpuinfo")
    if info.exists():
        for line in info.read_text().splitlines():
            if line.startswith("model name"):
                return line.split(":", 1)[1].strip()
    return platform.processor() or "unknown"
