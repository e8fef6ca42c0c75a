"""Hydra's errors in one line each, with the nearest valid key or option."""

import re
from collections.abc import Iterator
from typing import Any

from hydra import compose
from hydra.core.global_hydra import GlobalHydra
from hydra.errors import HydraException
from omegaconf import DictConfig, OmegaConf
from omegaconf.errors import OmegaConfBaseException

from srrescgan.config.renamed import renamed
from srrescgan.errors import nearest

_PLUGINS = {
    "hydra/sweeper": ("optuna",),
    "hydra/sweeper/sampler": ("tpe", "random", "nsgaii", "cmaes"),
    "hydra/launcher": ("joblib", "submitit_local", "submitit_slurm"),
}
"""Options that come with the packages of the optional extra ``sweeps``."""
_INSTALL = "pip install 'srrescgan[sweeps]'"


def explain(config_name: str, overrides: list[str], message: str) -> str:
    """Turn a message of Hydra's into one line that names the nearest valid key or option.

    Args:
        config_name: primary configuration; Hydra is initialized.
        overrides: those that failed to compose.
        message: Hydra's or OmegaConf's.
    """
    if match := re.search(r"Could not (?:find|load) '([^']+)'", message):
        group, _, option = match[1].rpartition("/")
        if option in _PLUGINS.get(group, ()):
            return f"{group}={option} needs a package that is not installed: {_INSTALL}"
        options = _options(group)
        return (
            f"no {group} named '{option}'{nearest(option, options)}"
            f" (available: {', '.join(options)})"
        )
    if match := re.search(r"You must specify '([^']+)'", message):
        return f"{match[1]}= must be given (available: {', '.join(_options(match[1]))})"
    if "Config group override must be" in message:
        for key, _, value in (each.lstrip("+").partition("=") for each in overrides):
            options = _options(key.partition("@")[0])
            if options and re.fullmatch(r"[-+.\dE]+|true|false", value, re.IGNORECASE):
                return f"{key}={value}: must be a name (available: {', '.join(options)})"
    if match := re.search(r"Could not override '([^']+)'", message):
        others = [each for each in overrides if not each.startswith(f"{match[1]}=")]
        return _unknown_key(match[1].lstrip("+~"), _composed(config_name, others))
    if match := re.search(r"Key '([^']+)' (?:is )?not in '(\w+)'", message):
        file = re.search(r"In '([^']+)'", message)
        place = f" in conf/{file[1]}.yaml" if file else ""
        known = _keys(_composed(config_name, []))
        return f"unknown key '{match[1]}'{place}{nearest(match[1], known)}"
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    key = next((line for line in lines if line.startswith("full_key:")), "")
    reason = next((line for line in lines if line.startswith("Value ")), lines[0])
    return f"{key.removeprefix('full_key: ')}: {reason}" if key else reason


def explain_syntax(override: str, message: str) -> str:
    """Turn a message of Hydra's override parser into one line that says what to write instead."""
    if match := re.search(r"while evaluating '.*?': (.+)", message):
        return f"{override}: {match[1]}"
    if "missing EQUAL" in message:
        return f"cannot read {override}: expected key=value"
    return f"cannot read {override}: put a value with special characters in quotes, \"key='value'\""


def _unknown_key(key: str, cfg: DictConfig) -> str:
    """Message about an unknown key, with a suggestion."""
    groups = {str(group) for group in cfg.hydra.runtime.choices}
    group = key.partition("@")[0]
    packages = sorted(each for each in groups if each.startswith(f"{group}@"))
    if packages:  # optimizer= stands for several choices: optimizer@optimizer.g= is one of them
        hint = nearest(key, packages) if "@" in key else ""
        return f"'{key}=' is not a choice{hint} (available: {'=, '.join(packages)}=)"
    if group in groups and "@" in key:
        return f"unknown key '{key}'; did you mean '{group}'?"
    return f"unknown key '{key}'{renamed(key) or nearest(key, _keys(cfg))}"


def _options(group: str) -> list[str]:
    options = GlobalHydra.instance().config_loader().get_group_options(group)
    return sorted(option for option in options if not option.startswith("_"))


def _composed(config_name: str, overrides: list[str]) -> DictConfig:
    try:
        return compose(config_name, overrides=overrides, return_hydra_config=True)
    except (HydraException, OmegaConfBaseException):
        return compose(config_name, return_hydra_config=True)


def _keys(cfg: DictConfig) -> set[str]:
    """Every key and group that a command line may set, dotted."""
    tree = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(tree, dict)
    tree.pop("hydra")
    groups = {str(key) for key in cfg.hydra.runtime.choices}
    return {key for key in groups if not key.startswith("hydra")} | {*_dotted(tree)}


def _dotted(node: Any, path: str = "") -> Iterator[str]:
    for key, child in node.items() if isinstance(node, dict) else ():
        name = f"{path}.{key}" if path else str(key)
        yield name
        yield from _dotted(child, name)
