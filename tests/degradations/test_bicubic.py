from fractions import Fraction

import pytest
import torch

from srrescgan.degradations import Bicubic
from srrescgan.ops.resize import imresize
from srrescgan.types import Degradation


@pytest.mark.parametrize("quantise", [False, True])
def test_is_imresize_within_the_value_range(quantise):
    hr = (torch.rand(2, 3, 8, 12).round()).repeat_interleave(4, -1).repeat_interleave(4, -2)
    # Black and white in blocks: the kernel overshoots both ends.
    degradation = Bicubic(scale=4, quantise=quantise)
    lr = degradation(hr, [0, 1])
    assert isinstance(degradation, Degradation)
    assert torch.equal(lr, imresize(hr, Fraction(1, 4), quantise).clamp(0, 1))
    if quantise:
        torch.testing.assert_close(lr * 255, (lr * 255).round(), rtol=0, atol=1e-4)
    else:
        assert imresize(hr, Fraction(1, 4)).min() < 0 == lr.min()


def test_rejects_a_scale_below_one():
    with pytest.raises(ValueError, match="scale"):
        Bicubic(scale=0)


def test_scale_one_leaves_8_bit_pictures_exactly_as_they_are():
    # Which lets one configuration corrupt lr pictures, and hr pictures with scale=1.
    levels = torch.arange(256).repeat(3).view(1, 3, 16, 16) / 255
    assert torch.equal(Bicubic(scale=1, quantise=True)(levels, [0]), levels)
    assert torch.equal(Bicubic(scale=1)(levels, [0]), levels)
