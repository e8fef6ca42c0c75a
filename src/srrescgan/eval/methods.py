"""The methods of an evaluation: bicubic, trained networks, and images made by other programs."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from srrescgan.eval.cost import measure_cost
from srrescgan.eval.evaluation import MethodRecord
from srrescgan.eval.sr_image_folder import SRImageFolder
from srrescgan.files import file_sha256
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.ops.resize import upscale_bicubic
from srrescgan.types import SRBatch

Upscale = Callable[[SRBatch], Tensor]
"""Gives the sr of a batch, ``(B, 3, H, W)``."""


@dataclass(frozen=True)
class Method:
    """A way to get sr from lr."""

    kind: str
    """``bicubic``, ``network`` or ``pictures``."""
    source: str
    """Weight file or folder; empty for bicubic."""
    on_device: Callable[[torch.device], Upscale]
    """Makes the method ready on a device, independent of other devices."""
    predictor: Predictor | None = None
    """The network whose cost is measured; ``None`` for other kinds."""


def bicubic_method(scale: int) -> Method:
    """The baseline: MATLAB's bicubic interpolation."""
    return Method("bicubic", "", lambda device: lambda batch: upscale_bicubic(batch["lr"], scale))


def network_method(
    generator: nn.Module,
    source: str,
    ensemble: bool,
    device: torch.device,
    tile: int | str | None = None,
) -> Method:
    """A trained generator, plain or as x8 self-ensemble.

    Args:
        generator: lr -> sr.
        source: the weight file.
        ensemble: whether to average over the eight transforms.
        device: where its cost is measured.
        tile: as in :class:`UpscaleOptions`; tiles equal the whole image, and the cost is measured
            without them.
    """

    def on_device(place: torch.device) -> Upscale:
        predictor = Predictor(generator, UpscaleOptions(ensemble, tile, overlap="exact"), place)
        return lambda batch: predictor(batch["lr"])

    untiled = Predictor(generator, UpscaleOptions(ensemble), device)
    return Method("network", source, on_device, untiled)


def folder_method(folder: Path, images: SRImageFolder) -> Method:
    """Images that another program made, one for each image of the sets."""
    return Method("pictures", str(folder), lambda device: images.read)


def methods_on_device(methods: Mapping[str, Method], device: torch.device) -> dict[str, Upscale]:
    """Make every method ready on a device."""
    return {name: method.on_device(device) for name, method in methods.items()}


def record_method(name: str, method: Method, cost_size: int) -> MethodRecord:
    """Record a method and measure its cost.

    A weight file is recorded with the start of its SHA-256, so that a score belongs to a network,
    not to a path.

    Args:
        name: of the method.
        method: the method.
        cost_size: side of the lr image on which the cost is measured, in pixels; 0: not measured.
    """
    cost = measure_cost(method.predictor, cost_size) if method.predictor and cost_size else {}
    source = method.source
    if method.kind == "network":
        source += f" (sha256 {file_sha256(Path(source))[:12]})"
    return MethodRecord(name, method.kind, source, cost)
