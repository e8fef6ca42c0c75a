"""Entry points: the command line is checked first, and an error of the user's is one line."""

import re
import sys
from collections.abc import Callable
from typing import Any, NoReturn

import hydra
from hydra._internal.utils import get_args_parser
from hydra.core.hydra_config import HydraConfig
from omegaconf import DictConfig, OmegaConf

from srrescgan.config.compose import check_overrides
from srrescgan.config.moved import use_present_names
from srrescgan.config.origin import chosen_file
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError, UserError

__all__ = [
    "check_overrides",
    "entry_point",
    "overridden",
    "plain",
    "use_job_directory",
    "user_message",
]

Task = Callable[[DictConfig], Any]
Multirun = Callable[[Callable[[], None], str, list[str], str | None], None]
"""Called with Hydra's run, the name of the primary configuration, overrides and ``--config-dir``.
"""


def entry_point(
    config_name: str, task: Task, multirun: Multirun | None = None
) -> Callable[[], None]:
    """Make a command of ``task``.

    The command line is checked before Hydra starts a job, so a mistyped key stops the command with
    one line and nothing is written. A :class:`UserError` in the task ends the command with its
    message and exit code 2; any other exception is a bug and keeps its traceback.

    Args:
        config_name: primary configuration, such as ``train``.
        task: what the command does; its result goes to the sweeper of a multirun.
        multirun: runs a multirun (``-m``); ``None`` leaves it to Hydra.
    """
    job = _Job(task)

    def main() -> None:
        register()
        arguments = get_args_parser().parse_args()
        if not (arguments.help or arguments.hydra_help or arguments.info or arguments.config_name):
            try:
                variants = check_overrides(config_name, arguments.overrides, arguments.config_dir)
                if arguments.multirun:
                    _refuse_distributed(variants)
            except UserError as error:
                _fail(error)
        run = hydra.main(version_base="1.3", config_path=CONFIG_DIR, config_name=config_name)(job)
        if not arguments.multirun or multirun is None:
            run()
            return
        try:
            multirun(run, config_name, arguments.overrides, arguments.config_dir)
        except UserError as error:
            _fail(error)

    return main


class _Job:
    """A task that ends the command with one line when it raises a UserError.

    Launchers pickle it for other processes, where Hydra resolves our keys before it calls us.
    """

    def __init__(self, task: Task) -> None:
        self.task = task

    def __call__(self, cfg: DictConfig) -> Any:
        use_present_names(cfg)
        try:
            return self.task(cfg)
        except UserError as error:
            _fail(error)

    def __setstate__(self, state: dict[str, Any]) -> None:
        register()
        self.__dict__.update(state)


def use_job_directory(cfg: DictConfig) -> None:
    """Set ``output_dir`` to the folder that Hydra gave this job; in a multirun, one per job."""
    if HydraConfig.initialized():
        cfg.output_dir = HydraConfig.get().runtime.output_dir


def overridden(group: str) -> bool:
    """Whether the command line sets ``group`` or a key in it."""
    overrides = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    return any(re.match(rf"\+?{group}[.=]", override) for override in overrides)


def plain(cfg: DictConfig) -> dict[str, Any]:
    """A node as plain dicts and lists, every reference resolved."""
    container = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def user_message(error: UserError) -> str:
    """The message of an error, without a traceback."""
    # An exception from a data loading process carries the traceback of that process.
    message = str(error)
    if message.startswith("Caught "):
        message = message.rsplit(f"{type(error).__name__}: ", maxsplit=1)[-1]
    key = getattr(error, "key", None)
    file = None
    if key and HydraConfig.initialized():
        hydra_config = HydraConfig.get()
        file = chosen_file(key, hydra_config.runtime.choices)
    return message.strip() + (f" (set in {file})" if file else "")


def _refuse_distributed(variants: list[DictConfig]) -> None:
    # Every process of a distributed job would start the whole sweep again.
    for cfg in variants:
        devices = OmegaConf.select(cfg, "trainer.devices", default=1)
        if devices != 1:
            raise ConfigError(
                f"a multirun (-m) cannot start distributed jobs (trainer.devices={devices}): run"
                " them one by one, or sweep with trainer.devices=1"
            )


def _fail(error: UserError) -> NoReturn:
    sys.stderr.write(f"error: {user_message(error)}\n")
    raise SystemExit(2)
