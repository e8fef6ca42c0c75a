"""Times every network side by side: seconds for each megapixel of hr, by engine."""

import importlib.util
import statistics
import time
from collections.abc import Mapping

import torch
from rich import box
from rich.table import Table
from sizes import Size
from timing import Row, StopWatch
from torch import nn
from torch.utils.flop_counter import FlopCounterMode
from upscaling import pictures

from srrescgan.generators import EDSR, Compact, RRDBNet, SRResDNet
from srrescgan.inference import Predictor, UpscaleOptions


def networks(size: Size) -> dict[str, tuple[nn.Module, int]]:
    """Networks with their published sizes at scale 4, random weights, and the side of the lr
    picture that they are timed with."""
    side, small = size.network_sides
    if size.features < 64:  # does it run at all
        return {
            "SRResDNet": (SRResDNet(features=8, blocks=1), side),
            "Compact": (Compact(features=8, layers=2), small),
        }
    return {
        "SRResDNet": (SRResDNet(), side),
        "RRDBNet": (RRDBNet(), side),
        "EDSR": (EDSR(), side),
        "EDSR large": (EDSR(features=256, blocks=32, residual_scale=0.1), small),
        "Compact": (Compact(), side),
    }


def network_rows(size: Size, watch: StopWatch) -> list[Row]:
    """Time each network in each engine, one after the other in every round.

    The time of the processor is noted beside that of the clock: on a machine that does other work
    too, it is the one to compare.
    """
    engines = ["torch"]
    if watch.device.type == "cpu" and importlib.util.find_spec("openvino"):
        engines.append("openvino")
    works = {}
    rows: list[Row] = []
    for name, (generator, side) in networks(size).items():
        _, lr = pictures(side, side)
        lr = lr.to(watch.device)
        generator = generator.to(watch.device).eval()
        with torch.inference_mode(), FlopCounterMode(display=False) as counter:
            generator(lr[..., :16, :16])
        for engine in engines:
            options = UpscaleOptions(tile="auto", engine=engine)
            predictor = Predictor(generator, options, watch.device)
            works[name, engine] = lambda predictor=predictor, lr=lr: predictor(lr)
            rows.append(
                {
                    "name": name,
                    "engine": engine,
                    "parameters": sum(each.numel() for each in generator.parameters()),
                    "kmac_per_pixel": counter.get_total_flops() / 2 / (16 * 16 * 16) / 1000,
                    "lr_side": side,
                    "megapixels": 16 * side * side / 1e6,
                    "seconds": [],
                    "cpu_seconds": [],
                }
            )
    for repeat in range(1 + size.upscalings):
        for row, work in zip(rows, works.values(), strict=True):
            before = time.process_time()
            seconds = watch.time(work)
            if repeat:  # the first call converts and warms up
                row["seconds"].append(seconds)
                row["cpu_seconds"].append(time.process_time() - before)
    return rows


def network_table(rows: list[Row]) -> Table:
    """Make a Markdown table for the terminal."""
    result = Table(title="Networks, scale 4", box=box.MARKDOWN, title_justify="left")
    headings = (
        *("", "engine", "parameters", "kMAC per hr pixel", "lr picture"),
        *("s per megapixel", "min .. max", "CPU s per megapixel", "min .. max"),
    )
    for index, heading in enumerate(headings):
        result.add_column(heading, justify="right" if index > 1 else "left", no_wrap=True)
    for one in rows:
        result.add_row(
            one["name"],
            one["engine"],
            f"{one['parameters']:,}",
            f"{one['kmac_per_pixel']:,.1f}",
            f"{one['lr_side']} x {one['lr_side']}",
            *_times(one, "seconds"),
            *_times(one, "cpu_seconds"),
        )
    return result


def _times(one: Mapping[str, list[float]], key: str) -> tuple[str, str]:
    each = [seconds / one["megapixels"] for seconds in one[key]]
    return f"{statistics.median(each):.2f}", f"{min(each):.2f} .. {max(each):.2f}"
