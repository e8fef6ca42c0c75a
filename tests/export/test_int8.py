import copy
import math
from pathlib import Path

import numpy as np
import pytest
import torch
from onnx import ModelProto
from onnxruntime import InferenceSession
from small_network import CONFIG

from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.export.int8 import write_int8
from srrescgan.generators import DSGANGenerator, SRResDNet
from srrescgan.images import read_image, to_tensor, write_png


@pytest.fixture(autouse=True)
def _ready_made(exported: ModelProto, monkeypatch: pytest.MonkeyPatch) -> None:
    """The exporter's result, which takes its time."""
    monkeypatch.setattr("srrescgan.export.int8.onnx_model", lambda *_: exported)


@pytest.fixture
def lr(photo_folder) -> Path:
    return photo_folder("lr", count=2, size=(20, 48))


@pytest.fixture
def hr(photo_folder) -> Path:
    return photo_folder("hr", count=2, size=(40, 96))


def psnr(sr: np.ndarray, other: np.ndarray) -> float:
    return -10 * math.log10(np.square(sr.astype(np.float64) - other).mean())


def test_the_reported_loss_is_that_of_the_held_out_half(
    exported: ModelProto, network: SRResDNet, lr: Path, hr: Path, tmp_path: Path
) -> None:
    output = tmp_path / "int8.onnx"
    said = write_int8(network, CONFIG, output, lr, hr)
    ours = InferenceSession(output, providers=["CPUExecutionProvider"])
    theirs = InferenceSession(exported.SerializeToString(), providers=["CPUExecutionProvider"])
    scores = []
    for name in ("0000.png", "0001.png"):
        right = to_tensor(read_image(lr / name))[None, :, :, 24:].numpy()
        truth = to_tensor(read_image(hr / name))[None, :, :, 48:].numpy()
        int8, float32 = (session.run(None, {"lr": right})[0] for session in (ours, theirs))
        scores.append((psnr(int8, float32), psnr(float32, truth), psnr(int8, truth)))
    told = ours.get_modelmeta().custom_metadata_map
    keys = ("int8_psnr_to_float32", "float32_psnr_to_hr", "int8_psnr_to_hr")
    np.testing.assert_allclose([float(told[key]) for key in keys], np.mean(scores, 0), atol=2e-3)
    assert f"{float(told[keys[0]]):.1f}"[:-1] in said
    assert told["scale"] == "2"  # and all that the float32 file says


def test_integers_are_close_at_sizes_they_were_not_calibrated_at(
    network: SRResDNet, lr: Path, tmp_path: Path
) -> None:
    write_int8(network, CONFIG, tmp_path / "int8.onnx", lr, None)
    session = InferenceSession(tmp_path / "int8.onnx", providers=["CPUExecutionProvider"])
    pictures = to_tensor(read_image(lr / "0000.png")).repeat(2, 1, 1, 1)[:, :, :19, :33]
    pictures = pictures.contiguous()
    found = session.run(None, {"lr": pictures.numpy()})[0]
    with torch.inference_mode():
        expected, bilinear = network(pictures).numpy(), network.upsample(pictures).numpy() / 255
    change = np.square(expected - bilinear).mean()
    assert np.square(found - expected).mean() < change / 100  # a tenth in amplitude


def test_the_middle_layers_are_of_integers(network: SRResDNet, tmp_path: Path, lr: Path) -> None:
    import onnx

    write_int8(network, CONFIG, tmp_path / "int8.onnx", lr, None)
    model = onnx.load(tmp_path / "int8.onnx")
    onnx.checker.check_model(model, full_check=True)
    integer, real = onnx.TensorProto.INT8, onnx.TensorProto.FLOAT
    kernels = [each for each in model.graph.initializer if len(each.dims) == 4]
    kinds = {(each.dims[2], each.data_type) for each in kernels if each.dims[2] > 1}
    assert kinds == {(5, real), (3, integer)}


def test_too_great_a_loss_is_refused_and_an_older_file_stays(
    network: SRResDNet, lr: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "int8.onnx"
    output.write_bytes(b"older")
    monkeypatch.setattr("srrescgan.export.int8.LOWEST_PSNR", 150.0)
    with pytest.raises(WeightsError, match=r"was not written.*dB.*calibration=FOLDER"):
        write_int8(network, CONFIG, output, lr, None)
    assert output.read_bytes() == b"older"
    assert not list(tmp_path.glob(".*"))


def test_without_pictures_it_learns_from_the_bundled_ones(
    network: SRResDNet, tmp_path: Path
) -> None:
    said = write_int8(network, CONFIG, tmp_path / "int8.onnx", None, None)
    assert "photographs of scikit-image" in said
    assert "to hr" in said


def test_unusable_pictures_are_named(
    network: SRResDNet, lr: Path, hr: Path, photo_folder, tmp_path: Path
) -> None:
    output = tmp_path / "int8.onnx"
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="empty contains no pictures"):
        write_int8(network, CONFIG, output, tmp_path / "empty", None)
    with pytest.raises(DataError, match=r"0000.png is 20 x 8"):
        write_int8(network, CONFIG, output, photo_folder("narrow", 1, (20, 8)), None)
    (hr / "0001.png").unlink()
    with pytest.raises(DataError, match=r"hr contains no picture named 0001, as .*lr/0001.png"):
        write_int8(network, CONFIG, output, lr, hr)
    write_png(hr / "0001.png", np.zeros((40, 95, 3), np.uint8))
    with pytest.raises(DataError, match=r"hr/0001.png is \(40, 95\).*\(40, 96\)"):
        write_int8(network, CONFIG, output, lr, hr)
    with pytest.raises(ConfigError, match="calibration="):
        write_int8(network, CONFIG, output, None, hr)
    assert not output.exists()


def test_a_domain_generator_is_sent_to_the_float32_target(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="target=onnx"):
        write_int8(DSGANGenerator(4, 1), {}, tmp_path / "int8.onnx", None, None)


def test_a_float32_graph_of_another_network_is_refused(
    network: SRResDNet, lr: Path, tmp_path: Path
) -> None:
    other = copy.deepcopy(network)
    other.model.conv_out.bias.data += 0.5
    with pytest.raises(WeightsError, match="ONNX Runtime differs from PyTorch"):
        write_int8(other, CONFIG, tmp_path / "int8.onnx", lr, None)
    assert not (tmp_path / "int8.onnx").exists()
