"""A generator for ComfyUI, chaiNNer and whatever else loads networks with spandrel."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan import __version__
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.facts import facts_of
from srrescgan.export.folder import writing_folder
from srrescgan.export.fresh_python import upscale_in_fresh_python
from srrescgan.export.single_file import single_file
from srrescgan.export.templates import write_document
from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_safetensors

_CODE = "srrescgan_spandrel.py"
_MODULES = ("srrescgan.export.spandrel.architecture", "srrescgan.export.spandrel.comfyui_node")
_HEAD = f"""\
The network of SRResCGAN for spandrel, and a node for ComfyUI.
Put together from the sources of srrescgan {__version__} by its export; edit them, not this.

SPDX-License-Identifier: MIT
Copyright (c) 2026 the srrescgan authors"""
_NODE = f'''\
"""SRResCGAN in ComfyUI: the network for its loader of upscale models, and a node."""

from .{Path(_CODE).stem} import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS, install

install()

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
'''
# Loaded as ComfyUI loads it: by its path, under a name of ComfyUI's choice.
_LOADED = """\
import importlib.util
import spandrel, torch
spec = importlib.util.spec_from_file_location("custom_node", folder / "__init__.py")
sys.modules["custom_node"] = importlib.util.module_from_spec(spec)
spec.loader.exec_module(sys.modules["custom_node"])
model = spandrel.ModelLoader().load_from_file(next(folder.glob("*.safetensors")))
def upscale(lr):
    return model(torch.from_numpy(lr)).numpy()
"""
_SIZES = ((19, 24), (11, 270))  # odd, and more than one tile
_TOLERANCE = 0.5 / 255
"""Half a level of an 8-bit file."""


def write_spandrel(generator: nn.Module, config: dict[str, Any], output: Path) -> str:
    """Write a folder that is a custom node of ComfyUI, with the weights beside it.

    Its network is one file that needs spandrel and torch and not this package; see
    :func:`single_file`. The folder is loaded in a fresh Python that cannot import this package,
    and its pictures are compared with the generator's.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments, for the header of the weights.
        output: the folder, not there yet.

    Returns:
        What to tell the user.

    Raises:
        ConfigError: spandrel is not installed, the network is not an SRResDNet, or ``output``
            exists.
        WeightsError: the folder does not upscale as the generator does; nothing is left of it.
    """
    if not isinstance(generator, SRResDNet):
        raise ConfigError(
            f"target=spandrel knows SRResDNet only, and the weights are of"
            f" {type(generator).__name__}"
        )
    try:
        from srrescgan.export.spandrel.architecture import settings
    except ImportError as error:
        raise ConfigError(
            f"target=spandrel needs spandrel ({error}): pip install 'srrescgan[spandrel]'"
        ) from error
    weights = f"{output.name}.safetensors"
    with writing_folder(output) as folder:
        write_safetensors(generator.state_dict() | settings(generator), config, folder / weights)
        (folder / _CODE).write_text(single_file(_MODULES, _HEAD), encoding="utf-8")
        (folder / "__init__.py").write_text(_NODE, encoding="utf-8")
        facts = facts_of(generator) | {
            "name": output.name,
            "weights": weights,
            "code": _CODE,
            "module": Path(_CODE).stem,
            "version": __version__,
        }
        write_document(folder / "README.md", "spandrel/readme.md.j2", facts)
        difference = _difference(generator, folder)
        if difference > _TOLERANCE:
            raise WeightsError(
                f"{output}: through spandrel, pictures differ by {255 * difference:.2f} levels of"
                f" 255 from this network's; expected {255 * _TOLERANCE} at most. Nothing was"
                " written. Please report it, with your versions of torch and spandrel"
            )
    return (
        f"{output}: a custom node for ComfyUI, and {weights} for its models/upscale_models; in a"
        f" fresh Python it differs by at most {255 * difference:.3f} levels. README.md says what"
        " goes where, for chaiNNer too"
    )


@torch.inference_mode()
def _difference(generator: SRResDNet, folder: Path) -> float:
    """Largest difference of the folder's pictures from the generator's, in [0, 1] units."""
    random = torch.Generator().manual_seed(0)
    pictures = [torch.rand(1, 3, *size, generator=random) for size in _SIZES]
    inputs = [picture.numpy() for picture in pictures]
    made = upscale_in_fresh_python(_LOADED, folder, inputs, ["srrescgan"], own_code=False)
    return max(map(_largest, made, map(generator, pictures)))


def _largest(made: np.ndarray, expected: Tensor) -> float:
    if made.shape != expected.shape or not np.isfinite(made).all():
        return math.inf
    return float(np.abs(made - expected.numpy()).max())
