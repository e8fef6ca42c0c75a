"""Lay out the W&B dashboard: ``python -m srrescgan.workspace experiment=NAME entity=WHO``.

With ``group=NAME`` the report of a multirun instead. ``output=FILE.json`` needs no server.
"""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point
from srrescgan.errors import ConfigError
from srrescgan.loggers.wandb_server import save, write_spec
from srrescgan.sweeps.dashboard import sweep_report
from srrescgan.workspace.layout import curves, layout, sweep_parameters, sweep_scores


def workspace(cfg: DictConfig) -> None:
    """Save the workspace or the report, or write its layout to a file."""
    shown = curves(cfg)
    parameters = sweep_parameters(cfg)
    try:
        if cfg.group is None:
            view = layout(cfg.entity, cfg.project, cfg.title or cfg.project, shown)
        else:
            scores = sweep_scores(shown, cfg.scores)
            view = sweep_report(cfg.entity, cfg.project, cfg.group, scores, parameters)
    except ValueError as error:  # pydantic's, a line for each value that is refused
        raise ConfigError(f"W&B does not take this layout: {error}") from error
    if cfg.output is None:
        said = save(view)
    else:
        said = cfg.output
        write_spec(view, Path(said))
    Console().print(said, soft_wrap=True)


main = entry_point("workspace", workspace)

if __name__ == "__main__":
    main()
