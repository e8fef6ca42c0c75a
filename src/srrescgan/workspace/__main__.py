"""Lay out a W&B dashboard: ``python -m srrescgan.workspace experiment=NAME entity=NAME``.

``group=NAME`` makes the report of a multirun instead. ``output=FILE.json`` needs no server.
"""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point
from srrescgan.errors import ConfigError
from srrescgan.loggers.wandb_server import save, write_spec
from srrescgan.sweeps.dashboard import sweep_report
from srrescgan.workspace.layout import (
    logged_curves,
    sweep_parameters,
    sweep_scores,
    workspace_layout,
)


def workspace(cfg: DictConfig) -> None:
    """Save the workspace or the report, or write its layout to a file."""
    curves = logged_curves(cfg)
    parameters = sweep_parameters(cfg)
    try:
        if cfg.group is None:
            view = workspace_layout(cfg.entity, cfg.project, cfg.title or cfg.project, curves)
        else:
            scores = sweep_scores(curves, cfg.scores)
            view = sweep_report(cfg.entity, cfg.project, cfg.group, scores, parameters)
    except ValueError as error:  # pydantic's, one line per value that it does not accept
        raise ConfigError(f"W&B does not accept this layout: {error}") from error
    if cfg.output is None:
        place = save(view)
    else:
        place = cfg.output
        write_spec(view, Path(place))
    Console().print(place, soft_wrap=True)


main = entry_point("workspace", workspace)

if __name__ == "__main__":
    main()
