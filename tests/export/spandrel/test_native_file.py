"""Networks that spandrel knows: a plain file, without code of ours."""

import re
from pathlib import Path

import pytest
import torch
from global_network import GlobalNetwork
from in_process import upscale_in_process
from torch import nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.spandrel import native_file, write_spandrel
from srrescgan.generators import EDSR, Compact, RRDBNet

spandrel = pytest.importorskip("spandrel")


@pytest.fixture
def _in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(native_file, "upscale_in_subprocess", upscale_in_process)


def test_a_new_process_without_our_code_loads_it(tmp_path: Path) -> None:
    message = write_spandrel(Compact(2, 4, 1).eval(), {}, tmp_path / "a.pth")
    assert "Compact" in message
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]
    (key,) = torch.load(tmp_path / "a.pth", weights_only=True)
    assert key == "params"  # as the files of Real-ESRGAN, which other converters read


@pytest.mark.usefixtures("_in_process")
@pytest.mark.parametrize(
    ("network", "architecture"),
    [
        (Compact(3, 4, 2), "Compact"),
        (RRDBNet(4, 4, 1), "ESRGAN"),
        (RRDBNet(2, 4, 1), "ESRGAN"),
        (RRDBNet(1, 4, 1), "ESRGAN"),
    ],
    ids=["compact", "rrdbnet_x4", "rrdbnet_x2", "rrdbnet_x1"],
)
def test_spandrel_computes_our_picture(
    network: nn.Module, architecture: str, tmp_path: Path
) -> None:
    message = write_spandrel(network.eval(), {}, tmp_path / "a.safetensors")
    model = spandrel.ModelLoader().load_from_file(tmp_path / "a.safetensors")
    assert type(model.architecture).__module__.startswith("spandrel.")
    assert model.architecture.id == architecture
    assert model.scale == network.scale
    lr = torch.rand(1, 3, 16, 28)
    with torch.inference_mode():
        assert (model(lr) - network(lr).clamp(0, 1)).abs().max() < 1e-4
    multiple = re.search(r"no multiples of (\d)", message)
    assert bool(multiple) == (isinstance(network, RRDBNet) and network.scale < 4)


def test_what_spandrel_does_not_know_is_not_native() -> None:
    assert native_file.native_descriptor(EDSR(2, 4, 1).eval()) is None
    assert native_file.native_descriptor(GlobalNetwork().eval()) is None
    # It builds dense blocks with 32 channels only.
    assert native_file.native_descriptor(RRDBNet(4, 4, 1, growth=8).eval()) is None


class AnotherAnchor(Compact):
    """Has the tensors of Compact, and computes something else."""

    def forward(self, lr: torch.Tensor) -> torch.Tensor:
        return super().forward(lr) - 0.1


def test_the_same_tensors_of_another_network_are_not_native() -> None:
    assert native_file.native_descriptor(Compact(2, 4, 1).eval()) is not None
    assert native_file.native_descriptor(AnotherAnchor(2, 4, 1).eval()) is None


def test_a_file_and_a_folder_are_told_apart(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"one file.*\.safetensors or \.pth"):
        write_spandrel(Compact(2, 4, 1).eval(), {}, tmp_path / "a")
    with pytest.raises(ConfigError, match=r"does not know EDSR.*without suffix"):
        write_spandrel(EDSR(2, 4, 1).eval(), {}, tmp_path / "a.pth")
    assert not list(tmp_path.iterdir())


def test_a_file_that_upscales_otherwise_is_not_left_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def off_by_a_level(*arguments: object, **options: object) -> list[object]:
        return [picture + 1 / 255 for picture in upscale_in_process(*arguments, **options)]  # type: ignore[arg-type]

    monkeypatch.setattr(native_file, "upscale_in_subprocess", off_by_a_level)
    (tmp_path / "a.pth").write_bytes(b"older")
    with pytest.raises(WeightsError, match=r"differ from PyTorch.s by 1\.0"):
        write_spandrel(Compact(2, 4, 1).eval(), {}, tmp_path / "a.pth")
    assert [path.name for path in tmp_path.iterdir()] == ["a.pth"]
    assert (tmp_path / "a.pth").read_bytes() == b"older"
