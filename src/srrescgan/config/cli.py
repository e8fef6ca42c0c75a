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
from hydra.core.override_parser.types import Override
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from srrescgan.config.check import check_targets, nearest
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError, UserError

Task = Callable[[DictConfig], float | None]


def entry_point(config_name: str, task: Task) -> Callable[[], None]:
    """Make a command of ``task``.

    The command line is checked before Hydra starts a job, so a mistyped key stops the command with
    one line and nothing is written. A :class:`UserError` in the task ends it with its message and
    exit code 2; any other exception is a bug and keeps its traceback.
    """

    def job(cfg: DictConfig) -> float | None:
        try:
            return task(cfg)
        except UserError as error:
            _fail(error)

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
        hydra.main(version_base="1.3", config_path=CONFIG_DIR, config_name=config_name)(job)()

    return main


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
        variants = [_compose(config_name, [*search, *each]) for each in _variants(overrides)]
    GlobalHydra.instance().clear()
    for cfg in variants:
        check_targets(cfg)
    return variants


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


def _fail(error: UserError) -> NoReturn:
    # An exception that crossed from a data loading process carries that process's traceback; the
    # user needs the message only.
    message = str(error)
    if message.startswith("Caught "):
        message = message.rsplit(f"{type(error).__name__}: ", maxsplit=1)[-1]
    sys.stderr.write(f"error: {message.strip()}\n")
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
    if not override.is_sweep_override() or not override.is_discrete_sweep():
        # A range of numbers for a sweeper has no members to try: its key alone is looked at.
        line = override.input_line or ""
        return [line.split("=")[0] + "=0"] if override.is_sweep_override() else [line]
    key = override.get_key_element()
    return [f"{key}={value}" for value in override.sweep_string_iterator()]


def _compose(config_name: str, overrides: list[str]) -> DictConfig:
    try:
        return compose(config_name, overrides=overrides)
    except (HydraException, OmegaConfBaseException) as error:
        # Hydra's own message about a value names the key; its cause says what is wrong with it.
        reason = error.__cause__ if "Error merging" in str(error) and error.__cause__ else error
        raise ConfigError(_explain(config_name, overrides, str(reason))) from error


def _explain(config_name: str, overrides: list[str], message: str) -> str:
    """Turn Hydra's message into one line that names the nearest valid key or option."""
    found = re.search(r"Could not (?:find|load) '([^']+)'", message)
    if found:
        group, _, option = found[1].rpartition("/")
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
