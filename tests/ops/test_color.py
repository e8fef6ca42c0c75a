import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr

from srrescgan.ops.color import rgb_to_y


def test_luma_of_matlab():
    image = np.random.default_rng(0).random((13, 17, 3))
    ours = rgb_to_y(torch.from_numpy(image).movedim(-1, 0)[None])
    assert np.allclose(255 * ours[0, 0].numpy(), rgb2ycbcr(image)[..., 0], rtol=0, atol=1e-12)


def test_other_channel_counts_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 1, 4, 4\)"):
        rgb_to_y(torch.rand(1, 1, 4, 4))
