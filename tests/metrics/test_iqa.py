import sys
from types import ModuleType

import pytest
import torch

from srrescgan.errors import BackboneUnavailableError, ConfigError
from srrescgan.metrics import IQA, Protocol


class Metric(torch.nn.Module):
    """As pyiqa's: told by ``metric_mode`` whether there is a reference."""

    def __init__(self, mode, lower_better):
        super().__init__()
        self.metric_mode, self.lower_better = mode, lower_better
        self.seen = []

    def forward(self, target, ref=None):
        self.seen.append((target, ref))
        return target.mean() if ref is None else (target - ref).abs().mean()[None, None]


@pytest.fixture
def pyiqa(monkeypatch):
    module = ModuleType("pyiqa")
    module.__version__ = "0.1.16"
    module.list_models = lambda: ["fid", "lpips", "musiq", "niqe"]

    def create_metric(metric_name, as_loss=False, device=None):
        if metric_name == "niqe":
            raise OSError("cannot reach the hub")
        return Metric("FR" if metric_name == "lpips" else "NR", metric_name == "lpips")

    module.create_metric = create_metric
    monkeypatch.setitem(sys.modules, "pyiqa", module)


@pytest.mark.usefixtures("pyiqa")
def test_takes_direction_and_reference_from_the_package():
    musiq, lpips = IQA(Protocol()), IQA(Protocol(), "lpips")
    assert (musiq.reference, musiq.higher_is_better) == (None, True)
    assert (lpips.reference, lpips.higher_is_better) == ("hr", False)
    assert "musiq of pyiqa 0.1.16" in musiq.description
    assert "Noncommercial" in musiq.description
    sr, hr = torch.randint(0, 256, (2, 2, 3, 8, 8)) / 255
    assert torch.allclose(musiq(sr), sr.double().mean(dim=(1, 2, 3)))
    assert torch.allclose(lpips(sr, hr), (sr - hr).abs().double().mean(dim=(1, 2, 3)))


@pytest.mark.usefixtures("pyiqa")
def test_is_shown_rgb_as_the_protocol_has_it():
    metric = IQA(Protocol("y", border=2))
    image = torch.rand(1, 3, 12, 12)
    metric(image)
    ((seen, _),) = metric.network.seen
    assert seen.dtype == torch.float32
    assert torch.allclose(seen, (255 * image[..., 2:-2, 2:-2]).round() / 255)


@pytest.mark.usefixtures("pyiqa")
def test_unavailable_metrics():
    with pytest.raises(ConfigError, match=r"no metric 'muzik'; choose from .*musiq"):
        IQA(Protocol(), "muzik")
    with pytest.raises(ConfigError, match=r"fid .* sets of pictures"):
        IQA(Protocol(), "fid")
    with pytest.raises(BackboneUnavailableError, match="cannot reach the hub"):
        IQA(Protocol(), "niqe")


def test_without_the_package(monkeypatch):
    monkeypatch.setitem(sys.modules, "pyiqa", None)
    with pytest.raises(BackboneUnavailableError, match=r"Noncommercial.*srrescgan\[iqa\]"):
        IQA(Protocol())
