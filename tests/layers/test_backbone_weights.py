import socket
import threading
import time
import urllib.request
from urllib.error import URLError

import pytest
import torch
from safetensors.torch import save_file

from srrescgan.errors import BackboneUnavailableError, WeightsError
from srrescgan.layers import backbone_weights
from srrescgan.layers.backbone import features

NAMES = ("alexnet", "vgg16", "vgg19", "squeezenet1_1")


@pytest.fixture
def nowhere(monkeypatch, tmp_path):
    """A machine without weights and without internet; returns torchvision's cache folder."""
    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))

    def refuse(*args, **kwargs):
        raise URLError("no route to host")

    monkeypatch.setattr(torch.hub, "download_url_to_file", refuse)
    return tmp_path / "torch" / "hub" / "checkpoints"


@pytest.fixture
def folder(nowhere, monkeypatch, tmp_path):
    """An empty folder that SRRESCGAN_BACKBONES names."""
    folder = tmp_path / "backbones"
    folder.mkdir()
    monkeypatch.setenv("SRRESCGAN_BACKBONES", str(folder))
    return folder


@pytest.fixture
def alexnet():
    """A state dict of AlexNet's features with keys ``0.weight`` and on."""
    return {
        key: torch.randn_like(value)
        for key, value in features("alexnet", "random").state_dict().items()
    }


def assert_loaded(expected):
    state = features("alexnet").state_dict()
    assert state.keys() == expected.keys()
    for key, value in expected.items():
        assert state[key].dtype == torch.float32
        assert torch.equal(state[key], value.float())


@pytest.mark.parametrize("name", NAMES)
def test_without_weights_the_message_names_every_place_and_the_remedy(nowhere, name):
    with pytest.raises(BackboneUnavailableError) as error:
        features(name)
    message = str(error.value)
    assert name in message
    assert "SRRESCGAN_BACKBONES (not set)" in message
    assert str(nowhere / f"{name}-") in message
    assert "https://download.pytorch.org/models/" in message
    assert "no route to host" in message
    assert "choose another backbone" in message


def test_message_shows_the_folder_that_holds_no_such_file(folder):
    (folder / "vgg16.pth").touch()
    with pytest.raises(BackboneUnavailableError, match=str(folder)):
        features("vgg19")


def test_message_says_when_the_folder_does_not_exist(nowhere, monkeypatch):
    monkeypatch.setenv("SRRESCGAN_BACKBONES", "/nowhere/at/all")
    with pytest.raises(BackboneUnavailableError, match="/nowhere/at/all, which is not a folder"):
        features("vgg19")


def test_whole_network_in_torchvision_keys(folder, alexnet):
    whole = {f"features.{key}": value for key, value in alexnet.items()}
    torch.save(whole | {"classifier.1.weight": torch.zeros(2)}, folder / "alexnet-owt.pth")
    assert_loaded(alexnet)


def test_features_only_in_half_precision(folder, alexnet):
    half = {key: value.half() for key, value in alexnet.items()}
    torch.save(half, folder / "alexnet_features.pt")
    assert_loaded(half)


def test_safetensors(folder, alexnet):
    save_file(alexnet, folder / "alexnet.safetensors")
    assert_loaded(alexnet)


def test_torchvision_cache_needs_no_internet(nowhere, alexnet):
    nowhere.mkdir(parents=True)
    torch.save(
        {f"features.{key}": value for key, value in alexnet.items()},
        nowhere / "alexnet-owt-7be5be79.pth",
    )
    assert_loaded(alexnet)


def test_folder_comes_before_the_cache(folder, nowhere, alexnet):
    nowhere.mkdir(parents=True)
    (nowhere / "alexnet-owt-7be5be79.pth").write_bytes(b"must not be read")
    torch.save(alexnet, folder / "alexnet.pth")
    assert_loaded(alexnet)


def test_batch_norm_variant_is_another_network(folder):
    torch.save({}, folder / "vgg16_bn-6c64b313.pth")
    with pytest.raises(BackboneUnavailableError):
        features("vgg16")


def test_damaged_file_is_named(folder, alexnet):
    path = folder / "alexnet.pth"
    torch.save(alexnet, path)
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(WeightsError, match=str(path)):
        features("alexnet")


def test_pickled_code_is_not_run(folder, tmp_path):
    class Harmful:
        def __reduce__(self):
            return (open, (str(tmp_path / "harm"), "w"))

    torch.save({"0.weight": Harmful()}, folder / "alexnet.pth")
    with pytest.raises(WeightsError):
        features("alexnet")
    assert not (tmp_path / "harm").exists()


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (lambda s: s.pop("0.bias"), "'0.bias' is missing"),
        (lambda s: s.update({"1.weight": torch.zeros(1)}), "unexpected key '1.weight'"),
        (lambda s: s.update({"0.bias": torch.zeros(3)}), r"shape \(3,\), expected \(64,\)"),
        (lambda s: s["0.bias"].fill_(torch.nan), "'0.bias' is not finite"),
        (lambda s: s.update({"state_dict": {}}), "not a flat state dict"),
    ],
)
def test_file_of_another_network_is_rejected(folder, alexnet, change, complaint):
    change(alexnet)
    torch.save(alexnet, folder / "alexnet.pth")
    with pytest.raises(WeightsError, match=complaint) as error:
        features("alexnet")
    assert str(folder / "alexnet.pth") in str(error.value)


def test_a_silent_network_does_not_hang(monkeypatch, tmp_path):
    monkeypatch.delenv("SRRESCGAN_BACKBONES", raising=False)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    monkeypatch.setattr(backbone_weights, "NETWORK_WAIT", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as mute:
        # A proxy that accepts the connection and never answers. The opener of an earlier download
        # in this process would not know it.
        monkeypatch.setattr(urllib.request, "_opener", None)
        monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{mute.getsockname()[1]}")
        monkeypatch.delenv("no_proxy", raising=False)
        monkeypatch.delenv("NO_PROXY", raising=False)
        start = time.monotonic()
        watchdog = threading.Timer(30, mute.close)
        watchdog.start()
        with pytest.raises(BackboneUnavailableError, match="timed out"):
            features("vgg19")
        watchdog.cancel()
    assert time.monotonic() - start < 20
    assert socket.getdefaulttimeout() is None
