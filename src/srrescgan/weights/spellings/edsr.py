"""Spellings of EDSR. The native one is that of the authors' PyTorch code."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from srrescgan.errors import WeightsError
from srrescgan.generators.edsr import mean_shifts
from srrescgan.weights.spellings.spelling import Spelling


@dataclass(frozen=True)
class _MeanInCode(Spelling):
    """A spelling of programs that keep the mean color in their code, not in the file."""

    white: float = 255.0
    """Largest value inside the network. All layers between the mean shifts are linear or ReLU, so
    a network that computes in [0, 1] differs from ours, in [0, 255], by its biases only."""

    def to_native(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        return {**self._scaled(super().to_native(state), 255 / self.white), **mean_shifts()}

    def from_native(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        for key, value in mean_shifts().items():
            if not torch.allclose(state[key].float(), value, rtol=1e-3):
                raise WeightsError(
                    f"keys={self.name} cannot hold these weights: such files do not store the mean"
                    f" color, and {key} is another than that of DIV2K. Use keys=native"
                )
        layers = {key: value for key, value in state.items() if "_mean." not in key}
        return super().from_native(self._scaled(layers, self.white / 255))

    def _scaled(self, state: Mapping[str, Tensor], factor: float) -> dict[str, Tensor]:
        return {
            key: value * factor if factor != 1 and key.endswith(".bias") else value
            for key, value in state.items()
        }


_TRUNK = (
    ("head.0", "conv_first"),
    ("body.{i}.body.0", "body.{i}.conv1"),
    ("body.{i}.body.2", "body.{i}.conv2"),
    ("body.{end}", "conv_after_body"),
    ("tail.1", "conv_last"),
)

SPELLINGS: tuple[Spelling, ...] = (
    _MeanInCode(
        name="basicsr",
        network="EDSR",
        modules=(*_TRUNK, ("tail.0.{n}", "upsample.{n}")),
        signature=("conv_after_body.weight", "body.0.conv1.weight", "upsample.0.weight"),
        wrapper="params",
    ),
    _MeanInCode(
        name="mmagic",
        network="EDSR",
        modules=(
            *_TRUNK,
            ("tail.0.0", "upsample.0.upsample_conv"),
            ("tail.0.2", "upsample.1.upsample_conv"),
        ),
        signature=("conv_after_body.weight", "upsample.0.upsample_conv.weight"),
        wrapper="state_dict",
        prefix="generator.",
        white=1.0,
    ),
)
