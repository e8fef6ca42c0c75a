"""What the files of conf/protocol say, against code that is not ours."""

from pathlib import Path

import lpips
import numpy as np
import pytest
import torch
import yaml
from skimage.color import rgb2ycbcr
from skimage.metrics import peak_signal_noise_ratio, structural_similarity

from srrescgan.metrics import LPIPS, PSNR, SSIM, Protocol

CONF = Path(__file__).resolve().parents[2] / "conf/protocol"
PROTOCOLS = {
    name: Protocol(**{key: value for key, value in node.items() if key != "_target_"})
    for path in sorted(CONF.glob("*.yaml"))
    for name, node in yaml.safe_load(path.read_text()).items()
}
SSIM_OF_WANG = {"gaussian_weights": True, "sigma": 1.5, "use_sample_covariance": False}


def eight_bit(image):
    return np.round(image).astype(np.uint8)


def luma(image):
    return rgb2ycbcr(eight_bit(image))[..., :1]


def luma_inside(image):
    return luma(image)[4:-4, 4:-4]


# How each protocol makes levels of an image in 0..255, and which SSIM and LPIPS it takes.
INDEPENDENT = {
    "rgb8": (eight_bit, SSIM_OF_WANG, eight_bit),
    "paper": (lambda image: image.astype(np.uint8), SSIM_OF_WANG, lambda image: image),
    "ntire20": (eight_bit, {}, eight_bit),
    "y_border4": (luma_inside, SSIM_OF_WANG, lambda image: eight_bit(image)[4:-4, 4:-4]),
    "realsr": (luma, SSIM_OF_WANG, eight_bit),
}


@pytest.fixture(scope="module")
def pair():
    rng = np.random.default_rng(6)
    hr = rng.integers(0, 256, (44, 52, 3)).astype(np.float32)
    sr = (hr + rng.normal(0, 20, hr.shape)).clip(0, 255).astype(np.float32)
    return sr, hr


def tensors(pair):
    return [torch.from_numpy(image).movedim(-1, 0)[None] / 255 for image in pair]


def test_all_are_known_here_and_named_as_their_files():
    assert PROTOCOLS.keys() == INDEPENDENT.keys() == {path.stem for path in CONF.glob("*.yaml")}


@pytest.mark.parametrize("name", INDEPENDENT)
def test_scikit_image(name, pair):
    levels, options, _ = INDEPENDENT[name]
    theirs = [levels(image) for image in pair]
    psnr = PSNR(PROTOCOLS[name])(*tensors(pair)).item()
    assert psnr == pytest.approx(peak_signal_noise_ratio(*theirs, data_range=255), abs=1e-6)
    ssim = SSIM(PROTOCOLS[name])(*tensors(pair)).item()
    expected = structural_similarity(*theirs, data_range=255, channel_axis=-1, **options)
    assert ssim == pytest.approx(expected, abs=1e-6)


@pytest.mark.reference
@pytest.mark.parametrize("name", INDEPENDENT)
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_lpips_package(name, pair, shared, monkeypatch):
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(shared / "backbones"))
    package = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False).eval()
    weights = torch.load(shared / "backbones/alexnet_features.pth", weights_only=True)
    with torch.no_grad():
        for parameter, value in zip(package.net.parameters(), weights.values(), strict=True):
            parameter.copy_(value)
        theirs = [INDEPENDENT[name][2](image).astype(np.float32) for image in pair]
        expected = package(*(tensor * 2 - 1 for tensor in tensors(theirs))).item()
    assert LPIPS(PROTOCOLS[name])(*tensors(pair)).item() == pytest.approx(expected, abs=1e-5)


def test_they_differ(pair):
    scores = {
        PSNR(p)(*tensors(pair)).item() + SSIM(p)(*tensors(pair)).item() for p in PROTOCOLS.values()
    }
    assert len(scores) == len(PROTOCOLS)
