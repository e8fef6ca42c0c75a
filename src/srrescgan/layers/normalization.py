"""Normalization layers by name."""

from torch import nn

from srrescgan.layers.batchnorm import GlobalBatchNorm2d

NORMALIZATIONS = ("batch", "instance", "none")


def normalization(name: str, features: int) -> nn.Module:
    """Build the normalization layer for feature maps ``(B, features, H, W)``.

    Args:
        name: ``batch``; ``instance``, with a learned scale and shift; or ``none``.
        features: channels.

    Raises:
        ValueError: ``name`` is unknown.
    """
    if name == "batch":
        return GlobalBatchNorm2d(features)
    if name == "instance":
        return nn.InstanceNorm2d(features, affine=True)
    if name == "none":
        return nn.Identity()
    raise ValueError(f"norm={name!r} is unknown; choose from {', '.join(NORMALIZATIONS)}")
