"""Builds objects from configuration nodes."""

from typing import Any

import pytorch_lightning as pl
from hydra.utils import instantiate
from omegaconf import DictConfig
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from srrescgan.errors import BackboneUnavailableError, ConfigError, UserError
from srrescgan.metrics.scorecard import scorecard
from srrescgan.types import Metric


def build(node: Any) -> Any:
    """Instantiate a node.

    Raises:
        ConfigError: a constructor raised ValueError.
        UserError: a constructor raised it; the subclass stays.
    """
    try:
        return instantiate(node, _convert_="all")
    except Exception as error:  # Hydra wraps what a constructor raises
        cause: BaseException | None = error
        while cause is not None:
            if isinstance(cause, UserError):
                raise cause from error
            if isinstance(cause, ValueError) and cause is not error:
                raise ConfigError(str(cause)) from error
            cause = cause.__cause__
        raise


def build_named(nodes: DictConfig) -> dict[str, Any]:
    """Instantiate a mapping from names to nodes, without the nodes that are null."""
    return {str(name): build(node) for name, node in nodes.items() if node is not None}


def build_trainer(
    node: DictConfig, callbacks: list[pl.Callback], loggers: list[pl.loggers.Logger]
) -> pl.Trainer:
    """Instantiate the trainer with these callbacks and loggers.

    Raises:
        ConfigError: this machine does not have the devices that the trainer needs.
    """
    # Without our progress bar Lightning would show its own.
    bar = any(isinstance(callback, pl.callbacks.ProgressBar) for callback in callbacks)
    try:
        return build(node)(callbacks=callbacks, logger=loggers, enable_progress_bar=bar)
    except (MisconfigurationException, ValueError) as error:
        raise ConfigError(
            f"trainer: {error} Choose trainer=auto, cpu, gpu, ddp or ddp_cpu."
        ) from error


def build_scorecard(
    metrics: DictConfig, protocols: DictConfig
) -> tuple[dict[str, Metric], dict[str, str]]:
    """Build every metric under every protocol.

    Returns:
        The scorecard, and for each metric that it lacks because the backbone is not available the
        reason.
    """
    rules = build_named(protocols)
    columns: dict[str, dict[str, Metric]] = {}
    unavailable: dict[str, str] = {}
    for name, factory in build_named(metrics).items():
        try:
            columns[name] = scorecard({name: factory}, rules)
        except BackboneUnavailableError as error:
            unavailable[name] = str(error)
    keys = [(name, f"{protocol}/{name}") for protocol in rules for name in columns]
    return {key: columns[name][key] for name, key in keys}, unavailable
