import contextlib
import io
import warnings
from urllib.error import URLError

import lpips
import pytest
import torch
from torchmetrics.functional.image.lpips import _LPIPS

from srrescgan.errors import BackboneUnavailableError, ConfigError, DataError
from srrescgan.layers.backbone import features
from srrescgan.metrics import LPIPS, Protocol

FILES = {"alex": "alexnet_features.pth", "vgg": "vgg16_features.pth"}


@pytest.fixture
def backbones(shared, monkeypatch):
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(shared / "backbones"))
    return shared / "backbones"


@pytest.fixture(scope="module")
def stand_in():
    return LPIPS(Protocol(), weights="random")


def fill(network, path):
    """Put ImageNet weights, in order, into the convolutions of a randomly initialised network."""
    values = list(torch.load(path, weights_only=True).values())
    with torch.no_grad():
        for parameter, value in zip(network.net.parameters(), values, strict=True):
            parameter.copy_(value)
    return network.eval()


@pytest.mark.reference
@pytest.mark.parametrize("net", ["alex", "vgg"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_equals_the_lpips_package_and_nearly_torchmetrics(backbones, net):
    sr, hr = torch.randint(0, 256, (2, 2, 3, 64, 48)) / 255
    ours = LPIPS(Protocol(), net)(sr, hr)
    package = lpips.LPIPS(net=net, version="0.1", pnet_rand=True, verbose=False)
    with torch.no_grad():
        expected = fill(package, backbones / FILES[net])(sr, hr, normalize=True).flatten()
    assert torch.allclose(ours, expected.double(), rtol=0, atol=1e-5)
    assert expected.min() > 0.1
    if net == "alex":
        other = _LPIPS(pretrained=True, net=net, pnet_rand=True)
        with torch.no_grad():
            near = fill(other, backbones / FILES[net])(sr, hr, normalize=True).flatten()
        # Its features are divided by sqrt(sum + 1e-8) instead of sqrt(sum) + 1e-10.
        assert torch.allclose(ours, near.double(), rtol=1e-3, atol=0)


@pytest.mark.reference
def test_lpips_orders_blur_and_noise_of_a_photo(backbones):
    metric = LPIPS(Protocol())
    hr = torch.rand(1, 3, 64, 64)
    little, much = ((hr + s * torch.randn_like(hr)).clamp(0, 1) for s in (0.01, 0.2))
    assert metric(hr, hr).item() == 0
    assert metric(little, hr) < metric(much, hr)


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_squeeze_equals_the_lpips_package_on_equal_random_weights():
    # Its ImageNet weights are not on this machine: the same stand-in goes into both.
    state = features("squeezenet1_1", "random").state_dict()
    package = lpips.LPIPS(net="squeeze", version="0.1", pnet_rand=True, verbose=False)
    with torch.no_grad():
        for parameter, value in zip(package.net.parameters(), state.values(), strict=True):
            parameter.copy_(value)
        sr, hr = torch.randint(0, 256, (2, 2, 3, 64, 48)) / 255
        expected = package.eval()(sr, hr, normalize=True).flatten()
    ours = LPIPS(Protocol(), "squeeze", weights="random")(sr, hr)
    assert torch.allclose(ours, expected.double(), rtol=0, atol=1e-5)
    assert expected.min() > 0.1


def test_the_papers_protocol_shows_the_network_floats(stand_in):
    sr, hr = torch.rand(2, 1, 3, 48, 48)
    floats = LPIPS(Protocol(rounding="truncate", network_input="float"), weights="random")
    with torch.no_grad():
        expected = stand_in.network(2 * sr - 1, 2 * hr - 1).double().flatten()
    assert torch.allclose(floats(sr, hr), expected, rtol=1e-6)
    truncated = LPIPS(Protocol(rounding="truncate"), weights="random")
    assert not torch.allclose(truncated(sr, hr), expected, rtol=1e-5)


def test_border_and_rounding_apply_and_color_counts(stand_in):
    sr, hr = torch.rand(2, 1, 3, 48, 48)
    luma = LPIPS(Protocol("y", border=4), weights="random")
    assert luma.protocol == Protocol("rgb", border=4)
    eight_bit = [(255 * x).round()[..., 4:-4, 4:-4] / 255 for x in (sr, hr)]
    assert torch.allclose(luma(sr, hr), stand_in(*eight_bit), rtol=1e-5)
    assert not torch.allclose(luma(sr, hr), stand_in(sr, hr), rtol=1e-5)


def test_mixed_precision_computes_in_float32(stand_in):
    sr, hr = torch.rand(2, 1, 3, 40, 40)
    expected = stand_in(sr, hr)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(stand_in(sr, hr), expected)


@pytest.mark.parametrize(("net", "smallest"), [("alex", 31), ("vgg", 16), ("squeeze", 17)])
def test_smallest_image(net, smallest):
    metric = LPIPS(Protocol(), net, weights="random")
    fits, small = torch.rand(1, 3, smallest, 40), torch.rand(1, 3, smallest - 1, 40)
    assert torch.isfinite(metric(fits, 1 - fits)).all()
    with pytest.raises(DataError, match=f"{smallest - 1}x40"):
        metric(small, small)


def test_construction_is_silent_and_leaves_the_random_state_alone():
    before = torch.get_rng_state()
    out = io.StringIO()
    with warnings.catch_warnings(), contextlib.redirect_stdout(out):
        warnings.simplefilter("error")
        LPIPS(Protocol(), weights="random")
    assert out.getvalue() == ""
    assert torch.equal(before, torch.get_rng_state())


def test_without_weights(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise URLError("no route to host")

    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    with pytest.raises(BackboneUnavailableError, match="alexnet"):
        LPIPS(Protocol())


def test_unknown_net():
    with pytest.raises(ConfigError, match="alex, vgg, squeeze"):
        LPIPS(Protocol(), "resnet", weights="random")


def test_a_stand_in_does_not_pass_for_the_metric(stand_in):
    assert "RANDOM WEIGHTS" in stand_in.description
