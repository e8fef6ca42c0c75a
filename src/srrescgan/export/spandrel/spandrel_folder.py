"""Export for spandrel: a plain file, or a custom node of ComfyUI with the weights."""

import math
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from srrescgan import __version__
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.capabilities import require_upscaling
from srrescgan.export.folder import writing_folder
from srrescgan.export.network_summary import NetworkSummary, summarize
from srrescgan.export.single_file import single_file
from srrescgan.export.subprocess_check import upscale_in_subprocess
from srrescgan.generators import SRResDNet
from srrescgan.html.templates import write_document
from srrescgan.weights.files import write_safetensors

_ROOM = "srrescgan.export.spandrel"
_NODE = f"{_ROOM}.comfyui_node"
_INSTALL = '''

def install() -> None:
    """Register the network with spandrel."""
    register({name})
'''
_INIT = '''\
"""{name} in ComfyUI: the network for its loader of upscale models, and a node."""

from .{module} import NODE_CLASS_MAPPINGS, NODE_DISPLAY_NAME_MAPPINGS, install

install()

__all__ = ["NODE_CLASS_MAPPINGS", "NODE_DISPLAY_NAME_MAPPINGS"]
'''
# Loaded as ComfyUI loads it: by its path, under a name of ComfyUI's choice.
_CHECK = """\
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
    """Write one file if spandrel knows the network, else a folder with weights and code.

    See :func:`~srrescgan.export.spandrel.native_file.write_native_file` for the file. The folder is
    a custom node of ComfyUI. Its network is one file that needs spandrel and torch, and not this
    package; see :func:`single_file`. The folder is loaded in a new Python process that cannot
    import this package, and its pictures are compared with the generator's.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments, for the header of the weights.
        output: the file, or the folder, which must not exist yet, or be empty.

    Returns:
        Message for the user.

    Raises:
        ConfigError: spandrel is not installed, the network is a degradation or its code does not
            fit into one file, or ``output`` exists or is a file instead of a folder or vice versa.
        WeightsError: the pictures differ from the generator's; nothing is written.
    """
    require_upscaling(generator, "spandrel")
    if find_spec("spandrel") is None:
        raise ConfigError("target=spandrel needs spandrel: pip install 'srrescgan[spandrel]'")
    from srrescgan.export.spandrel import native_file

    known = native_file.native_descriptor(generator)
    if known is not None:
        return native_file.write_native_file(generator, known, config, output)
    if output.suffix in native_file.SUFFIXES:
        raise ConfigError(
            f"output={output}: spandrel does not know {type(generator).__name__}, so"
            " target=spandrel writes a folder with its code: give a name without suffix"
        )
    summary = summarize(generator, config)
    code, settings = _code_and_settings(generator, config)
    module = "srrescgan" if summary.is_srresdnet else summary.architecture.lower()
    module += "_spandrel"
    weights = f"{output.name}.safetensors"
    with writing_folder(output) as folder:
        write_safetensors(generator.state_dict() | settings, config, folder / weights)
        (folder / f"{module}.py").write_text(code, encoding="utf-8")
        init = _INIT.format(name=_display_name(summary), module=module)
        (folder / "__init__.py").write_text(init, encoding="utf-8")
        values = {
            "network": summary,
            "name": output.name,
            "weights": weights,
            "code": f"{module}.py",
            "module": module,
            "version": __version__,
        }
        write_document(folder / "README.md", __package__, "readme.md.j2", values)
        difference = _difference(generator, folder)
        if not difference <= _TOLERANCE:  # NaN fails too
            raise WeightsError(
                f"{output} was not written: through spandrel, pictures differ from PyTorch's by"
                f" {255 * difference:.2f} levels of 255, expected {255 * _TOLERANCE} at most."
                " Please report it, with your versions of torch and spandrel"
            )
    return (
        f"{output}: a custom node for ComfyUI, and {weights} for its models/upscale_models;"
        f" verified in a new Python process, differs by at most {255 * difference:.3f} levels."
        " README.md says what to copy where, for chaiNNer too"
    )


def _display_name(summary: NetworkSummary) -> str:
    return "SRResCGAN" if summary.is_srresdnet else summary.architecture


def _code_and_settings(
    generator: nn.Module, config: dict[str, Any]
) -> tuple[str, dict[str, Tensor]]:
    """Source of the network's file, and the tensors with its settings."""
    network = type(generator)
    head = (
        f"{'SRResCGAN' if isinstance(generator, SRResDNet) else network.__name__} for spandrel,"
        f" and a node for ComfyUI.\nGenerated from the sources of srrescgan {__version__} by its"
        " export; edit them, not this file.\n\nSPDX-License-Identifier: MIT\n"
        "Copyright (c) 2026 the srrescgan authors"
    )
    try:
        if isinstance(generator, SRResDNet):
            from srrescgan.export.spandrel import srresdnet_architecture as special

            return single_file([special.__name__, _NODE], head), special.settings(generator)
        from srrescgan.export.spandrel import network_architecture as general

        code = single_file([network.__module__, general.__name__, _NODE], head)
    except ValueError as error:
        raise ConfigError(
            f"target=spandrel cannot put the code of {network.__name__} into one file: {error}"
        ) from error
    arguments = {key: value for key, value in config.items() if not key.startswith("_")}
    code += _INSTALL.format(name=network.__name__)
    return code, general.settings(network, arguments)


@torch.inference_mode()
def _difference(generator: nn.Module, folder: Path) -> float:
    """Largest difference of the folder's pictures from the generator's, in [0, 1] units."""
    random = torch.Generator().manual_seed(0)
    pictures = [torch.rand(1, 3, *size, generator=random) for size in _SIZES]
    inputs = [picture.numpy() for picture in pictures]
    outputs = upscale_in_subprocess(_CHECK, folder, inputs, ["srrescgan"], own_code=False)
    expected = [generator(picture).clamp(0, 1) for picture in pictures]
    return max(map(_largest_difference, outputs, expected))


def _largest_difference(picture: np.ndarray, expected: Tensor) -> float:
    if picture.shape != expected.shape or not np.isfinite(picture).all():
        return math.inf
    return float(np.abs(picture - expected.numpy()).max())
