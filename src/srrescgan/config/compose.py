"""From a command line to checked configurations."""

from collections.abc import Iterator
from pathlib import Path

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from hydra.core.hydra_config import HydraConfig
from hydra.core.override_parser.overrides_parser import OverridesParser
from hydra.core.override_parser.types import IntervalSweep, Override
from hydra.core.utils import setup_globals
from hydra.errors import HydraException
from omegaconf import DictConfig, read_write
from omegaconf.errors import OmegaConfBaseException

from srrescgan.config.check import check_targets
from srrescgan.config.explain import explain, explain_syntax
from srrescgan.config.moved import use_present_names
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError


def check_overrides(
    config_name: str, overrides: list[str], config_dir: str | None = None
) -> list[DictConfig]:
    """Compose and check every configuration that a command line describes.

    Args:
        config_name: primary configuration, such as ``train``.
        overrides: the command line's overrides. Of a sweep such as ``seed=1,2`` every value is
            checked, but not every combination of the values of several sweeps.
        config_dir: a further folder of configurations, from ``--config-dir``.

    Returns:
        The configurations, unresolved.

    Raises:
        ConfigError: a key or option is wrong; the message names it and the nearest valid one.
    """
    register()
    GlobalHydra.instance().clear()
    search = _search_path(config_dir)
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        try:
            lines = list(_variants(overrides))
            variants = [_compose(config_name, [*search, *each]) for each in lines]
        except ConfigError as error:
            if "to Integer" in str(error) and any("=interval(" in each for each in overrides):
                raise ConfigError(f"{error}: for whole numbers write int(interval(...))") from error
            raise
    GlobalHydra.instance().clear()
    for cfg, line in zip(variants, lines, strict=True):
        check_targets(cfg, line, config_dir)
    return variants


def compose_with_hydra(
    config_name: str, overrides: list[str], config_dir: str | None = None
) -> DictConfig:
    """Compose a command line, with Hydra's own node ``hydra``.

    The folder of a sweep in it, ``hydra.sweep.dir``, is absolute and resolved: a time in its name
    no longer changes.

    Raises:
        ConfigError: as :func:`check_overrides`.
    """
    register()
    setup_globals()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        overrides = [*_search_path(config_dir), *overrides]
        cfg = _compose(config_name, overrides, return_hydra_config=True)
    GlobalHydra.instance().clear()
    previous = HydraConfig.instance().cfg
    HydraConfig.instance().set_config(cfg)
    try:
        with read_write(cfg.hydra.sweep):
            cfg.hydra.sweep.dir = str(Path(cfg.hydra.sweep.dir).absolute())
    finally:
        HydraConfig.instance().cfg = previous
    return cfg


def _search_path(config_dir: str | None) -> list[str]:
    return [f"hydra.searchpath=[file://{Path(config_dir).resolve()}]"] if config_dir else []


def _compose(
    config_name: str, overrides: list[str], return_hydra_config: bool = False
) -> DictConfig:
    try:
        cfg = compose(config_name, overrides=overrides, return_hydra_config=return_hydra_config)
    except (HydraException, OmegaConfBaseException, ValueError) as error:
        # Hydra's own message about a value names the key; its cause says what is wrong with it.
        reason = error.__cause__ if "Error merging" in str(error) and error.__cause__ else error
        raise ConfigError(explain(config_name, overrides, str(reason))) from error
    use_present_names(cfg)
    return cfg


def _variants(overrides: list[str]) -> Iterator[list[str]]:
    """The first combination of all sweeps, then each further value of each sweep alone."""
    values = [_values(_parsed(override)) for override in overrides]
    first = [options[0] for options in values]
    yield first
    for index, options in enumerate(values):
        for option in options[1:]:
            yield [*first[:index], option, *first[index + 1 :]]


def _parsed(override: str) -> Override:
    try:
        return OverridesParser.create().parse_override(override)
    except HydraException as error:
        raise ConfigError(explain_syntax(override, str(error))) from error


def _values(override: Override) -> list[str]:
    """An override without its sweep, once per value."""
    if not override.is_sweep_override():
        return [override.input_line or ""]
    key, value = override.get_key_element(), override.value()
    if isinstance(value, IntervalSweep):  # its start stands for every number in it
        return [f"{key}={value.start}"]
    return [f"{key}={value}" for value in override.sweep_string_iterator()]
