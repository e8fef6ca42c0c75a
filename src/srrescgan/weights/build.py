"""Builds a generator from a weight file alone."""

from pathlib import Path
from typing import Any, cast

from torch import nn

from srrescgan import generators
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.generators.promises import check_scale, is_degradation
from srrescgan.types import SRGenerator
from srrescgan.weights.files import GeneratorWeights, load_into, read_generator
from srrescgan.weights.recognize import PACKAGE, recognize


def load_with_config(
    path: str | Path, config: dict[str, Any] | None = None
) -> tuple[nn.Module, dict[str, Any]]:
    """Load a generator as :func:`load_generator`, and say how to build it.

    Returns:
        The generator, and its ``_target_`` and constructor arguments.
    """
    return _built(read_generator(path), config)


def load_generator(path: str | Path, config: dict[str, Any] | None = None) -> nn.Module:
    """Build the generator that a weight file belongs to, and load it, in eval mode.

    Args:
        path: a Lightning checkpoint, ``.safetensors`` or ``.pth``, of this project or another.
        config: ``_target_`` and constructor arguments, instead of those in the file. A file
            without them is recognized by its keys and shapes.

    Raises:
        WeightsError: the file cannot be read, its network is not known, or it belongs to another
            network than ``config`` says.
    """
    return load_with_config(path, config)[0]


def load_pretrained(path: str | Path, config: dict[str, Any] | None = None) -> nn.Module:
    """Load a super-resolution generator; arguments and errors as :func:`load_generator`.

    Raises:
        WeightsError: also if the file holds a degradation.
    """
    weights = read_generator(path)
    generator, _ = _built(weights, config)
    if weights.is_degradation or is_degradation(generator):
        raise WeightsError(
            f"{path} holds a degradation ({type(generator).__name__}), which does not enlarge"
            f" pictures. Use it with: python -m srrescgan.degrade degradation=dsgan weights={path}"
        )
    return generator


def load_domain_generator(path: str | Path | None) -> nn.Module:
    """Load the generator of a learned degradation; errors as :func:`load_generator`.

    Args:
        path: a Lightning checkpoint of a degradation, ``.safetensors``, or the released ``.pth``.

    Raises:
        ConfigError: no ``path`` was given.
        WeightsError: also if the file holds a super-resolution generator.
    """
    if path is None:
        raise ConfigError(
            "a learned degradation needs its weights: degradation_weights=FILE (weights=FILE for"
            " srrescgan.degrade), a checkpoint of an experiment such as dsgan_ntire20_track1"
        )
    weights = read_generator(path)
    generator, _ = _built(weights, None)
    if cast(SRGenerator, generator).scale != 1 or weights.is_degradation is False:
        raise WeightsError(
            f"{path} holds a super-resolution network ({type(generator).__name__}); expected the"
            " generator of a degradation, such as experiment=dsgan_ntire20_track1 trains"
        )
    return generator


def _built(
    weights: GeneratorWeights, config: dict[str, Any] | None
) -> tuple[nn.Module, dict[str, Any]]:
    """The generator of a file in eval mode, and the configuration it was built from."""
    config = config or weights.config or recognize(weights)
    generator = build_generator(config)
    load_into(generator, weights)
    return generator.eval(), config


def build_generator(config: dict[str, Any]) -> nn.Module:
    """Build one of this package's generators.

    The configuration may come from a downloaded file, so only classes of
    :mod:`srrescgan.generators` are accepted.

    Raises:
        WeightsError: it names anything else, or arguments that the class does not take.
    """
    arguments = {key: value for key, value in config.items() if not key.startswith("_")}
    target = str(config.get("_target_"))
    known = {PACKAGE + name: getattr(generators, name) for name in generators.__all__}
    if target not in known:
        raise WeightsError(
            f"the weight file names {target}; expected one of {', '.join(sorted(known))}. Install"
            " the version of srrescgan that defines it"
        )
    try:
        generator = known[target](**arguments)
    except (TypeError, ValueError) as error:
        raise WeightsError(f"cannot build {target} from the weight file: {error}") from error
    check_scale(generator)
    return generator


def refuse_unused_scale(scale_given: bool, config: dict[str, Any] | None) -> None:
    """Refuse ``scale=`` without ``generator=``, which alone uses it: weights have their own scale.

    Args:
        scale_given: whether the command line sets ``scale``.
        config: ``generator=`` of the command line, if it is given.

    Raises:
        ConfigError: ``scale=`` would have no effect.
    """
    if scale_given and not config:
        raise ConfigError(
            "scale= applies to generator= only, which is not given; the weights have their own"
            " scale: leave scale= out"
        )
