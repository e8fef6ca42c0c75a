import numpy as np
import pytest
import torch
from skimage.color import deltaE_cie76, rgb2lab, rgb2ycbcr

from srrescgan.ops.color import lab_distance, rgb_to_y


def test_luma_of_matlab():
    image = np.random.default_rng(0).random((13, 17, 3))
    ours = rgb_to_y(torch.from_numpy(image).movedim(-1, 0)[None])
    assert np.allclose(255 * ours[0, 0].numpy(), rgb2ycbcr(image)[..., 0], rtol=0, atol=1e-12)


def test_other_channel_counts_are_refused():
    with pytest.raises(ValueError, match=r"\(1, 1, 4, 4\)"):
        rgb_to_y(torch.rand(1, 1, 4, 4))


def test_color_difference_of_scikit_image():
    first, second = np.random.default_rng(0).random((2, 11, 9, 3))
    second[:5] *= 0.02  # the straight parts of the gamma curve and of the cube root
    ours = lab_distance(*(torch.from_numpy(x).movedim(-1, 0)[None] for x in (first, second)))
    theirs = deltaE_cie76(rgb2lab(first), rgb2lab(second))
    assert ours.shape == (1, 11, 9)
    assert np.allclose(ours[0].numpy(), theirs, rtol=0, atol=1e-9)


def test_color_difference_is_that_of_float32_under_autocast_and_of_clipped_values():
    first, second = torch.rand(2, 2, 3, 4, 4)
    plain = lab_distance(first, second)
    with torch.autocast("cpu", torch.bfloat16):
        assert torch.equal(lab_distance(first, second), plain)
    assert torch.equal(lab_distance(first + 10, second), lab_distance(0 * first + 1, second))
    assert torch.equal(lab_distance(first, first), torch.zeros(2, 4, 4))


def test_color_difference_of_other_sizes_is_refused():
    with pytest.raises(ValueError, match=r"\(1, 3, 4, 4\) and \(1, 3, 4, 5\)"):
        lab_distance(torch.rand(1, 3, 4, 4), torch.rand(1, 3, 4, 5))
