import dataclasses

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr

from srrescgan.errors import DataError
from srrescgan.metrics import Protocol


def levels(image):
    return (255 * image).round().flatten().tolist()


def test_quantisation():
    image = torch.tensor([-0.2, 0.4, 0.6, 1.4, 2.6, 254.4, 254.6, 300.0]).view(1, 1, 2, 4) / 255
    assert levels(Protocol().prepare(image)) == [0, 0, 1, 1, 3, 254, 255, 255]
    truncated = Protocol(rounding="truncate").prepare(image)
    assert levels(truncated) == [0, 0, 0, 1, 2, 254, 254, 255]
    kept = Protocol(rounding="none").prepare(image)
    assert torch.equal(kept, image.double().clamp(0, 1))
    assert kept.dtype == torch.float64


@pytest.mark.parametrize("rounding", ["round", "truncate", "none"])
def test_files_of_8_bit_pass_unchanged(rounding):
    image = (torch.arange(256, dtype=torch.uint8).float() / 255).view(1, 1, 16, 16)
    prepared = Protocol(rounding=rounding).prepare(image)
    assert torch.allclose(255 * prepared.flatten(), torch.arange(256).double(), rtol=0, atol=1e-4)


def test_luma_is_taken_after_quantisation_and_the_border_last():
    image = torch.rand(2, 3, 12, 14)
    prepared = Protocol(channel="y", border=4).prepare(image)
    eight_bit = np.round(255 * image.double().numpy()) / 255
    expected = rgb2ycbcr(eight_bit, channel_axis=1)[:, :1, 4:-4, 4:-4] / 255
    assert prepared.shape == (2, 1, 4, 6)
    assert np.allclose(prepared.numpy(), expected, rtol=0, atol=1e-12)


def test_label_names_every_choice():
    assert Protocol().label == "rgb, border 0, 8-bit rounded, SSIM Gaussian 11x11"
    assert Protocol("y", 4, "truncate", "uniform", "float").label == (
        "y, border 4, 8-bit truncated, SSIM uniform 7x7, networks not quantised"
    )
    bare = Protocol(rounding="none")
    assert bare.label == "rgb, border 0, not quantised, SSIM Gaussian 11x11"


def test_networks_see_rgb_and_floats_on_demand():
    assert Protocol("y", 4, "truncate").for_networks() == Protocol("rgb", 4, "truncate")
    floats = Protocol("y", 4, "truncate", network_input="float").for_networks()
    assert (floats.channel, floats.border, floats.rounding) == ("rgb", 4, "none")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("channel", "ycbcr"),
        ("border", -1),
        ("border", 2.5),
        ("rounding", "floor"),
        ("ssim_window", "box"),
        ("network_input", "uint8"),
    ],
)
def test_invalid_choices(field, value):
    with pytest.raises(ValueError, match=field):
        Protocol(**{field: value})


def test_protocol_cannot_change_under_its_numbers():
    with pytest.raises(dataclasses.FrozenInstanceError):
        Protocol().border = 4


def test_border_as_large_as_the_image():
    with pytest.raises(DataError, match="8x20"):
        Protocol(border=4).prepare(torch.rand(1, 3, 8, 20))
