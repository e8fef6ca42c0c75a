"""The cost of a network: parameters, operations, time and memory."""

import copy
import ctypes
import sys
import time
from pathlib import Path
from statistics import median

import torch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode

from srrescgan.generators.promises import check_scale
from srrescgan.inference.predictor import Predictor

_RUNS = 3
_SIDE = 64  # lr pixels


def measure_cost(predictor: Predictor, size: int) -> dict[str, float]:
    """Measure a network on a random lr image of ``size`` x ``size`` pixels.

    Args:
        predictor: the network on the device to measure it on, plain or as self-ensemble.
        size: side of the lr image in pixels.

    Returns:
        ``parameters``: number of parameters of the network.
        ``macs_per_hr_pixel``: multiply-accumulate operations in convolutions and matrix products,
        per output pixel; padding counts, so small images cost slightly more per pixel.
        ``seconds_per_megapixel``: median wall time of three runs after a warm-up run, per million
        output pixels.
        ``peak_megabytes``: peak memory of a run beyond the memory in use before it; that of the
        allocator on an accelerator, that of the process on a CPU. Missing where the operating
        system does not report it.
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


def count_multiplications(generator: nn.Module) -> float:
    """Multiplications of a network per hr pixel, in convolutions and matrix products.

    Nothing is computed: the sizes alone decide. It is ``macs_per_hr_pixel`` of
    :func:`measure_cost` for one forward pass.

    Args:
        generator: a :class:`~srrescgan.types.SRGenerator`; it is not changed.
    """
    network = copy.deepcopy(generator).to("meta").eval()
    with torch.inference_mode(), FlopCounterMode(display=False) as counter:
        network(torch.rand(1, 3, _SIDE, _SIDE, device="meta"))
    return counter.get_total_flops() / 2 / (check_scale(generator) * _SIDE) ** 2


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize(device)


def _start_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats(device)
    elif device.type == "cpu":
        # Memory that was freed but kept by the allocator would hide what the run takes.
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if sys.platform == "linux" else None
        if trim is not None:
            trim(0)
        try:  # Linux: resets the peak of the resident size
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
    """A value of ``/proc/self/status`` in bytes; ``None`` where there is no ``/proc``."""
    try:
        lines = Path("/proc/self/status").read_text().splitlines()
    except OSError:
        return None
    values = [line.split()[1] for line in lines if line.startswith(f"{key}:")]
    return float(values[0]) * 1024 if values else None
