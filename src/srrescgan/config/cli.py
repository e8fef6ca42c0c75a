"""From a command line to a checked configuration, and from an error to one line."""

import re
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import hydra
from hydra import compose, initialize_config_dir
from hydra._internal.utils import get_args_parser
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from hydra.core.utils import setup_globals
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf, read_write
from omegaconf.errors import OmegaConfBaseException

from srrescgan.config.check import check_targets
from srrescgan.config.moved import use_present_names
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError, UserError, nearest

_PLUGINS = {
    "hydra/sweeper": ("optuna",),
    "hydra/sweeper/sampler": ("tpe", "random", "nsgaii", "cmaes"),
    "hydra/launcher": ("joblib", "submitit_local", "submitit_slurm"),
}
"""Options that come with the packages of our optional extra."""
_INSTALL = "pip install 'srrescgan[sweeps]'"

Task = Callable[[DictConfig], Any]
Multirun = Callable[[Callable[[], None], str, list[str], str | None], None]
"""Called with Hydra's run, the name of the primary configuration, overrides and ``--config-dir``.
"""


def entry_point(
    config_name: str, task: Task, multirun: Multirun | None = None
) -> Callable[[], None]:
    """Make a command of ``task``.

    The command line is checked before Hydra starts a job, so a mistyped key stops the command with
    one line and nothing is written. A :class:`UserError` in the task ends it with its message and
    exit code 2; any other exception is a bug and keeps its traceback.

    Args:
        config_name: primary configuration, such as ``train``.
        task: what the command does; what it returns goes to the sweeper of a multirun.
        multirun: takes a multirun (``-m``) in hand; ``None`` leaves it to Hydra.
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

    Launchers send it to other processes, where Hydra resolves our keys before it calls us.
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


def check_overrides(
    config_name: str, overrides: list[str], config_dir: str | None = None
) -> list[DictConfig]:
    """Compose and check every configuration that a command line stands for.

    Args:
        config_name: primary configuration, such as ``train``.
        overrides: the command line's overrides; sweeps such as ``seed=1,2`` are tried one value at
            a time.
        config_dir: a further folder of configurations, from ``--config-dir``.

    Returns:
        The configurations, unresolved.

    Raises:
        ConfigError: naming the key or option that is wrong and the nearest valid one.
    """
    register()
    GlobalHydra.instance().clear()
    search = [f"hydra.searchpath=[file://{Path(config_dir).resolve()}]"] if config_dir else []
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        try:
            variants = [_compose(config_name, [*search, *each]) for each in _variants(overrides)]
        except ConfigError as error:
            if "to Integer" in str(error) and any("=interval(" in each for each in overrides):
                raise ConfigError(f"{error}: for whole numbers write int(interval(...))") from error
            raise
    GlobalHydra.instance().clear()
    for cfg in variants:
        check_targets(cfg)
    return variants


def compose_with_hydra(
    config_name: str, overrides: list[str], config_dir: str | None = None
) -> DictConfig:
    """The configuration of a command line together with Hydra's own node.

    The folder of a sweep in it, ``hydra.sweep.dir``, is absolute and final: a clock that is part of
    its name has stopped.

    Raises:
        ConfigError: as :func:`check_overrides`.
    """
    register()
    setup_globals()
    GlobalHydra.instance().clear()
    search = [f"hydra.searchpath=[file://{Path(config_dir).resolve()}]"] if config_dir else []
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        cfg = _compose(config_name, [*search, *overrides], return_hydra_config=True)
    GlobalHydra.instance().clear()
    previous = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(cfg)
    try:
        with read_write(cfg.hydra.sweep):
            cfg.hydra.sweep.dir = str(Path(cfg.hydra.sweep.dir).absolute())
    finally:
        HydraConfig.instance().cfg = previous
    return cfg


def use_job_directory(cfg: DictConfig) -> None:
    """Let ``output_dir`` be the folder Hydra gave this job; in a multirun, one per job."""
    if HydraConfig.initialized():
        cfg.output_dir = HydraConfig.get().runtime.output_dir


def overridden(group: str) -> bool:
    """Whether the command line itself says something about ``group``."""
    overrides = HydraConfig.get().overrides.task if HydraConfig.initialized() else []
    return any(re.match(rf"\+?{group}[.=]", override) for override in overrides)


def plain(cfg: DictConfig) -> dict[str, Any]:
    """A node as plain dicts and lists, every reference resolved."""
    container = OmegaConf.to_container(cfg, resolve=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}


def _refuse_distributed(variants: list[DictConfig]) -> None:
    # Every process of a distributed job would start the whole sweep again.
    for cfg in variants:
        devices = OmegaConf.select(cfg, "trainer.devices", default=1)
        if devices != 1:
            raise ConfigError(
                f"a multirun (-m) cannot start distributed jobs (trainer.devices={devices}): run"
                " them one by one, or sweep with trainer.devices=1"
            )


def user_message(error: UserError) -> str:
    """What a user has to be told of an error."""
    # An exception that crossed from a data loading process carries that process's traceback; the
    # user needs the message only.
    message = str(error)
    if message.startswith("Caught "):
        message = message.rsplit(f"{type(error).__name__}: ", maxsplit=1)[-1]
    return message.strip()


def _fail(error: UserError) -> NoReturn:
    sys.stderr.write(f"error: {user_message(error)}\n")
    raise SystemExit(2)


def _variants(overrides: list[str]) -> Iterator[list[str]]:
    """The first combination of all sweeps, then each further value of each sweep alone."""
    try:
        parsed = OverridesParser.create().parse_overrides(overrides)
    except HydraException as error:
        raise ConfigError(_quoting_hint(str(error).splitlines()[0])) from error
    values = [_values(override) for override in parsed]
    first = [options[0] for options in values]
    yield first
    for index, options in enumerate(values):
        for option in options[1:]:
            yield [*first[:index], option, *first[index + 1 :]]


def _quoting_hint(message: str) -> str:
    if "Exception: " not in message and "at input" not in message:
        return message
    said = message.split("Exception: ")[-1]
    return f"cannot read {said}: put a value with special characters in quotes, \"key='value'\""


def _values(override: Override) -> list[str]:
    if not override.is_sweep_override():
        return [override.input_line or ""]
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):  # has no members: its beginning stands for all
        return [f"{key}={value.start}"]
    return [f"{key}={value}" for value in override.sweep_string_iterator()]


def _compose(
    config_name: str, overrides: list[str], return_hydra_config: bool = False
) -> DictConfig:
    try:
        cfg = compose(config_name, overrides=overrides, return_hydra_config=return_hydra_config)
    except (HydraException, OmegaConfBaseException) as error:
        # Hydra's own message about a value names the key; its cause says what is wrong with it.
        reason = error.__cause__ if "Error merging" in str(error) and error.__cause__ else error
        raise ConfigError(_explain(config_name, overrides, str(reason))) from error
    use_present_names(cfg)
    return cfg


def _explain(config_name: str, overrides: list[str], message: str) -> str:
    """Turn Hydra's message into one line that names the nearest valid key or option."""
    found = re.search(r"Could not (?:find|load) '([^']+)'", message)
    if found:
        group, _, option = found[1].rpartition("/")
        if option in _PLUGINS.get(group, ()):
            return f"{group}={option} needs a package that is not installed: {_INSTALL}"
        options = GlobalHydra.instance().config_loader().get_group_options(group)
        shown = sorted(option for option in options if not option.startswith("_"))
        hint = nearest(option, shown)
        return f"no {group} named '{option}'{hint} (available: {', '.join(shown)})"
    found = re.search(r"You must specify '([^']+)'", message)
    if found:
        options = GlobalHydra.instance().config_loader().get_group_options(found[1])
        shown = sorted(option for option in options if not option.startswith("_"))
        return f"{found[1]}= must be given (available: {', '.join(shown)})"
    found = re.search(r"Could not override '([^']+)'", message)
    if found:
        key = found[1].split("@")[0].lstrip("+~")
        known = _keys(config_name, [o for o in overrides if not o.startswith(f"{found[1]}=")])
        return f"unknown key '{key}'{nearest(key, known)}"
    found = re.search(r"Key '([^']+)' (?:is )?not in '(\w+)'", message)
    if found:
        where = re.search(r"In '([^']+)'", message)
        place = f" in conf/{where[1]}.yaml" if where else ""
        return f"unknown key '{found[1]}'{place}{nearest(found[1], _keys(config_name, []))}"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    key = next((line for line in lines if line.startswith("full_key:")), "")
    reason = next((line for line in lines if line.startswith("Value ")), lines[0])
    return f"{key.removeprefix('full_key: ')}: {reason}" if key else reason


def _keys(config_name: str, overrides: list[str]) -> set[str]:
    """Every key and group that a command line may set, dotted."""
    try:
        cfg = compose(config_name, overrides=overrides, return_hydra_config=True)
    except (HydraException, OmegaConfBaseException):
        cfg = compose(config_name, return_hydra_config=True)
    groups = set(cfg.hydra.runtime.choices) - {"hydra"}
    tree = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(tree, dict)
    tree.pop("hydra")
    return {key for key in groups if not key.startswith("hydra/")} | set(_dotted(tree))


def _dotted(node: Any, path: str = "") -> Iterator[str]:
    for key, child in node.items() if isinstance(node, dict) else ():
        name = f"{path}.{key}" if path else str(key)
        yield name
        yield from _dotted(child, name)
