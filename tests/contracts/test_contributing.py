"""The worked example of CONTRIBUTING is code that works."""

import inspect
import re
from pathlib import Path

import torch
import yaml

from srrescgan.inference import Predictor, UpscaleOptions

TEXT = (Path(__file__).resolve().parents[2] / "CONTRIBUTING.md").read_text()


def block(language: str) -> str:
    return re.search(rf"```{language}\n(.*?)```", TEXT, re.DOTALL)[1]


def test_the_example_network_is_computed_in_tiles_that_equal_the_whole() -> None:
    names: dict = {"__name__": "example"}
    exec(block("python"), names)
    network = names["Tiny"](scale=3)
    lr = torch.rand(1, 3, 13, 21)
    whole = Predictor(network)(lr)
    assert whole.shape == (1, 3, 39, 63)
    assert torch.allclose(Predictor(network, UpscaleOptions(tile=5))(lr), whole, atol=1e-6)
    network.halo -= 1
    assert not torch.allclose(Predictor(network, UpscaleOptions(tile=5))(lr), whole, atol=1e-6)


def test_the_example_file_lists_every_argument() -> None:
    names: dict = {"__name__": "example"}
    exec(block("python"), names)
    keys = yaml.safe_load(block("yaml")).keys() - {"_target_"}
    assert keys == inspect.signature(names["Tiny"]).parameters.keys()
