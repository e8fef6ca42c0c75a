import warnings

import lpips
import pytest
import torch

from srrescgan.errors import ConfigError
from srrescgan.losses import LPIPSLoss
from srrescgan.metrics import LPIPS, Protocol


@pytest.mark.reference
def test_equals_the_lpips_package(shared, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(shared / "backbones"))
    sr, hr = torch.rand(2, 2, 3, 40, 48)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        package = lpips.LPIPS(net="alex", version="0.1", pnet_rand=True, verbose=False)
    backbone = torch.load(shared / "backbones/alexnet_features.pth", weights_only=True).values()
    with torch.no_grad():
        for parameter, value in zip(package.net.parameters(), backbone, strict=True):
            parameter.copy_(value)
        expected = package.eval()(sr, hr, normalize=True).mean()
    torch.testing.assert_close(LPIPSLoss(weight=0.5)(sr, hr), 0.5 * expected, rtol=0, atol=1e-5)


def test_gradients_reach_the_image_and_the_network_stays_out_of_the_state() -> None:
    loss = LPIPSLoss(weight=2.0, weights="random")
    sr, hr = torch.rand(2, 1, 3, 32, 32)
    sr.requires_grad_()
    value = loss(sr, hr)
    value.backward()
    assert sr.grad.abs().max() > 0
    assert not list(loss.parameters())
    assert not loss.state_dict()
    metric = LPIPS(Protocol(rounding="none"), weights="random")
    assert value.item() == pytest.approx(2 * metric(sr.detach(), hr).item(), rel=1e-5)
    assert loss(hr, hr).item() == 0


def test_an_unknown_net_is_named() -> None:
    with pytest.raises(ConfigError, match="alex, vgg, squeeze"):
        LPIPSLoss(net="resnet", weights="random")
