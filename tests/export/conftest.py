"""An exported network that several files look at."""

import pytest
import torch
from onnx import ModelProto
from small_network import CONFIG, small_network

from srrescgan.export.onnx import onnx_model
from srrescgan.generators import SRResDNet


@pytest.fixture(scope="session")
def network() -> SRResDNet:
    with torch.random.fork_rng():
        return small_network()


@pytest.fixture(scope="session")
def exported(network: SRResDNet) -> ModelProto:
    with torch.random.fork_rng():
        return onnx_model(network, CONFIG)
