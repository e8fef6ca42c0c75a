"""Rotations and reflections of an image, for the self-ensemble.

SRResCGAN+ averages the outputs of the network over the eight transforms of its input
(Umer, Foresti, Micheloni, CVPRW 2020; first in Timofte, Rothe, Van Gool, CVPR 2016).
"""

import torch
from torch import Tensor

from srrescgan.types import Edges

TRANSFORM_COUNT = 8
"""Number of transforms."""

# The two quarter turns are inverse to each other; every other transform is its own inverse.
_INVERSE = (0, 1, 2, 5, 4, 3, 6, 7)


def transform(image: Tensor, index: int) -> Tensor:
    """Rotate or mirror an image.

    Args:
        image: any values.
        index: 0 identity, 1 transpose, 2 flip up-down, 3 quarter turn clockwise, 4 flip left-right,
            5 quarter turn counter-clockwise, 6 half turn, 7 transpose along the other diagonal.

    Raises:
        ValueError: ``index`` is not in 0 to 7.

    Shape:
        - image: ``(..., H, W)``.
        - Output: ``(..., H, W)``, or ``(..., W, H)`` for an odd index.

    Example:
        >>> transform(torch.tensor([[1, 2, 3], [4, 5, 6]]), 3)
        tensor([[4, 1],
                [5, 2],
                [6, 3]])
    """
    match index:
        case 0:
            return image
        case 1:
            return image.transpose(-2, -1)
        case 2:
            return image.flip(-2)
        case 3:
            return image.rot90(-1, (-2, -1))
        case 4:
            return image.flip(-1)
        case 5:
            return image.rot90(1, (-2, -1))
        case 6:
            return image.flip(-2, -1)
        case 7:
            return image.flip(-2, -1).transpose(-2, -1)
    raise ValueError(f"the transform's index must be 0 to {TRANSFORM_COUNT - 1}, got {index}")


def untransform(image: Tensor, index: int) -> Tensor:
    """Undo :func:`transform` of the same index.

    Example:
        >>> image = torch.rand(1, 3, 4, 5)
        >>> all(untransform(transform(image, i), i).equal(image) for i in range(TRANSFORM_COUNT))
        True
    """
    if not 0 <= index < TRANSFORM_COUNT:
        raise ValueError(f"the transform's index must be 0 to {TRANSFORM_COUNT - 1}, got {index}")
    return transform(image, _INVERSE[index])


def transform_edges(edges: Edges, index: int) -> Edges:
    """Return the edges of a tile after :func:`transform` with the same index.

    Example:
        >>> transform_edges(Edges(top=True, bottom=False, left=False, right=False), 3)  # clockwise
        Edges(top=False, bottom=False, left=False, right=True)
    """
    sides = torch.tensor([[0, edges.top, 0], [edges.left, 0, edges.right], [0, edges.bottom, 0]])
    after = transform(sides, index).bool().tolist()
    return Edges(after[0][1], after[2][1], after[1][0], after[1][2])
