"""The networks that ncnn files may hold, as operations with the keys of their weights."""

from dataclasses import dataclass, field
from typing import Any

from srrescgan.weights.ncnn.operations import Operations, kernel_and_inputs
from srrescgan.weights.ncnn.param_file import Layer


@dataclass
class ExpectedNetwork:
    """A network of :mod:`srrescgan.generators`, to compare a file with."""

    config: dict[str, Any]
    """The generator's node: ``_target_`` and constructor arguments."""
    operations: Operations = field(default_factory=Operations)
    keys: dict[int, str] = field(default_factory=dict)
    """Module of the weights, by number of the operation."""
    output: int = -1
    """Number of the last operation."""

    @property
    def description(self) -> str:
        """Class and arguments."""
        arguments = [f"{key}={value}" for key, value in self.config.items() if key != "_target_"]
        return f"{self.config['_target_'].rsplit('.', 1)[1]}({', '.join(arguments)})"

    def conv(self, key: str, x: int, inputs: int, outputs: int) -> int:
        """A convolution of 3 x 3."""
        number = self.operations.conv(x, inputs, outputs)
        self.keys[number] = key
        return number

    def prelu(self, key: str, x: int, channels: int) -> int:
        """A PReLU."""
        number = self.operations.prelu(x, channels)
        self.keys[number] = key
        return number


def expected_network(layers: list[Layer]) -> ExpectedNetwork | None:
    """The network that a file should hold, judging by its layers; ``None``: not one of ours."""
    convolutions = [layer for layer in layers if layer.kind == "Convolution"]
    activations = sum(layer.kind == "PReLU" for layer in layers)
    if len(convolutions) < 2:
        return None
    features, growth = (kernel_and_inputs(layer)[0] for layer in convolutions[:2])
    if activations:
        shuffles = [int(layer.option(0, 1)) for layer in layers if layer.kind == "PixelShuffle"]
        return _compact((shuffles or [1])[0], features, activations - 1)
    blocks = (len(convolutions) - _AROUND_RRDBS) / _CONVS_PER_RRDB
    return _rrdbnet(features, round(blocks), growth) if blocks > 0.5 else None


_AROUND_RRDBS = 6
"""Convolutions before and after the blocks."""
_DENSE_BLOCKS = 3
_DENSE_CONVS = 5
_CONVS_PER_RRDB = _DENSE_BLOCKS * _DENSE_CONVS
_RESIDUAL = 0.2


def _rrdbnet(features: int, blocks: int, growth: int) -> ExpectedNetwork:
    target = "srrescgan.generators.RRDBNet"
    config = {"scale": 4, "features": features, "blocks": blocks, "growth": growth}
    net = ExpectedNetwork({"_target_": target, **config})
    ops = net.operations
    x = first = net.conv("conv_first", ops.input(), 3, features)
    for block in range(blocks):
        block_input = x
        for dense in range(1, _DENSE_BLOCKS + 1):
            parts, channels = [x], features
            for index in range(1, _DENSE_CONVS + 1):
                last = index == _DENSE_CONVS
                together = ops.concat(parts) if len(parts) > 1 else x
                width = features if last else growth
                key = f"body.{block}.rdb{dense}.conv{index}"
                result = net.conv(key, together, channels, width)
                if last:
                    x = ops.sum((result, _RESIDUAL), (x, 1.0))
                else:
                    parts.append(ops.leaky(result))
                    channels += growth
        x = ops.sum((x, _RESIDUAL), (block_input, 1.0))
    x = ops.sum((net.conv("conv_body", x, features, features), 1.0), (first, 1.0))
    for key in ("conv_up1", "conv_up2"):
        x = ops.leaky(net.conv(key, ops.nearest(x, 2), features, features))
    x = ops.leaky(net.conv("conv_hr", x, features, features))
    net.output = net.conv("conv_last", x, features, 3)
    return net


def _compact(scale: int, features: int, layers: int) -> ExpectedNetwork:
    target = "srrescgan.generators.Compact"
    config = {"scale": scale, "features": features, "layers": layers}
    net = ExpectedNetwork({"_target_": target, **config})
    ops = net.operations
    lr = ops.input()
    x = net.prelu("body.1", net.conv("body.0", lr, 3, features), features)
    for index in range(2, 2 * layers + 2, 2):
        x = net.conv(f"body.{index}", x, features, features)
        x = net.prelu(f"body.{index + 1}", x, features)
    x = net.conv(f"body.{2 * layers + 2}", x, features, 3 * scale**2)
    anchor = ops.nearest(lr, scale) if scale > 1 else lr
    net.output = ops.sum((ops.pixel_shuffle(x, scale), 1.0), (anchor, 1.0))
    return net
