"""Who takes part in an evaluation: bicubic, trained networks, and other people's pictures."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor, nn

from srrescgan.eval.cost import measure
from srrescgan.eval.pictures import SRPictures
from srrescgan.eval.results import Contestant
from srrescgan.files import file_sha256
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.ops.resize import enlarged
from srrescgan.types import SRBatch

Method = Callable[[SRBatch], Tensor]


@dataclass(frozen=True)
class Entrant:
    """A method before it is measured."""

    kind: str
    """``bicubic``, ``network`` or ``pictures``."""
    source: str
    """Weight file or folder; empty for bicubic."""
    on: Callable[[torch.device], Method]
    """The method at work on a device, independent of the same on another."""
    predictor: Predictor | None = None
    """Of a network: what its cost is measured on."""


def bicubic(scale: int) -> Entrant:
    """The line that everything is held against: MATLAB's bicubic interpolation."""
    return Entrant("bicubic", "", lambda device: lambda batch: enlarged(batch["lr"], scale))


def network(
    generator: nn.Module,
    source: str,
    ensemble: bool,
    device: torch.device,
    tile: int | str | None = None,
) -> Entrant:
    """A trained generator, plain or as x8 self-ensemble.

    Args:
        generator: lr -> sr.
        source: the weight file.
        ensemble: whether to average over the eight transforms.
        device: where its cost is measured.
        tile: as in :class:`Predictor`.
    """

    def on(place: torch.device) -> Method:
        predictor = Predictor(generator, UpscaleOptions(ensemble, tile), place)
        return lambda batch: predictor(batch["lr"])

    whole = Predictor(generator, UpscaleOptions(ensemble), device)
    return Entrant("network", source, on, whole)


def pictures(folder: Path, found: SRPictures) -> Entrant:
    """Pictures that another program made, one for every image."""
    return Entrant("pictures", str(folder), lambda device: found.read)


def methods_on(entrants: Mapping[str, Entrant], device: torch.device) -> dict[str, Method]:
    """Everybody at work on a device."""
    return {name: entrant.on(device) for name, entrant in entrants.items()}


def enrol(name: str, entrant: Entrant, cost_size: int) -> Contestant:
    """What is recorded of an entrant, its cost measured on ``cost_size`` lr pixels a side; 0: not.

    A weight file is named with the beginning of its SHA-256, so that a number belongs to a network
    and not to a path.
    """
    cost = measure(entrant.predictor, cost_size) if entrant.predictor and cost_size else {}
    source = entrant.source
    if entrant.kind == "network":
        source += f" (sha256 {file_sha256(Path(source))[:12]})"
    return Contestant(name, entrant.kind, source, cost)
