"""What a network costs, beside what it is worth: few parameters need not mean little work."""

import ctypes
import sys
import time
from pathlib import Path
from statistics import median

import torch
from torch.utils.flop_counter import FlopCounterMode

from srrescgan.inference.predictor import Predictor

_RUNS = 3


def measure(predictor: Predictor, size: int) -> dict[str, float]:
    """Measure a network on a random picture of ``size`` x ``size`` lr pixels.

    Args:
        predictor: on the device that it is measured on, plain or as self-ensemble.
        size: side of the lr picture in pixels.

    Returns:
        ``parameters``: of the network.
        ``macs_per_hr_pixel``: multiplications and additions in convolutions and matrix products,
        per output pixel; padding counts, so that smaller pictures cost slightly more.
        ``seconds_per_megapixel``: median wall time of three runs after one to warm up, per million
        output pixels.
        ``peak_megabytes``: most memory taken during a run beyond what was there before it; on an
        accelerator that of its allocator, on a CPU that of the process. Missing where the system
        does not tell.
    """
    lr = torch.rand(1, 3, size, size, generator=torch.Generator().manual_seed(0))
    lr = lr.to(predictor.device)
    megapixels = (size * predictor.scale) ** 2 / 1e6
    with FlopCounterMode(display=False) as counter:
        predictor(lr)
    cost = {
        "parameters": float(sum(p.numel() for p in predictor.generator.parameters())),
        "macs_per_hr_pixel": counter.get_total_flops() / 2 / megapixels / 1e6,
    }
    _start_peak(predictor.device)
    before = _memory(predictor.device)
    seconds = []
    for _ in range(_RUNS):
        started = time.perf_counter()
        predictor(lr)
        _wait(predictor.device)
        seconds.append(time.perf_counter() - started)
    cost["seconds_per_megapixel"] = median(seconds) / megapixels
    peak = _peak(predictor.device)
    if before is not None and peak is not None:
        cost["peak_megabytes"] = max(0.0, peak - before) / 1e6
    return cost


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _start_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif device.type == "cpu":
        # What was freed before but kept by the allocator would hide what is taken now.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
        if trim is not None:
            trim(0)
        try:  # Linux: the highest resident size is counted from now on
            Path("/proc/self/clear_refs").write_text("5")
        except OSError:
            return


def _memory(device: torch.device) -> float | None:
    if device.type == "cuda":
        return float(torch.cuda.memory_allocated(device))
    return _status("VmRSS") if device.type == "cpu" else None


def _peak(device: torch.device) -> float | None:
    if device.type == "cuda":
        return float(torch.cuda.max_memory_allocated(device))
    return _status("VmHWM") if device.type == "cpu" else None


def _status(key: str) -> float | None:
    """A figure of this process in bytes, where the system has ``/proc``."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    found = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return float(found[0]) * 1024 if found else None
