"""Networks that each export target supports, and reasons to refuse the others."""

from torch import nn

from srrescgan.errors import ConfigError
from srrescgan.generators import SRResDNet
from srrescgan.generators.promises import is_degradation


def require_upscaling(generator: nn.Module, target: str) -> None:
    """Refuse the generator of a degradation for a target that is about upscaling.

    Raises:
        ConfigError: it is one.
    """
    if is_degradation(generator):
        raise ConfigError(
            f"target={target} is for networks that upscale, and these weights are a degradation"
            f" ({type(generator).__name__}): use target=onnx, safetensors or pth"
        )


def require_srresdnet(generator: nn.Module, target: str, reason: str) -> SRResDNet:
    """Return the generator if it is an SRResDNet.

    Args:
        generator: to be exported.
        target: name of the target.
        reason: a clause that says what the target knows about SRResDNet.

    Raises:
        ConfigError: it is another network.
    """
    require_upscaling(generator, target)
    if not isinstance(generator, SRResDNet):
        raise ConfigError(
            f"target={target} is for SRResDNet only ({reason}), and these weights are of"
            f" {type(generator).__name__}: use target=onnx"
        )
    return generator
