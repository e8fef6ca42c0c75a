"""What a network costs in a browser, and the limits of a page."""

import copy
import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError
from srrescgan.eval.cost import count_multiplications
from srrescgan.generators.locality import locality_of
from srrescgan.generators.promises import check_scale
from srrescgan.types import ProjectedGenerator

MAX_MEGABYTES = 32
"""Weights in a page. It holds them as text, a third larger, and every worker has a copy."""
MAX_MINUTES = 60
"""For a photo of one megapixel, as :attr:`PageCost.minutes` estimates it."""
MAX_TILE_MEGABYTES = 1000
"""Memory of a worker for one tile. WebAssembly has 4 GB at most, a phone less."""
_RATE = 8e9
"""Multiplications per second of one worker: ONNX Runtime Web 1.30 on one core of a server in 2026,
by its CPU time for Compact."""
_WORKERS = 2
_TILE = 256  # hr pixels: its activations fit into a cache
_LIVE = 3  # outputs of layers that are in memory at the same time
_SIDE = 32  # lr pixels


@dataclass(frozen=True)
class PageCost:
    """Estimates for a page."""

    megabytes: float
    """Weights, float32."""
    halo: int
    """Lr pixels around a tile that are computed with it; hr pixels for a projected network. It is
    the halo of the network, or its smallest overlap whose difference is not visible."""
    grid: int
    """Lr pixels; tiles begin at multiples of it."""
    tile: int
    """Side of a tile, hr pixels."""
    tile_megabytes: float
    """Memory for one tile."""
    minutes: float
    """For a photo of one megapixel, in two workers."""

    @property
    def duration(self) -> str:
        """The time in words, of which only the magnitude is certain."""
        if self.minutes < 1:
            return f"{math.ceil(6 * self.minutes) * 10} seconds"
        return f"{math.ceil(self.minutes)} minutes"


def page_cost(generator: nn.Module) -> PageCost:
    """Estimate what a network costs in a page.

    A tile has a side of 256 hr pixels, or twice the halo if that is more, so that halos are at most
    three quarters of the work.

    Args:
        generator: a local or projected network.
    """
    scale = check_scale(generator)
    parameters = sum(each.numel() for each in generator.parameters())
    values = _largest_output(generator)
    if isinstance(generator, ProjectedGenerator):
        halo, grid, tile = generator.residual_halo, 1, _TILE
        whole = (tile + 2 * halo) / scale
    else:
        halo, grid = _halo_and_grid(generator)
        side = max(-(-_TILE // scale), 2 * halo)
        side = -(-side // grid) * grid
        tile, whole = scale * side, side + 2 * halo
    overhead = (whole * scale / tile) ** 2
    work = count_multiplications(generator) * scale**2 * 1e6 * overhead
    return PageCost(
        megabytes=4 * parameters / 1e6,
        halo=halo,
        grid=grid,
        tile=tile,
        tile_megabytes=4 * _LIVE * values * whole**2 / 1e6,
        minutes=work / (_RATE * _WORKERS) / 60,
    )


def check_limits(generator: nn.Module, cost: PageCost) -> None:
    """Refuse a network that is too large or too slow for a page.

    Raises:
        ConfigError: it exceeds a limit; the message says by how much.
    """
    reasons = [
        f"{cost.megabytes:.0f} MB of weights, limit {MAX_MEGABYTES} MB (the page holds them as"
        " text, and every worker has a copy)"
    ] * (cost.megabytes > MAX_MEGABYTES)
    reasons += [
        f"about {cost.minutes:.0f} minutes for a photo of one megapixel, limit {MAX_MINUTES}"
    ] * (cost.minutes > MAX_MINUTES)
    reasons += [
        f"{cost.tile_megabytes:.0f} MB of memory for a tile, because it is computed with"
        f" {cost.halo} pixels around it, limit {MAX_TILE_MEGABYTES} MB"
    ] * (cost.tile_megabytes > MAX_TILE_MEGABYTES)
    if reasons:
        raise ConfigError(
            f"target=web: {type(generator).__name__} is too large for a browser: "
            + "; ".join(reasons)
            + ". Choose a smaller network, or use target=onnx"
        )


def _halo_and_grid(generator: nn.Module) -> tuple[int, int]:
    """Lr pixels around a tile, and what its position has to be a multiple of."""
    locality = locality_of(generator)
    assert locality is not None
    return min(locality.overlap, locality.halo), locality.grid


def _largest_output(generator: nn.Module) -> float:
    """Values of the largest output of a layer, per lr pixel."""
    network = copy.deepcopy(generator).to("meta").eval()
    counts = [0]

    def count(_module: nn.Module, _input: Any, output: Any) -> None:
        if isinstance(output, Tensor):
            counts.append(output.numel())

    for module in network.modules():
        module.register_forward_hook(count)
    with torch.inference_mode():
        network(torch.rand(1, 3, _SIDE, _SIDE, device="meta"))
    return max(counts) / _SIDE**2
