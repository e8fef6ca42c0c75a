"""Training settings that every system takes."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import torch
from torch import nn

from srrescgan.schedulers import Scheduler
from srrescgan.types import Metric

OptimizerFactory = Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer]


@dataclass(frozen=True)
class TrainingSettings:
    """Settings of optimization and validation that every system has."""

    optimizer: Mapping[str, OptimizerFactory]
    """One factory per phase name: parameters -> optimizer."""
    scheduler: Mapping[str, Scheduler]
    """One learning-rate factor per phase name, as a function of the iteration."""
    metrics: Mapping[str, Metric]
    """Validation metrics by the name they are logged under, ``<protocol>/<metric>``."""
    accumulate: int = 1
    """Micro-batches per iteration; their mean gradient is applied."""
    grad_clip: float | None = None
    """Largest L2 norm of the gradient of each phase; ``None``: no limit."""
    ema_decay: float | None = None
    """Decay per iteration of an exponential moving average of the generator. The average is used
    for validation and is stored under the keys ``ema.module.*``, beside the raw ``generator.*``;
    ``None``: no average."""
    channels_last: bool = False
    """Keep images and networks in channels-last memory order."""
