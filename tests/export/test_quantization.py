import numpy as np
import pytest
from onnx import ModelProto
from onnx.numpy_helper import from_array, to_array
from onnxruntime import InferenceSession

from srrescgan.export.quantization import measure_ranges, quantize


def run(model: ModelProto, lr: np.ndarray) -> np.ndarray:
    session = InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"lr": lr})[0]


@pytest.fixture
def lr() -> np.ndarray:
    return np.random.default_rng(0).random((1, 3, 20, 24), np.float32)


@pytest.mark.parametrize("value", [0.0, 3.0, -700.0])
def test_a_channel_that_is_the_same_everywhere(
    exported: ModelProto, lr: np.ndarray, value: float
) -> None:
    model = ModelProto()
    model.CopyFrom(exported)
    for index, tensor in enumerate(model.graph.initializer):
        if tensor.name == "model.layer1.0.conv1.weight":
            weight = to_array(tensor).copy()
            weight[0] = 0
            model.graph.initializer[index].CopyFrom(from_array(weight, tensor.name))
    (convolution,) = (
        node for node in model.graph.node if "model.layer1.0.conv1.weight" in node.input
    )
    model.graph.initializer.append(from_array(np.float32([value, 0, 0, 0]), "constant"))
    del convolution.input[2:]
    convolution.input.append("constant")
    int8 = quantize(model, measure_ranges(model, [lr]))
    expected = run(model, lr)
    assert expected.std() > 0.05
    assert np.abs(run(int8, lr) - expected).mean() < 1 / 255


def test_the_model_it_is_given_stays_as_it_was(exported: ModelProto, lr: np.ndarray) -> None:
    before = exported.SerializeToString(deterministic=True)
    quantize(exported, measure_ranges(exported, [lr]))
    assert exported.SerializeToString(deterministic=True) == before
