import json

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr
from skimage.metrics import structural_similarity
from torchmetrics.functional.image import structural_similarity_index_measure

from srrescgan.errors import DataError
from srrescgan.metrics import SSIM, Protocol


def tensor(image):
    return torch.from_numpy(image).movedim(-1, 0)[None].float() / 255


def noisy_pair(height, width):
    rng = np.random.default_rng(4)
    clean = rng.integers(0, 256, (height, width, 3))
    noisy = (clean + rng.normal(0, 25, clean.shape)).clip(0, 255)
    return noisy.astype(np.uint8), clean.astype(np.uint8)


@pytest.mark.reference
@pytest.mark.parametrize("border", [0, 4])
def test_reference_code(shared, border):
    arrays = np.load(shared / "goldens" / "misc_io_dsgan.npz")
    golden = json.loads((shared / "goldens" / "io_train_scalars.json").read_text())["metrics"]
    metric = SSIM(Protocol(border=border))
    value = metric(tensor(arrays["met_a"]), tensor(arrays["met_b"]))
    assert value.item() == pytest.approx(golden[f"ssim_b{border}"], abs=1e-12)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_the_uniform_window_is_scikit_images_default(channel):
    a, b = noisy_pair(24, 31)
    protocol = Protocol(channel=channel, border=2, ssim_window="uniform")
    value = SSIM(protocol)(tensor(a), tensor(b)).item()
    a, b = a[2:-2, 2:-2], b[2:-2, 2:-2]
    if channel == "y":
        a, b = rgb2ycbcr(a)[..., :1], rgb2ycbcr(b)[..., :1]
    expected = structural_similarity(a, b, data_range=255, channel_axis=-1)
    assert value == pytest.approx(expected, abs=1e-12)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_scikit_image(channel):
    a, b = noisy_pair(24, 31)
    value = SSIM(Protocol(channel=channel, border=2))(tensor(a), tensor(b))
    a, b = a[2:-2, 2:-2], b[2:-2, 2:-2]
    if channel == "y":
        a, b = rgb2ycbcr(a)[..., :1], rgb2ycbcr(b)[..., :1]
    # Without full=True scikit-image crops the same 5 pixels before its mean.
    expected = structural_similarity(
        a,
        b,
        gaussian_weights=True,
        sigma=1.5,
        use_sample_covariance=False,
        data_range=255,
        channel_axis=-1,
    )
    assert value.item() == pytest.approx(expected, abs=1e-12)


def test_torchmetrics_inside_its_padding():
    a, b = (tensor(image).double() for image in noisy_pair(23, 30))
    _, full = structural_similarity_index_measure(
        a, b, data_range=1.0, sigma=1.5, kernel_size=11, return_full_image=True
    )
    expected = full[..., 5:-5, 5:-5].mean()
    value = SSIM(Protocol(rounding="none"))(a, b)
    assert value.item() == pytest.approx(expected.item(), abs=1e-12)


@pytest.mark.parametrize(("window", "side"), [("gaussian", 11), ("uniform", 7)])
def test_smallest_image_and_identical_ones(window, side):
    metric = SSIM(Protocol(border=2, ssim_window=window))
    fits, small = torch.rand(1, 3, side + 4, side + 4), torch.rand(1, 3, side + 3, 20)
    assert metric(fits, fits).item() == pytest.approx(1, abs=1e-12)
    with pytest.raises(
        DataError, match=f"{side}x{side} pixels inside .* 2, there are {side - 1}x16"
    ):
        metric(small, small)
