"""Checks of a composed configuration, before anything is built or read."""

import dataclasses
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from hydra.utils import get_object
from omegaconf import DictConfig, OmegaConf

from srrescgan.config.origin import setting_file
from srrescgan.config.renamed import renamed
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.errors import ConfigError, nearest

_HYDRA_KEYS = {"_target_", "_partial_", "_args_", "_convert_", "_recursive_"}
_COUNTS = (
    *("iterations", "batch_size", "accumulate", "patch_size", "scale"),
    *("validate_every", "checkpoint_every", "log_every"),
)
_CHOICES = {"doctor": ("check", "skip")}
_NAMED_GROUPS = (
    "loss",
    "protocol",
    "metric",
    "published",
    "callback",
    "logger",
    "optimizer",
    "scheduler",
)
"""Groups whose node is a mapping from names to objects."""


def iter_targets(node: Any, path: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield ``(dotted.path, node)`` for each mapping that has a ``_target_``."""
    if isinstance(node, dict):
        if "_target_" in node:
            yield path, node
        for key, child in node.items():
            yield from iter_targets(child, f"{path}.{key}" if path else str(key))
    elif isinstance(node, list):
        for index, child in enumerate(node):
            yield from iter_targets(child, f"{path}[{index}]")


def check_targets(
    cfg: DictConfig, overrides: Sequence[str] = (), config_dir: str | None = None
) -> None:
    """Make sure that every key is known, given and within its range.

    Args:
        cfg: unresolved.
        overrides: the command line's, to find the experiment or recipe that sets a wrong key.
        config_dir: a further folder of configurations, from ``--config-dir``.

    Raises:
        ConfigError: naming every key that is not, one per line, with the nearest valid one, and
            with the file that sets it if that is an experiment or recipe.
    """
    tree = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(tree, dict)
    nameless = [*_nameless(tree, config_dir)]
    if nameless:  # anything else would be about keys that are in the wrong place
        raise ConfigError("\n".join(nameless))
    problems = [
        problem
        for path, node in iter_targets(tree)
        for problem in _check(path, node, overrides, config_dir)
    ]
    problems += [f"{key}= must be given" for key in _missing(tree)]
    problems += [
        f"{key}={tree[key]}: must be at least 1"
        for key in _COUNTS
        if isinstance(tree.get(key), int) and tree[key] < 1
    ]
    problems += [
        f"{key}={tree[key]}: must be {' or '.join(options)}{nearest(str(tree[key]), options)}"
        for key, options in _CHOICES.items()
        if key in tree and tree[key] not in options
    ]
    problems += _changed_protocols(tree.get("protocol") or {})
    problems += [*_unknown_fields(cfg), *_unknown_fields(cfg.get("paths"), "paths.")]
    for group in _NAMED_GROUPS:
        members = tree.get(group) or {}
        whole = {
            name
            for name, node in members.items()
            if node is None or (isinstance(node, dict) and "_target_" in node)
        }
        problems += [
            f"unknown key '{group}.{name}'{nearest(name, whole)}" for name in members.keys() - whole
        ]
    problems += [
        f"metric.{name}: add `_partial_: true` to its file (the protocol is given later)"
        for name, node in (tree.get("metric") or {}).items()
        if isinstance(node, dict) and "_target_" in node and not node.get("_partial_")
    ]
    if problems:
        raise ConfigError("\n".join(sorted(problems)))


def _nameless(tree: dict[Any, Any], config_dir: str | None) -> Iterator[str]:
    """Named groups in which a file defines an object without giving it a name."""
    folders = [CONFIG_DIR, *([config_dir] if config_dir else [])]
    for group in _NAMED_GROUPS:
        if "_target_" not in (tree.get(group) or {}):
            continue
        files = [path for folder in folders for path in Path(folder, group).glob("*.yaml")]
        faulty = [f"conf/{group}/{path.name}" for path in files if "_target_" in _content(path)]
        yield (
            f"{', '.join(faulty) or group}: a file of {group}/ names what it defines: indent its"
            " lines below a line `NAME:`, as the other files of the group do"
        )


def _content(path: Path) -> Any:
    return OmegaConf.to_container(OmegaConf.load(path), resolve=False)


def _changed_protocols(protocols: dict[str, Any]) -> Iterator[str]:
    # Scores are stored under the name of their protocol, so a name has to mean one protocol.
    for name, node in protocols.items():
        file = Path(CONFIG_DIR) / "protocol" / f"{name}.yaml"
        content = OmegaConf.to_container(OmegaConf.load(file)) if file.is_file() else {}
        assert isinstance(content, dict)
        shipped: dict[str, Any] = content.get(name, {})
        changed = [key for key in shipped if node is not None and node.get(key) != shipped[key]]
        if changed:
            wanted = {**node, "_target_": "srrescgan.metrics.Protocol"}
            text = ",".join(f"{key}:{value}" for key, value in wanted.items())
            yield (
                f"protocol.{name}.{changed[0]}: {name} is the name of another protocol, and scores"
                f" are compared by that name. Give yours its own: '+protocol.mine={{{text}}}'"
            )


def _missing(node: Any, path: str = "") -> Iterator[str]:
    for key, child in node.items() if isinstance(node, dict) else ():
        name = f"{path}.{key}" if path else str(key)
        if child == "???":
            yield name
        yield from _missing(child, name)


def _unknown_fields(node: DictConfig | None, prefix: str = "") -> Iterator[str]:
    # Hydra's "+key=value" adds a key even where a schema lists all of them.
    schema = None if node is None else OmegaConf.get_type(node)
    if node is not None and dataclasses.is_dataclass(schema):
        known = {f.name for f in dataclasses.fields(schema)}
        for key in sorted(str(key) for key in node if key not in known):
            yield f"unknown key '{prefix}{key}'{nearest(key, known)}"


def _why_missing(target: str, error: Exception) -> str:
    """Reason why a ``_target_`` cannot be imported."""
    package, _, name = target.rpartition(".")
    module = sys.modules.get(package)
    if package.startswith("srrescgan.") and module is not None and not hasattr(module, name):
        known = getattr(module, "__all__", [])
        file = package.replace(".", "/")
        return (
            f"{package} has no {name}{nearest(name, known)}. A new class has to be imported in"
            f" src/{file}/__init__.py"
        )
    return str(error).splitlines()[0].rstrip(":")


def _check(
    path: str, node: dict[str, Any], overrides: Sequence[str], config_dir: str | None
) -> Iterator[str]:
    try:
        target = get_object(node["_target_"])
    except Exception as error:
        yield f"{path}._target_: {_why_missing(str(node['_target_']), error)}"
        return
    parameters = inspect.signature(target).parameters
    if not any(p.kind is p.VAR_KEYWORD for p in parameters.values()):
        for key in sorted(node.keys() - _HYDRA_KEYS - parameters.keys()):
            name = f"{path}.{key}"
            hint = renamed(name) or nearest(key, parameters)
            file = setting_file(name, overrides, config_dir)
            unknown = f"unknown key '{name}': not an argument of {node['_target_']}"
            if file is None:
                yield f"{unknown}{hint}"
                continue
            other = "" if renamed(name) else f", or choose another {path.split('.')[0]}="
            yield f"{unknown}; {file} sets it{hint}. Remove it with ~{name}{other}"
