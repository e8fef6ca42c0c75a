"""How far a network looks, measured by the gradient of its input."""

import copy

import torch
from torch import nn


def reach(generator: nn.Module, halo: int, seed: int = 0, offset: int = 0) -> int:
    """Lr pixels around one pixel that its output depends on, up to ``halo + 3``.

    Args:
        generator: the network, with an attribute ``scale``.
        halo: the expected result, which decides the size of the image.
        seed: of the image; a ReLU may hide a dependence in one image.
        offset: of the pixel from the center, in both directions, so that its position modulo a
            pixel-unshuffle factor can be chosen.
    """
    torch.manual_seed(seed)
    generator = copy.deepcopy(generator).double()  # the gradient through many layers is tiny
    center = halo + 4
    side = 2 * center + 1 + offset
    center += offset
    # Close to grey: an output that is clipped has no gradient.
    lr = (0.5 + 0.1 * torch.randn(1, 3, side, side).double()).clamp(0, 1).requires_grad_()
    scale = generator.scale
    block = slice(scale * center, scale * (center + 1))
    (gradient,) = torch.autograd.grad(generator(lr)[..., block, block].sum(), lr)
    return max((gradient[0].abs().sum(0).nonzero() - center).abs().max().item(), 0)
