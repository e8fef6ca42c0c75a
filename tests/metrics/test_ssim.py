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


def test_one_value_per_image_whatever_the_batch():
    metric = SSIM(Protocol())
    sr, hr = torch.rand(2, 3, 3, 16, 18)
    together = metric(sr, hr)
    alone = torch.cat([metric(sr[i : i + 1], hr[i : i + 1]) for i in range(3)])
    assert together.shape == (3,)
    assert together.dtype == torch.float64
    assert torch.equal(together, alone)
    assert len(set(together.tolist())) == 3


def test_identical_images_score_one():
    hr = torch.rand(1, 3, 11, 11)
    assert SSIM(Protocol())(hr, hr).item() == pytest.approx(1, abs=1e-12)


def test_image_smaller_than_the_window():
    with pytest.raises(DataError, match="10x16"):
        SSIM(Protocol(border=2))(torch.rand(1, 3, 14, 20), torch.rand(1, 3, 14, 20))
