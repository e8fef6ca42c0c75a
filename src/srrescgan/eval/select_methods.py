"""Select the methods of an evaluation."""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any, cast

import torch

from srrescgan.data.datamodule import FolderDataset
from srrescgan.errors import ConfigError, WeightsError, nearest
from srrescgan.eval.methods import Method, bicubic_method, folder_method, network_method
from srrescgan.eval.sr_image_folder import SRImageFolder
from srrescgan.types import SRGenerator
from srrescgan.weights import find_weights, load_pretrained

_RESERVED = ("lr", "hr")
_ENTRY_KEYS = {"weights", "ensemble"}
_ENSEMBLES = {"false": (False,), "true": (True,), "both": (False, True)}


def select_methods(
    checkpoint: Path,
    further: Mapping[str, Any] | None,
    datasets: Mapping[str, FolderDataset],
    device: torch.device,
    scale: int,
    ensemble: bool | str = False,
    tile: int | str | None = None,
    generator: Mapping[str, Any] | None = None,
) -> dict[str, Method]:
    """Bicubic, the checkpoint and further methods, in the order of the tables' rows.

    Args:
        checkpoint: weight file of the method ``sr``.
        further: for each further method its name, and what it is: a weight file, the name of known
            weights, or a folder of sr images; or a mapping ``{weights: ..., ensemble: ...}``, which
            decides on the self-ensemble of this method alone. ``None`` removes a method, for
            configurations that inherit it.
        datasets: the sets by name, from :meth:`SRDataModule.datasets`; folders of sr images
            have to match them.
        device: where the cost of networks is measured.
        scale: of the experiment.
        ensemble: ``false``, ``true`` or ``both``: networks plain, as x8 self-ensemble (``+`` is
            appended to the name), or each.
        tile: as in :class:`srrescgan.inference.UpscaleOptions`.
        generator: node of the network in ``checkpoint``; ``None``: the file says which network it
            is, or it is recognized by its keys and shapes.

    Raises:
        ConfigError: a name is taken or cannot be a folder, a value is not one of its options, or
            weights have another scale than the experiment.
        DataError: a folder of images does not fit the sets.
        WeightsError: a weight file cannot be read or belongs to another network.
    """
    if further is not None and not isinstance(further, Mapping):
        raise ConfigError(f"methods={further}: expected names and places, methods='{{name: DIR}}'")
    load = partial(_load_network, device, scale, tile)
    methods = {"bicubic": bicubic_method(scale), **load("sr", checkpoint, generator, ensemble)}
    for name, value in (further or {}).items():
        if value is None:
            continue
        if "/" in str(name) or str(name).startswith("."):
            raise ConfigError(
                f"methods.{name}: a name becomes a folder; choose one without / and ."
            )
        place, own = _entry(str(name), value, ensemble)
        if place.is_dir():
            sets = {key.split("/")[-1]: dataset for key, dataset in datasets.items()}
            added = {str(name): folder_method(place, SRImageFolder(place, sets))}
        else:
            added = load(str(name), _weights(str(name), place), None, own)
        taken = added.keys() & {*methods, *_RESERVED}
        if taken:
            raise ConfigError(
                f"methods.{name}: the name {', '.join(taken)} is already taken; choose another one"
            )
        methods |= added
    return methods


def _entry(name: str, value: Any, ensemble: bool | str) -> tuple[Path, bool | str]:
    """Weights or folder of a further method, and whether it is a self-ensemble."""
    if not isinstance(value, Mapping):
        return Path(str(value)), ensemble
    if "weights" not in value or value.keys() - _ENTRY_KEYS:
        raise ConfigError(
            f"methods.{name} has {', '.join(map(str, value))}: expected weights, and perhaps"
            " ensemble"
        )
    return Path(str(value["weights"])), value.get("ensemble", ensemble)


def _weights(name: str, place: Path) -> Path:
    """The weight file of a further method."""
    try:
        return find_weights(place)
    except WeightsError as error:
        raise WeightsError(f"methods.{name}, no folder of sr pictures: {error}") from error


def _load_network(
    device: torch.device,
    scale: int,
    tile: int | str | None,
    name: str,
    path: Path,
    node: Mapping[str, Any] | None,
    ensemble: bool | str,
) -> dict[str, Method]:
    """Load a network as one or two methods: plain, as self-ensemble, or both."""
    generator = load_pretrained(path, dict(node) if node is not None else None)
    own_scale = cast(SRGenerator, generator).scale
    if own_scale != scale:
        raise ConfigError(
            f"{path} upscales by {own_scale}, the experiment by {scale}:"
            f" give scale={own_scale} or another checkpoint"
        )
    choice = str(ensemble).lower()
    if choice not in _ENSEMBLES:
        hint = nearest(choice, _ENSEMBLES)
        raise ConfigError(f"ensemble={ensemble}: must be {', '.join(_ENSEMBLES)}{hint}")
    return {
        f"{name}+" if ensembled else name: network_method(
            generator, str(path), ensembled, device, tile
        )
        for ensembled in _ENSEMBLES[choice]
    }
