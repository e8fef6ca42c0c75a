import json

import numpy as np
import pytest
import torch
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio

from srrescgan.errors import DataError
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
def test_scikit_image(channel):
    rng = np.random.default_rng(3)
    a, b = rng.integers(0, 256, (2, 20, 24, 3), dtype=np.uint8)
    value = PSNR(Protocol(channel=channel, border=3))(tensor(a), tensor(b))
    a, b = a[3:-3, 3:-3], b[3:-3, 3:-3]
    if channel == "y":
        a, b = rgb2ycbcr(a)[..., 0], rgb2ycbcr(b)[..., 0]
    assert value.item() == pytest.approx(peak_signal_noise_ratio(a, b, data_range=255), abs=1e-10)


def test_one_value_per_image_whatever_the_batch():
    metric = PSNR(Protocol())
    sr, hr = torch.rand(2, 3, 3, 16, 16)
    together = metric(sr, hr)
    alone = torch.cat([metric(sr[i : i + 1], hr[i : i + 1]) for i in range(3)])
    assert together.shape == (3,)
    assert together.dtype == torch.float64
    assert torch.equal(together, alone)
    assert len(set(together.tolist())) == 3


def test_identical_images_score_infinity():
    hr = torch.rand(1, 3, 8, 8)
    assert PSNR(Protocol())(hr, hr).item() == torch.inf


def test_shapes_must_agree():
    with pytest.raises(DataError, match="different shapes"):
        PSNR(Protocol())(torch.rand(1, 3, 8, 8), torch.rand(1, 3, 8, 9))


def test_says_what_it_is():
    metric = PSNR(Protocol("y", 4))
    assert (metric.name, metric.higher_is_better) == ("psnr", True)
    assert metric.protocol.label == "y, border 4, 8-bit rounded"
