"""A multirun from its command line to its report.

Hydra's own sweepers and launchers run the jobs, each by :mod:`srrescgan.sweeps.run_job`. Repeating
the command resumes the sweep: a seeded sweeper asks for the same jobs again, every job has a folder
named after its own settings, and the record in it holds the result of a job that is over. So no
database is needed, and every sweeper and launcher works.
"""

import logging
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from srrescgan.config.build import build
from srrescgan.config.compose import check_overrides, compose_with_hydra
from srrescgan.errors import BackboneUnavailableError, ConfigError, UserError
from srrescgan.sweeps.job_record import read_jobs
from srrescgan.sweeps.objective import check_objective
from srrescgan.sweeps.plan import Plan
from srrescgan.sweeps.report import failure_summary, terminal_table, write_report

_NO_INFLUENCE = {
    *("output_dir", "objective", "notice", "num_workers", "doctor", "checkup", "paths"),
    *("trainer", "callback", "logger", "log_every", "checkpoint_every", "keep_every"),
    *("released_weights", "published"),
}
"""Keys that may change when a sweep is resumed: they do not change what a job learns."""
_EXAMPLES = "generator.alpha_init=choice(2,4) 'optimizer.g.lr=tag(log,interval(1e-4,1e-2))'"


@dataclass(frozen=True)
class SweepSetup:
    """A multirun that has been checked."""

    folder: Path
    overrides: list[str]
    """Further overrides for Hydra, before the user's own."""
    uses_optuna: bool


def run_sweep(
    run: Callable[[], None], config_name: str, overrides: list[str], config_dir: str | None
) -> None:
    """Run a multirun, and report on it even if jobs fail or the user stops it.

    Raises:
        UserError: a check failed and no job has started, or the sweeper refuses the search space.
        SystemExit: with code 1 when jobs failed, 130 after Ctrl-C.
    """
    setup = set_up_sweep(config_name, overrides, config_dir)
    console = Console()
    console.print(f"sweep: {setup.folder}", style="bold", soft_wrap=True)
    at = sys.argv.index(overrides[0]) if overrides else len(sys.argv)
    sys.argv[at:at] = setup.overrides
    _silence_optuna(setup)
    os.environ["HYDRA_FULL_ERROR"] = (
        "1"  # without it Hydra prints the errors that we handle, and exits
    )
    interrupted = False
    try:
        run()
    except KeyboardInterrupt:
        interrupted = True
    except HydraException as error:
        raise ConfigError(f"the sweep cannot continue: {error}") from error
    except ValueError:
        # Optuna looks for the best of no results. Our report names the failed jobs.
        jobs = read_jobs(setup.folder)
        if not jobs or any(job.status != "failed" for job in jobs.values()):
            raise
    sweep = write_report(setup.folder)
    console.print(terminal_table(sweep))
    console.print(f"report: {setup.folder}/sweep.html", soft_wrap=True)
    if interrupted:
        console.print(
            f"Stopped. To resume, repeat the command with output_dir={setup.folder}",
            soft_wrap=True,
        )
        raise SystemExit(130)
    if failure_summary(sweep):
        sys.stderr.write(f"{failure_summary(sweep)}. Repeat the command to try them again.\n")
        raise SystemExit(1)


def _silence_optuna(setup: SweepSetup) -> None:
    """Hide what Optuna says about failed jobs, which our report names, and about its study."""
    if setup.uses_optuna:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        logging.getLogger("hydra_plugins.hydra_optuna_sweeper").setLevel(logging.ERROR)


def set_up_sweep(
    config_name: str, overrides: list[str], config_dir: str | None = None
) -> SweepSetup:
    """Check a multirun before its first job, and write its plan.

    Raises:
        UserError: a key of the search space, an objective, the weights of a metric or the folder is
            not valid.
    """
    parsed = OverridesParser.create().parse_overrides(overrides)
    fixed = [override for override in parsed if not override.is_sweep_override()]
    swept = [override for override in parsed if override.is_sweep_override()]
    cfg = compose_with_hydra(config_name, [o.input_line or "" for o in fixed], config_dir)
    more = []
    space: dict[str, str] = dict(OmegaConf.select(cfg, "hydra.sweeper.params") or {})
    if (
        swept
        and space
        and not any(o.key_or_group.startswith("hydra.sweeper.params") for o in fixed)
    ):
        # A search space on the command line replaces that of the file.
        more, space = ["hydra.sweeper.params=null"], {}
    given = {override.get_key_element() for override in parsed}
    searched = [f"{key}={value}" for key, value in space.items() if key not in given]
    if searched:
        check_overrides(config_name, [*overrides, *searched], config_dir)
    if OmegaConf.select(cfg, "hydra.runtime.choices.sweep") and not swept and not searched:
        raise ConfigError(f"there is nothing to search: give values or ranges, such as {_EXAMPLES}")
    objectives = check_objective(cfg.objective, _sets(cfg), _scorecard(cfg))
    uses_optuna = cfg.hydra.sweeper._target_.endswith(".OptunaSweeper")
    if uses_optuna:
        _check_optuna(cfg)
        directions = ",".join(objective.direction for objective in objectives)
        more.append(f"hydra.sweeper.direction=[{directions}]")
    folder = Path(cfg.hydra.sweep.dir)
    plan = Plan(objectives, dict(_flat(cfg)))
    plan.check_continues(folder)
    plan.write(folder)
    varied = {o.key_or_group for o in swept} | {key.split("@")[0].lstrip("+~") for key in space}
    common = sorted({f"'{o.key_or_group}'" for o in fixed if o.key_or_group not in varied})
    more.append(f"hydra.job.config.override_dirname.exclude_keys=[{','.join(common)}]")
    quoted = str(folder).replace("\\", "\\\\").replace("'", "\\'")
    more.append(f"hydra.sweep.dir='{quoted}'")
    return SweepSetup(folder, more, uses_optuna)


def _check_optuna(cfg: DictConfig) -> None:
    if not cfg.objective:
        raise ConfigError("a search needs an objective=, such as [psnr,ssim]")
    startup = cfg.hydra.sweeper.sampler.get("n_startup_trials", 2)
    if startup < 2:  # with one result, TPE of Optuna 2.10 never returns
        raise ConfigError(f"hydra.sweeper.sampler.n_startup_trials={startup}: must be at least 2")
    if cfg.hydra.sweeper.n_jobs < 1:
        raise ConfigError(
            "give the number of jobs that run at a time: hydra.launcher.n_jobs=2 (they share the"
            " cores)"
        )


def _sets(cfg: DictConfig) -> dict[str, bool]:
    """The validation sets; whether they have hr images is not known before they are opened."""
    return {str(name): True for name, node in (cfg.data.get("val") or {}).items() if node}


def _scorecard(cfg: DictConfig) -> dict[str, Any]:
    try:
        return build(cfg.scorecard)
    except BackboneUnavailableError as error:
        raise UserError(
            f"{error}\nIt is an objective of the sweep. Objectives that need no weights:"
            " 'objective=[psnr,ssim]' 'metric=[psnr,ssim]'"
        ) from error


def _flat(cfg: DictConfig) -> Iterator[tuple[str, Any]]:
    """The configuration that all jobs share, without the keys that change no result."""
    tree = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(tree, dict)
    for key in sorted(tree.keys() - _NO_INFLUENCE - {"hydra"}):
        yield from _leaves(str(key), tree[key])


def _leaves(path: str, node: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(node, dict):
        for key, child in node.items():
            yield from _leaves(f"{path}.{key}", child)
    else:
        yield path, node
