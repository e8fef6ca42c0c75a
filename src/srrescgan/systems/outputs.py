"""Outputs of a training step: dataclasses of tensors."""

from dataclasses import fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar

from torch import Tensor

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Outputs = TypeVar("Outputs", bound="DataclassInstance")


class StepOutputs(TypedDict):
    """Result of a training step, which callbacks get in ``on_train_batch_end``."""

    outputs: Any
    """The system's outputs dataclass, for instance ``GANOutputs``, detached."""


class ValidationStepOutputs(TypedDict):
    """Result of a validation step, which callbacks get in ``on_validation_batch_end``."""

    pictures: dict[str, Tensor]
    """``(B, 3, H, W)`` in [0, 1] by title, in the order in which they are shown; any sizes."""
    scores: dict[str, Tensor]
    """``(B,)`` by ``<protocol>/<metric>``; without the metrics that cannot be computed here."""


def detached(outputs: Outputs) -> Outputs:
    """Copy a dataclass of tensors and of such dataclasses, without the autograd graph."""
    values = {f.name: getattr(outputs, f.name) for f in fields(outputs)}
    return replace(outputs, **{name: _detached(value) for name, value in values.items()})


def _detached(value: Any) -> Any:
    if isinstance(value, Tensor):
        return value.detach()
    return detached(value) if is_dataclass(value) and not isinstance(value, type) else value
