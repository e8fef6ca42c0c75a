"""The Downscaler of SRResCycGAN: its size, its options, and a start without dead pixels."""

import pytest
import torch
from torch import nn

from srrescgan.generators.downscaler import Downscaler


def test_has_the_convolutions_of_the_paper() -> None:
    sizes = [
        (layer.kernel_size[0], layer.stride[0], layer.out_channels)
        for layer in Downscaler().modules()
        if isinstance(layer, nn.Conv2d)
    ]
    down, block = [(3, 2, 64)] * 2, [(3, 1, 64)] * 2
    assert sizes == [(7, 1, 64), *down, *block * 6, (3, 1, 64), (3, 1, 64), (7, 1, 3)]
    weights = (3 * 49 + 64 * 9 * (2 + 12 + 2) + 3 * 49) * 64
    parameters = sum(p.numel() for p in Downscaler(norm="none").parameters())
    assert parameters == weights + 64 * 17 + 3  # and the biases


@pytest.mark.parametrize("norm", ["batch", "instance", "none"])
@pytest.mark.parametrize("activation", ["leaky_relu", "relu", "prelu"])
@pytest.mark.parametrize("init", ["pytorch", "kaiming"])
def test_every_option_learns(norm: str, activation: str, init: str) -> None:
    network = Downscaler(2, 4, 1, norm, activation, init)
    parameters = dict(network.named_parameters())
    loss = network(torch.rand(2, 3, 8, 8)).square().mean()
    gradients = torch.autograd.grad(loss, list(parameters.values()))
    for name, gradient in zip(parameters, gradients, strict=True):
        assert gradient.any(), name


@torch.no_grad()
def test_most_first_outputs_are_not_clipped() -> None:
    """A clipped pixel has no gradient."""
    hr = torch.rand(2, 3, 64, 64)
    outputs = {bias: Downscaler(output_bias=bias)(hr) for bias in (0.0, 0.5)}
    dead = {bias: (y == 0).float().mean() for bias, y in outputs.items()}
    assert dead[0.5] < 0.35 < dead[0.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"scale": 3}, "power of 2, at least 2, got 3"),
        ({"scale": 1}, "power of 2, at least 2, got 1"),
        ({"features": 0}, "1 or more, got 0 and 6"),
        ({"norm": "layer"}, "norm='layer' is unknown; choose from batch, instance, none"),
        ({"activation": "gelu"}, "activation='gelu' is unknown; choose from leaky_relu"),
        ({"init": "zero"}, "init='zero' is unknown; choose from pytorch, kaiming"),
    ],
)
def test_a_wrong_argument_is_refused(arguments: dict, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Downscaler(**arguments)
