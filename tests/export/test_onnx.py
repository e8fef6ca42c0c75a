import copy
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import ModelProto
from onnx.numpy_helper import from_array, to_array
from onnxruntime import InferenceSession
from small_network import CONFIG

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.onnx import write_onnx
from srrescgan.export.onnx_check import TOLERANCE, probes, verify_onnx
from srrescgan.generators import DSGANGenerator, SRResDNet
from srrescgan.images import read_image, to_tensor
from srrescgan.weights.build import build_generator, load_with_config


def run(model: bytes, lr: torch.Tensor) -> np.ndarray:
    session = InferenceSession(model, providers=["CPUExecutionProvider"])
    return session.run(["sr"], {"lr": lr.numpy()})[0]


@pytest.fixture
def ready_made(exported: ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    """``write_onnx`` takes this for the exporter's result, whatever the network."""
    monkeypatch.setattr("srrescgan.export.onnx.onnx_model", lambda *_: exported)


@torch.inference_mode()
@pytest.mark.parametrize("size", [(1, 8, 8), (3, 21, 9), (2, 10, 33)])
def test_any_size_and_batch_gives_the_pictures_of_pytorch(
    exported: ModelProto, network: SRResDNet, size: tuple[int, int, int]
) -> None:
    batch, height, width = size
    lr = torch.rand(batch, 3, height, width)
    lr[0] = 0.5 + 0.001 * lr[0]  # of a batch, each has its own noise
    found = run(exported.SerializeToString(), lr)
    assert found.shape == (batch, 3, 2 * height, 2 * width)
    np.testing.assert_allclose(found, network(lr).numpy(), atol=TOLERANCE)


@torch.inference_mode()
def test_the_probes_activate_and_skip_the_projection(network: SRResDNet) -> None:
    shortened = []
    for lr in probes().values():
        upsampled = network.upsample(lr)
        residual = network.residual(upsampled)
        radius = network.radius(network.estimate_sigma(lr, upsampled), residual[0].numel())
        shortened += (radius / residual.flatten(1).norm(dim=1)).tolist()
    assert min(shortened) < 1e-6  # flat: nothing is left of the residual
    assert any(0.01 < each < 0.99 for each in shortened)
    assert max(shortened) > 1


@pytest.mark.usefixtures("ready_made")
def test_the_file_says_what_it_is_and_not_where_it_was_made(
    network: SRResDNet, tmp_path: Path
) -> None:
    output = tmp_path / "new" / "sr.onnx"
    said = write_onnx(network, CONFIG, output)
    assert str(output) in said
    session = InferenceSession(output, providers=["CPUExecutionProvider"])
    described = session.get_modelmeta().custom_metadata_map
    again = build_generator(json.loads(described["srrescgan"])["generator"])
    assert {k: v.shape for k, v in again.state_dict().items()} == {
        k: v.shape for k, v in network.state_dict().items()
    }
    assert described["scale"] == "2"
    assert "[0, 1]" in described["value_range"]
    for trace in (b".py", str(Path(__file__).parents[2]).encode()):
        assert trace not in output.read_bytes()


@pytest.mark.usefixtures("ready_made")
@pytest.mark.parametrize("name", ["model.conv_out.bias", "alpha"])
def test_another_picture_is_refused_and_an_older_file_stays(
    network: SRResDNet, tmp_path: Path, name: str
) -> None:
    output = tmp_path / "sr.onnx"
    output.write_bytes(b"older")
    other = copy.deepcopy(network)
    other.get_parameter(name).data += 0.5
    with pytest.raises(WeightsError, match=r"was not written.*by up to [\d.]+ levels of 255"):
        write_onnx(other, CONFIG, output)
    assert [path.name for path in tmp_path.iterdir()] == ["sr.onnx"]
    assert output.read_bytes() == b"older"


def test_not_a_number_is_refused(exported: ModelProto, network: SRResDNet) -> None:
    broken = ModelProto()
    broken.CopyFrom(exported)
    (bias,) = (each for each in broken.graph.initializer if each.name == "model.conv_out.bias")
    bias.CopyFrom(from_array(to_array(bias) + np.float32("nan"), bias.name))
    with pytest.raises(WeightsError, match="nan"):
        verify_onnx(broken.SerializeToString(), network, Path("sr.onnx"))


def test_a_missing_package_is_named_with_its_extra(
    network: SRResDNet, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    missing = "onnxscript"
    monkeypatch.setattr(
        "srrescgan.export.onnx_graph.find_spec", lambda name: name != missing or None
    )
    with pytest.raises(ConfigError, match=r"onnxscript.*pip install 'srrescgan\[onnx\]'"):
        write_onnx(network, CONFIG, tmp_path / "sr.onnx")
    assert not list(tmp_path.iterdir())


def of(scale: int, **arguments: Any) -> SRResDNet:
    return SRResDNet(scale, features=4, blocks=1, **arguments)


@pytest.mark.parametrize(
    "generator",
    [
        DSGANGenerator(features=4, blocks=1),
        *(
            pytest.param(each, marks=pytest.mark.slow)
            for each in (
                of(2, alpha_init=9.0),
                of(3, alpha_init=9.0, sigma_floor=1e-5),
                of(3, noise_estimate="input"),
                of(4, noise_estimate="input", sigma_floor=0.01),
            )
        ),
    ],
    ids=lambda generator: f"{type(generator).__name__} {generator.scale}",
)
def test_other_generators_export_quietly(
    generator: torch.nn.Module,
    tmp_path: Path,
    capfd: pytest.CaptureFixture,
    recwarn: pytest.WarningsRecorder,
) -> None:
    write_onnx(generator.eval(), {}, tmp_path / "g.onnx")
    assert (tmp_path / "g.onnx").is_file()
    assert capfd.readouterr() == ("", "")
    assert not recwarn.list


@pytest.mark.reference
@pytest.mark.slow
@torch.inference_mode()
def test_the_released_weights(shared: Path, tmp_path: Path) -> None:
    path = shared / "reference/weights/srrescgan_model.pth"
    generator, config = load_with_config(path)
    write_onnx(generator, config, tmp_path / "sr.onnx")
    lr = to_tensor(read_image(shared / "reference/lr/bird.png"))[None, :, 20:47, 30:61]
    found = run((tmp_path / "sr.onnx").read_bytes(), lr.contiguous())
    np.testing.assert_allclose(found, generator(lr).numpy(), atol=TOLERANCE)


def test_the_opset_is_one_that_older_programs_read(exported: ModelProto) -> None:
    assert [each.version for each in exported.opset_import if not each.domain] == [18]
