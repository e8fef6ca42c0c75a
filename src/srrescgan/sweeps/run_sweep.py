"""A multirun from its command line to its report: checked first, resumed, judged at the end.

Hydra's own sweepers and launchers run the jobs; :mod:`srrescgan.sweeps.run_job` is what they run.
A sweep is resumed by repeating its command: a sweeper that is seeded asks for the same jobs again,
each job has a folder of its own that is named by what sets it apart, and the record in it answers
for a job that is over. So no database is needed, and it works with every sweeper and launcher.
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
from srrescgan.config.cli import check_overrides, compose_with_hydra
from srrescgan.errors import BackboneUnavailableError, ConfigError, UserError
from srrescgan.sweeps.job import read_jobs
from srrescgan.sweeps.objective import check_objective
from srrescgan.sweeps.plan import Plan
from srrescgan.sweeps.report import failures, table, write_report

_NO_INFLUENCE = {
    *("output_dir", "objective", "notice", "num_workers", "doctor", "checkup", "paths"),
    *("trainer", "callback", "logger", "log_every", "checkpoint_every", "keep_every"),
    *("released_weights", "published"),
}
"""Keys that may change when a sweep is resumed: not what a job learns."""
_EXAMPLES = "generator.alpha_init=choice(2,4) 'optimizer.g.lr=tag(log,interval(1e-4,1e-2))'"


@dataclass(frozen=True)
class Prepared:
    """A multirun that may begin."""

    folder: Path
    overrides: list[str]
    """For Hydra, in front of the user's own."""
    uses_optuna: bool


def run_sweep(
    run: Callable[[], None], config_name: str, overrides: list[str], config_dir: str | None
) -> None:
    """Run a multirun and report on it, however it ends.

    Raises:
        UserError: nothing has begun, or the sweeper refuses the search space.
        SystemExit: with code 1 when jobs failed, 130 after Ctrl-C.
    """
    prepared = prepare(config_name, overrides, config_dir)
    console = Console()
    console.print(f"sweep: {prepared.folder}", style="bold", soft_wrap=True)
    at = sys.argv.index(overrides[0]) if overrides else len(sys.argv)
    sys.argv[at:at] = prepared.overrides
    _quieten(prepared)
    os.environ["HYDRA_FULL_ERROR"] = "1"  # or Hydra prints what we want to answer, and exits
    interrupted = False
    try:
        run()
    except KeyboardInterrupt:
        interrupted = True
    except HydraException as error:
        raise ConfigError(f"the sweep cannot go on: {error}") from error
    except ValueError:
        # Optuna's search for the best of no results; our report says it better.
        jobs = read_jobs(prepared.folder)
        if not jobs or any(job.status != "failed" for job in jobs.values()):
            raise
    sweep = write_report(prepared.folder)
    console.print(table(sweep))
    console.print(f"report: {prepared.folder}/sweep.html", soft_wrap=True)
    if interrupted:
        console.print(
            f"Stopped. The same command goes on where it was, with output_dir={prepared.folder}",
            soft_wrap=True,
        )
        raise SystemExit(130)
    if failures(sweep):
        sys.stderr.write(f"{failures(sweep)}. The same command tries them again.\n")
        raise SystemExit(1)


def _quieten(prepared: Prepared) -> None:
    """A failed job is told of by us, and its study's name is of no use to anybody."""
    if prepared.uses_optuna:
        import optuna

        optuna.logging.set_verbosity(optuna.logging.WARNING)
        logging.getLogger("hydra_plugins.hydra_optuna_sweeper").setLevel(logging.ERROR)


def prepare(config_name: str, overrides: list[str], config_dir: str | None = None) -> Prepared:
    """Check a multirun before its first job, and write down its plan.

    Raises:
        UserError: a key of the search space, an objective, a metric's weights or the folder are not
            as they have to be.
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
        # The search space of a file is for those who give none of their own.
        more, space = ["hydra.sweeper.params=null"], {}
    given = {override.get_key_element() for override in parsed}
    searched = [f"{key}={value}" for key, value in space.items() if key not in given]
    if searched:
        check_overrides(config_name, [*overrides, *searched], config_dir)
    if OmegaConf.select(cfg, "hydra.runtime.choices.sweep") and not swept and not searched:
        raise ConfigError(f"nothing to search: give values or ranges, such as {_EXAMPLES}")
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
    apart = {o.key_or_group for o in swept} | {key.split("@")[0].lstrip("+~") for key in space}
    common = sorted({f"'{o.key_or_group}'" for o in fixed if o.key_or_group not in apart})
    more.append(f"hydra.job.config.override_dirname.exclude_keys=[{','.join(common)}]")
    quoted = str(folder).replace("\\", "\\\\").replace("'", "\\'")
    more.append(f"hydra.sweep.dir='{quoted}'")
    return Prepared(folder, more, uses_optuna)


def _check_optuna(cfg: DictConfig) -> None:
    if not cfg.objective:
        raise ConfigError("a search needs an objective=, for instance [psnr,ssim]")
    startup = cfg.hydra.sweeper.sampler.get("n_startup_trials", 2)
    if startup < 2:  # with one result, TPE of Optuna 2.10 looks for its second half for ever
        raise ConfigError(f"hydra.sweeper.sampler.n_startup_trials={startup}: must be at least 2")
    if cfg.hydra.sweeper.n_jobs < 1:
        raise ConfigError(
            "say how many jobs run at a time: hydra.launcher.n_jobs=2 (the cores are shared out"
            " among them)"
        )


def _sets(cfg: DictConfig) -> dict[str, bool]:
    """The validation sets; whether they have true images is not known before they are opened."""
    return {str(name): True for name, node in (cfg.data.get("val") or {}).items() if node}


def _scorecard(cfg: DictConfig) -> dict[str, Any]:
    try:
        return build(cfg.scorecard)
    except BackboneUnavailableError as error:
        raise UserError(
            f"{error}\nThe sweep is judged by it. To judge by what needs no weights instead:"
            " 'objective=[psnr,ssim]' 'metric=[psnr,ssim]'"
        ) from error


def _flat(cfg: DictConfig) -> Iterator[tuple[str, Any]]:
    """What every job starts from, without what has no influence on what it learns."""
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
