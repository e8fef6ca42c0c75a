"""What a page in a browser computes of a network: its ONNX graph, and the settings beside it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.export.capabilities import require_srresdnet, require_upscaling
from srrescgan.export.onnx import onnx_model
from srrescgan.export.onnx_check import verify_onnx
from srrescgan.export.web.graph import residual_graph
from srrescgan.export.web.limits import PageCost, check_limits, page_cost
from srrescgan.generators import SRResDNet
from srrescgan.ops.noise import MIN_SIZE
from srrescgan.types import LocalGenerator, ProjectedGenerator
from srrescgan.upscale.flat_pictures import MIN_RESIDUAL_SCALE, useful_floor


@dataclass(frozen=True)
class PageNetwork:
    """A network for a page."""

    file: str
    """Name of the graph's file beside the page."""
    graph: bytes
    """ONNX, verified against PyTorch."""
    settings: dict[str, Any]
    """What the scripts of the page need to know, see :func:`page_network`."""
    cost: PageCost


def page_network(generator: nn.Module, config: dict[str, Any], output: Path) -> PageNetwork:
    """Prepare a network for a page, which computes it in tiles.

    The settings are ``scale``, ``network`` (``local`` or ``projected``), ``tile`` (side of a tile,
    hr pixels) and ``min_side`` (of a picture, lr pixels); for a local network ``halo`` (lr pixels)
    and ``grid`` (tiles begin at multiples of it). For SRResDNet ``halo`` is in hr pixels, and there
    are the settings of its noise estimate and projection.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the folder to be written, for messages.

    Raises:
        ConfigError: the network is a degradation, not local, too large or too slow for a page, or
            a package is missing.
        WeightsError: ONNX Runtime and PyTorch disagree.
    """
    require_upscaling(generator, "web")
    if isinstance(generator, ProjectedGenerator):
        reason = "the page computes SRResDNet's bilinear enlargement, noise estimate and projection"
        return _projected(require_srresdnet(generator, "web", reason))
    if not isinstance(generator, LocalGenerator):
        raise ConfigError(
            f"target=web computes a picture in tiles, and {type(generator).__name__} does not"
            " define `halo`: its tiles would differ from the whole picture. Use target=onnx"
        )
    return _local(generator, config, output)


def _projected(generator: SRResDNet) -> PageNetwork:
    cost = page_cost(generator)
    check_limits(generator, cost)
    settings = {
        "scale": generator.scale,
        "network": "projected",
        "tile": cost.tile,
        "halo": generator.residual_halo,
        "min_side": MIN_SIZE,
        "radius_factor": generator.alpha.exp().item(),
        "noise_estimate": generator.noise_estimate,
        "sigma_floor": generator.sigma_floor,
        "useful_sigma_floor": useful_floor(generator),
        "least_shrink": MIN_RESIDUAL_SCALE,
    }
    return PageNetwork("residual.onnx", residual_graph(generator), settings, cost)


def _local(generator: nn.Module, config: dict[str, Any], output: Path) -> PageNetwork:
    cost = page_cost(generator)
    check_limits(generator, cost)
    graph = onnx_model(generator, config).SerializeToString()
    verify_onnx(graph, generator, output)
    settings = {
        "scale": generator.scale,
        "network": "local",
        "tile": cost.tile,
        "halo": cost.halo,
        "grid": cost.grid,
        "min_side": 1,
    }
    return PageNetwork("network.onnx", graph, settings, cost)
