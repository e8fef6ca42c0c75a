from fractions import Fraction

import numpy as np
import pytest
import torch
from skimage.color import deltaE_cie76, rgb2lab

from srrescgan.errors import ConfigError, DataError
from srrescgan.metrics import ColorDrift, Protocol
from srrescgan.ops.resize import imresize


def plain(*rgb, size=8):
    return (torch.tensor(rgb) / 255).view(1, 3, 1, 1).expand(1, 3, size, size)


def test_values_written_by_hand():
    metric = ColorDrift(Protocol())
    # Grey 119 and grey 120 of sRGB: L* 50.03 and 50.43 by hand (Y 0.1845 and 0.1878).
    assert metric(plain(119, 119, 119, size=32), plain(120, 120, 120)).item() == pytest.approx(
        0.40, abs=0.01
    )
    # Red and green in Lab (D65): (53.24, 80.09, 67.20) and (87.73, -86.18, 83.18).
    distance = np.linalg.norm(np.subtract((53.24, 80.09, 67.20), (87.73, -86.18, 83.18)))
    red, green = plain(255, 0, 0, size=32), plain(0, 255, 0)
    assert metric(red, green).item() == pytest.approx(distance, abs=0.02)


def test_equals_scikit_image_on_the_downscaled_picture():
    sr, lr = torch.rand(1, 3, 36, 48), torch.rand(1, 3, 9, 12)
    sr = torch.nn.functional.avg_pool2d(sr, 3, stride=1, padding=1)
    eight_bit = [(255 * image.double()).round() / 255 for image in (sr, lr)]
    small = imresize(eight_bit[0], Fraction(1, 4)).clamp(0, 1)
    labs = [rgb2lab(image[0].movedim(0, -1).numpy()) for image in (small, eight_bit[1])]
    value = ColorDrift(Protocol())(sr, lr).item()
    # The two libraries write the matrix of sRGB with another number of digits.
    assert value == pytest.approx(deltaE_cie76(*labs).mean(), abs=5e-3)


def test_downscaled_picture_itself_has_none_and_channel_and_border_do_not_matter():
    sr = torch.rand(1, 3, 32, 32)
    lr = imresize(sr.double(), Fraction(1, 4)).clamp(0, 1)
    bare = Protocol(rounding="none")
    assert ColorDrift(bare)(sr, lr).item() == pytest.approx(0, abs=1e-4)
    other = torch.rand(1, 3, 8, 8)
    luma = ColorDrift(Protocol("y", border=4))
    assert luma(sr, other).item() == ColorDrift(Protocol())(sr, other).item()


def test_areas_average_noise_and_keep_a_shift():
    clean = torch.full((1, 3, 128, 128), 0.5)
    noisy = 0.5 + 8 / 255 * torch.randn(1, 3, 32, 32)
    pixels, areas = ColorDrift(Protocol()), ColorDrift(Protocol(), area=16)
    assert pixels(clean, noisy).item() > 3
    assert areas(clean, noisy).item() < pixels(clean, noisy).item() / 5
    shifted = clean + torch.tensor([0.05, 0, 0]).view(3, 1, 1)
    even = torch.full((1, 3, 32, 32), 0.5)
    assert areas(shifted, even).item() == pytest.approx(pixels(shifted, even).item(), rel=1e-9)
    assert areas(shifted, even).item() > 3
    assert "16x16" in areas.description


@pytest.mark.parametrize("lr", [(8, 9), (7, 8), (40, 40)])
def test_sizes_that_are_no_multiple(lr):
    with pytest.raises(DataError, match="sr of 32x32 is not a whole number of times"):
        ColorDrift(Protocol())(torch.rand(1, 3, 32, 32), torch.rand(1, 3, *lr))


def test_areas_that_do_not_fit():
    with pytest.raises(DataError, match=r"16x16 pixels .* it is 8x8"):
        ColorDrift(Protocol(), area=16)(torch.rand(1, 3, 32, 32), torch.rand(1, 3, 8, 8))
    for area in (0, 1.5):
        with pytest.raises(ConfigError, match="area"):
            ColorDrift(Protocol(), area=area)
