"""Places where a picture shows little content, so that what is left is noise."""

import torch
from torch import Tensor

from srrescgan.ops.filters import low_pass

BLOCK = 20
"""Side of a block, pixels."""
_WINDOW = 5
_OFFERED = 0.1
_KEPT = 1 / 3
_CLIPPED = 0.01
_FLAT_ENOUGH = 2.0  # grey levels


def flattest(patches: Tensor, picture: Tensor) -> tuple[Tensor, Tensor]:
    """The blocks with the least content: the only places where noise can be read.

    Every picture offers the flattest tenth of its blocks, lest the smoothest subject stand for
    all, and the flattest third of all offers is kept, lest the noise of a folder full of foliage
    be read from leaves. Flat is what varies little after a blur, noise is what the blur removes
    (:func:`residual`), so that choosing flat blocks does not choose quiet ones: the variance that
    white noise keeps in spite of the blur is subtracted, and blocks that vary by less than two
    grey levels are alike, of which each picture gives as many. Blocks with more than one pixel in
    a hundred at black or white in some channel are left out: clipping hides noise.

    Args:
        patches: RGB in [0, 1].
        picture: which picture each patch is from, counted from 0.

    Returns:
        Blocks and, for each, the index of its patch. Empty where everything is clipped.

    Shape:
        - patches: ``(N, 3, P, P)``, P at least 20; picture: ``(N,)``.
        - Output: ``(M, 3, 20, 20)`` and ``(M,)``.
    """
    # By place first: blocks that are alike are then taken from all patches of a picture.
    tiles = patches.unfold(2, BLOCK, BLOCK).unfold(3, BLOCK, BLOCK).permute(2, 3, 0, 1, 4, 5)
    blocks = tiles.reshape(-1, *tiles.shape[3:])
    source = torch.arange(len(patches)).repeat(tiles.shape[0] * tiles.shape[1])
    content = _content(blocks)
    offers = [_offer(content, picture[source] == p) for p in picture.unique()]
    rank = torch.cat([torch.arange(len(offer)) for offer in offers]).argsort(stable=True)
    offered = torch.cat(offers)[rank]  # the best offer of each picture, then the second of each
    kept = offered[content[offered].argsort(stable=True)][: max(1, round(_KEPT * len(offered)))]
    kept = kept[content[kept].isfinite()].sort().values
    return blocks[kept], source[kept]


def residual(blocks: Tensor) -> Tensor:
    """What a blur by 5 x 5 pixels removes, in grey levels.

    White noise keeps 24/25 of its variance; below a twentieth of a cycle per pixel little is left.

    Shape:
        - blocks: ``(N, C, S, S)``, values in [0, 1].
        - Output: ``(N, C, S - 4, S - 4)``, without the border, where the window leaves the block.
    """
    return _split(blocks)[1]


def _split(blocks: Tensor) -> tuple[Tensor, Tensor]:
    """Blurred image and the rest, in grey levels."""
    margin = _WINDOW // 2
    blurred = 255 * low_pass(blocks, _WINDOW, pad=False)
    return blurred, 255 * blocks[:, :, margin:-margin, margin:-margin] - blurred


def _content(blocks: Tensor) -> Tensor:
    """Variance that is not white noise, per block, grey levels squared; infinite where clipped.

    At least that of a block which is flat enough: below, chance would choose.
    """
    blurred, noise = _split(blocks)
    surviving = noise.var(dim=(2, 3)) / (_WINDOW**2 - 1)
    content = (blurred.var(dim=(2, 3)) - surviving).mean(dim=1).clamp(min=_FLAT_ENOUGH**2)
    clipped = ((blocks <= 0) | (blocks >= 1)).float().mean(dim=(2, 3)).amax(dim=1)
    return torch.where(clipped > _CLIPPED, torch.inf, content)


def _offer(content: Tensor, own: Tensor) -> Tensor:
    indices = own.nonzero()[:, 0]
    count = max(1, round(_OFFERED * len(indices)))
    return indices[content[indices].argsort(stable=True)[:count]]
