import json

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio
from torchmetrics.functional.image import peak_signal_noise_ratio as torchmetrics_psnr

from srrescgan.metrics import PSNR, Protocol


def tensor(image):
    return torch.from_numpy(image).movedim(-1, 0)[None].float() / 255


@pytest.mark.reference
@pytest.mark.parametrize("border", [0, 4])
def test_reference_code(shared, border):
    arrays = np.load(shared / "goldens" / "misc_io_dsgan.npz")
    golden = json.loads((shared / "goldens" / "io_train_scalars.json").read_text())["metrics"]
    metric = PSNR(Protocol(border=border))
    value = metric(tensor(arrays["met_a"]), tensor(arrays["met_b"]))
    assert value.item() == pytest.approx(golden[f"psnr_b{border}"], abs=1e-10)


@pytest.mark.parametrize("channel", ["rgb", "y"])
def test_scikit_image_and_torchmetrics(channel):
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 256, (2, 20, 24, 3), dtype=np.uint8)
    value = PSNR(Protocol(channel=channel, border=3))(tensor(a), tensor(b)).item()
    a, b = a[3:-3, 3:-3], b[3:-3, 3:-3]
    if channel == "y":
        a, b = rgb2ycbcr(a)[..., 0], rgb2ycbcr(b)[..., 0]
    assert value == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-10)
    pair = torch.from_numpy(np.stack([a, b])).double()
    theirs = torchmetrics_psnr(*pair, data_range=255.0)
    # It takes the logarithm of the range in float32.
    assert value == pytest.approx(theirs.item(), rel=1e-6)


def test_identical_images_score_infinity():
    hr = torch.rand(1, 3, 8, 8)
    assert PSNR(Protocol())(hr, hr).item() == torch.inf
