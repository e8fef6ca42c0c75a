"""Origin of a configuration key: the chosen file that sets it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from srrescgan.config.schema import CONFIG_DIR

_GROUPS = ("debug", "sweep", "experiment", "recipe")
"""Groups whose files set keys of other groups; earlier groups override later ones."""


def setting_file(key: str, overrides: Iterable[str], config_dir: str | None = None) -> str | None:
    """Find the chosen file of a global group (experiment, recipe, ...) that sets a key.

    Args:
        key: dotted, such as ``generator.alpha_init``.
        overrides: the command line's.
        config_dir: a further folder of configurations, from ``--config-dir``.

    Returns:
        ``conf/<group>/<name>.yaml``; ``None`` if no such file sets the key.
    """
    folders = [Path(CONFIG_DIR), *([Path(config_dir)] if config_dir else [])]
    chosen = dict(override.lstrip("+").partition("=")[::2] for override in overrides)
    for group in _GROUPS:
        for name, content in _with_bases(group, chosen.get(group, ""), folders):
            if _sets(content, key.split(".")):
                return f"conf/{name}.yaml"
    return None


def chosen_file(key: str, choices: Mapping[str, Any]) -> str | None:
    """Find the file of a group that defines a key.

    Args:
        key: ``<group>`` or ``<group>.<name>``, such as ``generator`` or ``loss.pixel``.
        choices: option of each group, as Hydra composed it.

    Returns:
        ``conf/<group>/<option>.yaml``; ``None`` if there is no such file.
    """
    group, _, name = key.partition(".")
    option = name or choices.get(group)
    is_file = (Path(CONFIG_DIR) / group / f"{option}.yaml").is_file()
    return f"conf/{group}/{option}.yaml" if is_file else None


def _with_bases(
    group: str, name: str, folders: Sequence[Path]
) -> Iterator[tuple[str, dict[str, Any]]]:
    """A file and the files of global groups in its defaults list."""
    paths = [folder / group / f"{name}.yaml" for folder in folders]
    path = next((path for path in paths if name and path.is_file()), None)
    if path is None:
        return
    content = yaml.safe_load(path.read_text()) or {}
    yield f"{group}/{name}", content
    for entry in content.get("defaults", []):
        if isinstance(entry, str) and entry != "_self_":
            yield from _with_bases(group, entry, folders)
        elif isinstance(entry, dict):
            for base, option in entry.items():
                base_group = base.removeprefix("override ").lstrip("/")
                if base_group in _GROUPS:
                    yield from _with_bases(base_group, str(option), folders)


def _sets(content: Any, keys: Sequence[str]) -> bool:
    for key in keys:
        if not isinstance(content, dict) or key not in content:
            return False
        content = content[key]
    return True
