"""Outputs that an interrupted evaluation has saved, read instead of computed again."""

import json
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from srrescgan.errors import ConfigError, DataError
from srrescgan.eval.methods import Method, Upscale
from srrescgan.files import file_sha256, text_hash, write_json
from srrescgan.images import read_image, to_tensor
from srrescgan.types import SRBatch

_RECORD = "made_by.json"
_INPUTS = ("val", "test", "degradation", "val_degradations", "scale", "seed")


def reuse_saved(
    methods: Mapping[str, Method], folder: Path, data: Mapping[str, Any]
) -> dict[str, Method]:
    """Let every network read its output where ``folder`` holds it already.

    A record beside the images says which weights and inputs made them.

    Args:
        methods: by name.
        folder: ``images`` in the folder of the evaluation, ``<set>/<method>/<name>.png``.
        data: configuration of the data module, whose sets and degradations make the lr images.

    Returns:
        The methods. Reused outputs have been rounded to 8 bits.

    Raises:
        ConfigError: the images were made by other weights, from other lr images, or it is not known
            by which.
    """
    inputs = text_hash(json.dumps([data.get(key) for key in _INPUTS], sort_keys=True))
    networks = {name: method for name, method in methods.items() if method.kind == "network"}
    made_by = {name: _maker(method) for name, method in networks.items()}
    path = folder / _RECORD
    remedy = "Choose another output_dir=, or remove the folder"
    if path.is_file():
        record = json.loads(path.read_text(encoding="utf-8"))
        if record["inputs"] != inputs:
            raise ConfigError(
                f"save_images=reuse: {folder} was made from other lr images. {remedy}"
            )
        for name, maker in made_by.items():
            if record["methods"].get(name, maker) != maker:
                raise ConfigError(
                    f"save_images=reuse: the images of {name} in {folder} were made by other"
                    f" weights, or with or without ensemble. {remedy}"
                )
        made_by = {**record["methods"], **made_by}
    elif folder.exists():
        raise ConfigError(
            f"save_images=reuse: {folder} has no {_RECORD}, so it is not known which weights made"
            f" its images. {remedy}"
        )
    write_json({"inputs": inputs, "methods": made_by}, path)
    return {
        name: replace(method, on_device=partial(_reading, method, name, folder))
        if name in networks
        else method
        for name, method in methods.items()
    }


def _maker(method: Method) -> str:
    ensemble = method.predictor is not None and method.predictor.options.ensemble
    return file_sha256(Path(method.source)) + ("+" if ensemble else "")


def _reading(method: Method, name: str, folder: Path, device: torch.device) -> Upscale:
    compute = method.on_device(device)

    def upscale(batch: SRBatch) -> Tensor:
        keys = zip(batch["set"], batch["name"], strict=True)
        paths = [folder / data_set / name / f"{image}.png" for data_set, image in keys]
        if not all(path.is_file() for path in paths):
            return compute(batch)
        try:
            return torch.stack([to_tensor(read_image(path)) for path in paths])
        except DataError:  # damaged by something else than us: we write atomically
            return compute(batch)

    return upscale
