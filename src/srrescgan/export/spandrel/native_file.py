"""Export of networks that spandrel knows already: one plain file, without code of ours."""

import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.subprocess_check import upscale_in_subprocess
from srrescgan.generators.promises import check_scale
from srrescgan.weights.files import write_safetensors

SUFFIXES = (".safetensors", ".pth")
WRAPPER = "params"
"""Key around the tensors of a ``.pth`` file, as Real-ESRGAN's own files and its converters have."""
TOLERANCE = 1e-4
"""Of values in [0, 1]: another order of summation, after hundreds of layers."""
_SIZES = ((20, 24), (12, 64))
"""Multiples of 4: to others, spandrel pads what it gives to networks with pixel-unshuffle."""
_CHECK = """\
import spandrel, torch
model = spandrel.ModelLoader().load_from_file(folder)
def upscale(lr):
    return model(torch.from_numpy(lr)).numpy()
"""


def native_descriptor(generator: nn.Module) -> Any:
    """What spandrel itself loads from the tensors of a network; ``None``: it does not know it.

    It knows the network if it recognizes the tensors, builds a network of the same scale, and this
    computes the same pictures. Some of its architectures recognize any convolutions with a certain
    name, so the tensors alone do not tell.
    """
    from spandrel import ImageModelDescriptor, ModelLoader

    try:
        model = ModelLoader().load_from_state_dict(dict(generator.state_dict()))
    except Exception:  # every architecture raises its own errors for the tensors of others
        return None
    own = type(model.architecture).__module__.startswith("spandrel.")
    if not own or not isinstance(model, ImageModelDescriptor):
        return None
    if model.scale != check_scale(generator) or not _agree(model, generator):
        return None
    return model


def write_native_file(
    generator: nn.Module, model: Any, config: Mapping[str, Any], output: Path
) -> str:
    """Write the tensors so that spandrel loads them, and compare its pictures with the generator's.

    Args:
        generator: in eval mode, on the CPU.
        model: its :func:`native_descriptor`.
        config: its ``_target_`` and constructor arguments, for the header of ``.safetensors``.
        output: the file; an existing one is replaced.

    Returns:
        Message for the user.

    Raises:
        ConfigError: ``output`` is not the name of a ``.safetensors`` or ``.pth`` file.
        WeightsError: spandrel's pictures differ; an existing file is kept.
    """
    name = model.architecture.name
    if output.suffix not in SUFFIXES or output.is_dir():
        raise ConfigError(
            f"output={output}: spandrel knows {type(generator).__name__} (as {name}), so"
            " target=spandrel writes one file for it: give a name that ends in .safetensors or .pth"
        )
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=output.parent, prefix=".") as folder:
        temporary = Path(folder, output.name)  # spandrel decides by the suffix how to read it
        _write(generator.state_dict(), dict(config), temporary)
        difference = _difference(generator, temporary)
        if not difference <= TOLERANCE:  # NaN fails too
            raise WeightsError(
                f"{output} was not written: through spandrel, pictures differ from PyTorch's by"
                f" {255 * difference:.2f} levels of 255, expected {255 * TOLERANCE:.3f} at most."
                " Please report it, with your versions of torch and spandrel"
            )
        os.replace(temporary, output)
    multiple = model.size_requirements.multiple_of
    borders = (
        f". Of pictures whose sides are no multiples of {multiple}, spandrel computes the right and"
        " the bottom border otherwise"
    )
    return (
        f"{output}: spandrel's own {name}, for ComfyUI (models/upscale_models), chaiNNer and other"
        f" programs; verified in a new Python process, differs by at most {255 * difference:.4f}"
        " levels" + borders * (multiple > 1)
    )


def _write(state: dict[str, Tensor], config: dict[str, Any], path: Path) -> None:
    if path.suffix == ".safetensors":
        write_safetensors(state, config, path)
        return
    tensors = {key: value.detach().cpu().clone() for key, value in state.items()}
    with path.open("wb") as file:  # given a path, torch raises no OSError
        torch.save({WRAPPER: tensors}, file)


@torch.inference_mode()
def _agree(model: Any, generator: nn.Module) -> bool:
    try:
        return all(_distance(model(lr), generator(lr)) <= TOLERANCE for lr in _probes()[:1])
    except RuntimeError:  # it does not take this size
        return False


@torch.inference_mode()
def _difference(generator: nn.Module, path: Path) -> float:
    """Largest difference of the file's pictures from the generator's, in [0, 1] units."""
    probes = _probes()
    inputs = [lr.numpy() for lr in probes]
    outputs = upscale_in_subprocess(_CHECK, path, inputs, ["srrescgan"], own_code=False)
    return max(
        _distance(torch.from_numpy(output), generator(lr))
        for output, lr in zip(outputs, probes, strict=True)
    )


def _probes() -> list[Tensor]:
    random = torch.Generator().manual_seed(0)
    return [torch.rand(1, 3, *size, generator=random) for size in _SIZES]


def _distance(found: Tensor, expected: Tensor) -> float:
    if found.shape != expected.shape:
        return float("inf")
    return float((found - expected.clamp(0, 1)).abs().max())
