import pytest
import torch
from torch import nn
from torch.nn import functional as F

from srrescgan.errors import ConfigError
from srrescgan.losses import PerceptualLoss

MEAN = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
STD = torch.tensor([0.229, 0.224, 0.225]).view(1, 3, 1, 1)


def vgg16_conv5_3(image, state):
    """Conv5_3 before its ReLU, written out from the weights: conv, ReLU, five blocks."""
    x = image
    blocks = ((0, 2), (5, 7), (10, 12, 14), (17, 19, 21), (24, 26, 28))
    for block in blocks:
        for index in block:
            weight, bias = (state[f"features.{index}.{key}"].float() for key in ("weight", "bias"))
            x = F.conv2d(x, weight, bias, padding=1)
            if index == 28:
                return x
            x = x.clamp(min=0)
        x = F.max_pool2d(x, 2)
    raise AssertionError


@pytest.mark.reference
@pytest.mark.parametrize("value_range", [1.0, 255.0])
def test_vgg16_with_imagenet_weights(shared, monkeypatch, value_range):
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(shared / "backbones"))
    loss = PerceptualLoss(2.0, "vgg16", "conv5_3", value_range=value_range)
    state = torch.load(shared / "backbones" / "vgg16_features.pth", weights_only=True)
    sr, hr = torch.rand(2, 3, 48, 40), torch.rand(2, 3, 48, 40)
    a, b = (vgg16_conv5_3((value_range * x - MEAN) / STD, state) for x in (sr, hr))
    assert (a < 0).any()  # before the ReLU
    expected = 2 * (a - b).abs().mean().item()
    assert loss(sr, hr).item() == pytest.approx(expected, rel=1e-5)


@pytest.fixture(scope="module")
def loss():
    return PerceptualLoss(weights="random")


def test_default_is_vgg19_up_to_conv5_4(loss):
    assert sum(p.numel() for p in loss.features.module.parameters()) == 20_024_384
    assert loss.features.module(torch.rand(1, 3, 32, 32)).shape == (1, 512, 2, 2)


def test_gradient_reaches_sr_only(loss):
    sr = torch.rand(1, 3, 32, 32, requires_grad=True)
    hr = torch.rand(1, 3, 32, 32, requires_grad=True)
    loss(sr, hr).backward()
    assert sr.grad.abs().sum() > 0
    assert hr.grad is None
    assert loss(hr, hr).item() == 0.0


def test_owner_gains_no_state(loss):
    owner = nn.ModuleDict({"perceptual": loss})
    assert not owner.state_dict()
    assert not list(owner.parameters())
    assert not list(owner.buffers())


def test_mixed_precision_computes_in_float32(loss):
    sr, hr = torch.rand(1, 3, 32, 32), torch.rand(1, 3, 32, 32)
    expected = loss(sr, hr)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        assert torch.equal(loss(sr, hr), expected)


def test_unknown_layer_lists_the_known_ones():
    with pytest.raises(ConfigError, match=r"vgg16 has no layer 'conv5_4'.*conv5_3"):
        PerceptualLoss(backbone="vgg16", layer="conv5_4", weights="random")
    with pytest.raises(ConfigError, match="vgg16 or vgg19"):
        PerceptualLoss(backbone="alexnet", weights="random")
