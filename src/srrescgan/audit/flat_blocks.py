"""Flat blocks: places with so little content that the residual is noise."""

import torch
from torch import Tensor

from srrescgan.ops.filters import low_pass

BLOCK = 20
"""Side of a block, pixels."""
_WINDOW = 5
_CANDIDATE_SHARE = 0.1
"""Share of each picture's blocks that are candidates."""
_KEPT_SHARE = 1 / 3
"""Share of all candidates that are kept."""
_CLIPPED = 0.01
"""Share of clipped pixels above which a block is left out."""
_FLAT_ENOUGH = 2.0  # grey levels


def flattest(patches: Tensor, picture: Tensor) -> tuple[Tensor, Tensor]:
    """Select the blocks with the least content, the only places where noise can be measured.

    The flattest tenth of each picture's blocks are candidates, so that the smoothest subject does
    not represent all pictures. The flattest third of all candidates is kept, so that the noise of a
    folder full of foliage is not measured in leaves. A block is flat if it varies little after a
    blur; noise is what the blur removes (:func:`residual`). The selection must not prefer
    blocks with little noise: the variance that white noise keeps in spite of the blur is
    subtracted, and blocks that vary by less than two grey levels are equally flat and chosen from
    all pictures in turn. Blocks with more than one pixel in a hundred at black or white in some
    channel are left out, because clipping hides noise.

    Args:
        patches: RGB in [0, 1].
        picture: index of the picture that each patch is cut from.

    Returns:
        The blocks, and for each the index of its patch. Empty if everything is clipped.

    Shape:
        - patches: ``(N, 3, P, P)``, P at least 20; picture: ``(N,)``.
        - Output: ``(M, 3, 20, 20)`` and ``(M,)``.
    """
    # By position first: equally flat blocks are then taken from all patches of a picture.
    tiles = patches.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK).permute(2, 3, 0, 1, 4, 5)
    blocks = tiles.reshape(-1, *tiles.shape[3:])
    source = torch.arange(len(patches)).repeat(tiles.shape[0] * tiles.shape[1])
    content = _content(blocks)
    candidates = [_candidates(content, picture[source] == p) for p in picture.unique()]
    rank = torch.cat([torch.arange(len(each)) for each in candidates]).argsort(stable=True)
    ranked = torch.cat(candidates)[rank]  # the best of each picture, then the second of each
    kept = ranked[content[ranked].argsort(stable=True)][: max(1, round(_KEPT_SHARE * len(ranked)))]
    kept = kept[content[kept].isfinite()].sort().values
    return blocks[kept], source[kept]


def residual(blocks: Tensor) -> Tensor:
    """High-pass residual: what a 5 x 5 box blur removes, in grey levels.

    White noise keeps 24/25 of its variance; frequencies below 1/20 cycle per pixel are removed.

    Shape:
        - blocks: ``(N, C, S, S)``, values in [0, 1].
        - Output: ``(N, C, S - 4, S - 4)``, without the border that the window exceeds.
    """
    return _split(blocks)[1]


def _split(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Blurred blocks and their residual, in grey levels."""
    margin = _WINDOW // 2
    blurred = 255 * low_pass(blocks, _WINDOW, pad=False)
    return blurred, 255 * blocks[:, :, margin:-margin, margin:-margin] - blurred


def _content(blocks: Tensor) -> Tensor:
    """Variance that is not white noise, per block, grey levels squared; infinite if clipped.

    Never less than that of a flat enough block, because differences below are chance.
    """
    blurred, noise = _split(blocks)
    surviving = noise.var(dim=(2, 3)) / (_WINDOW**2 - 1)
    content = (blurred.var(dim=(2, 3)) - surviving).mean(dim=1).clamp(min=_FLAT_ENOUGH**2)
    clipped = ((blocks <= 0) | (blocks >= 1)).float().mean(dim=(2, 3)).amax(dim=1)
    return torch.where(clipped > _CLIPPED, torch.inf, content)


def _candidates(content: Tensor, selected: Tensor) -> Tensor:
    """Indices of the flattest blocks among those selected, flattest first."""
    indices = selected.nonzero()[:, 0]
    count = max(1, round(_CANDIDATE_SHARE * len(indices)))
    return indices[content[indices].argsort(stable=True)[:count]]
