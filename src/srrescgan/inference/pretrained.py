"""A generator rebuilt from a weight file alone."""

from pathlib import Path
from typing import Any

from torch import nn

from srrescgan import generators
from srrescgan.errors import WeightsError
from srrescgan.inference.weights import load_into, read_generator

_PACKAGE = "srrescgan.generators."
REFERENCE: dict[str, Any] = {"_target_": "srrescgan.generators.SRResDNet", "scale": 4}
"""What a file that does not say is taken for: the released SRResCGAN generator."""


def load_pretrained(path: str | Path, config: dict[str, Any] | None = None) -> nn.Module:
    """Build the generator a weight file belongs to and load it, in eval mode.

    Args:
        path: a Lightning checkpoint, ``.safetensors``, or a reference ``.pth``.
        config: ``_target_`` and constructor arguments, instead of what the file says.

    Raises:
        WeightsError: when the file cannot be read or belongs to another network.
    """
    weights = read_generator(path)
    generator = build_generator(config or weights.config or REFERENCE)
    load_into(generator, weights)
    return generator.eval()


def build_generator(config: dict[str, Any]) -> nn.Module:
    """Build one of this package's generators.

    The configuration may come out of a downloaded file, so it can name a class of
    :mod:`srrescgan.generators` and nothing else.

    Raises:
        WeightsError: when it names anything else, or arguments the class does not take.
    """
    arguments = {key: value for key, value in config.items() if not key.startswith("_")}
    target = str(config.get("_target_"))
    known = {_PACKAGE + name: getattr(generators, name) for name in generators.__all__}
    if target not in known:
        raise WeightsError(
            f"the weight file names {target}; expected one of {', '.join(sorted(known))}"
        )
    try:
        return known[target](**arguments)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"cannot build {target} from the weight file: {error}") from error
