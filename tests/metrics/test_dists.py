from types import SimpleNamespace

import pytest
import torch
from torchmetrics.functional.image import dists as torchmetrics_dists

from srrescgan.errors import BackboneUnavailableError, DataError
from srrescgan.layers.backbone import features
from srrescgan.metrics import DISTS, Protocol


@pytest.fixture(scope="module")
def stand_in():
    return DISTS(Protocol(), weights="random")


def torchmetrics_network(monkeypatch, backbone):
    """Their constructor as it is, handed our features instead of a download."""
    monkeypatch.setattr(
        torchmetrics_dists, "vgg16", lambda weights: SimpleNamespace(features=backbone)
    )
    return torchmetrics_dists.DISTSNetwork()


def test_equals_torchmetrics_on_equal_random_weights(monkeypatch, stand_in):
    network = torchmetrics_network(monkeypatch, features("vgg16", "random"))
    sr, hr = torch.randint(0, 256, (2, 2, 3, 64, 48)) / 255
    expected = network(sr, hr)
    assert torch.allclose(stand_in(sr, hr), expected.double(), rtol=0, atol=1e-6)
    assert expected.min() > 0.01
    ours = stand_in.network.module.state_dict()
    theirs = network.state_dict()
    assert ours.keys() == theirs.keys()
    assert all(torch.equal(ours[key], theirs[key]) for key in theirs)


@pytest.mark.reference
def test_equals_torchmetrics_on_imagenet_weights(monkeypatch, shared):
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(shared / "backbones"))
    network = torchmetrics_network(monkeypatch, features("vgg16"))
    hr = torch.rand(1, 3, 64, 64)
    little, much = ((hr + s * torch.randn_like(hr)).clamp(0, 1) for s in (0.02, 0.2))
    metric = DISTS(Protocol(rounding="none"))
    scores = [metric(sr, hr).item() for sr in (hr, little, much)]
    assert scores == pytest.approx([network(sr, hr).item() for sr in (hr, little, much)], abs=1e-6)
    assert scores[0] == pytest.approx(0, abs=1e-6)
    assert scores[0] < scores[1] < scores[2]


def test_quantised_unless_the_protocol_shows_floats(stand_in):
    sr, hr = torch.rand(2, 1, 3, 32, 32)
    floats = DISTS(Protocol("y", rounding="truncate", network_input="float"), weights="random")
    raw = stand_in.network(sr, hr).double()
    assert floats(sr, hr).item() == raw.item()
    assert stand_in(sr, hr).item() != raw.item()


def test_smallest_image_and_description(stand_in):
    assert torch.isfinite(stand_in(torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16))).all()
    with pytest.raises(DataError, match=r"DISTS needs 16x16 .* there are 15x40"):
        stand_in(torch.rand(1, 3, 15, 40), torch.rand(1, 3, 15, 40))
    assert "RANDOM WEIGHTS" in stand_in.description


def test_without_weights(monkeypatch, tmp_path):
    def refuse(*args, **kwargs):
        raise OSError("no route to host")

    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    with pytest.raises(BackboneUnavailableError, match="vgg16"):
        DISTS(Protocol())
