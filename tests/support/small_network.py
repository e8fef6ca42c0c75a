"""A network small enough to upscale in a test, whose residual shows all the same."""

from pathlib import Path

import torch

from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_safetensors

CONFIG = {
    "_target_": "srrescgan.generators.SRResDNet",
    "scale": 2,
    "features": 4,
    "blocks": 1,
    "noise_estimate": "input",
}


def small_network() -> SRResDNet:
    """Scale 2; changes the bilinear enlargement by several grey levels."""
    torch.manual_seed(3)
    network = SRResDNet(scale=2, features=4, blocks=1, noise_estimate="input")
    network.model.conv_out.weight_g.data *= 20
    return network.eval()


def write_small_network(path: Path) -> Path:
    """Its weights, in a file that says what it is."""
    write_safetensors(small_network().state_dict(), CONFIG, path)
    return path
