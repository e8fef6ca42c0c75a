"""Spelling: the names that another program gives to the tensors of one of our networks."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from torch import Tensor

_PLACEHOLDER = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class Spelling:
    """Names of a network's modules in the weight files of another program.

    In a name, ``{i}`` and other placeholders are numbers that both sides share; ``{end}`` is the
    number of the module after the last block, which is numbered by ``{i}``.
    """

    name: str
    """As in ``keys=`` of an export."""
    network: str
    """Class of the network."""
    modules: tuple[tuple[str, str], ...]
    """Native name and name in these files, of every module with parameters."""
    signature: tuple[str, ...]
    """Keys that only these files have."""
    wrapper: str | None = None
    """Key of the file's dictionary that holds the tensors; ``None``: the file is the dictionary."""
    prefix: str = ""
    """Of every key."""

    def matches(self, state: Mapping[str, Tensor]) -> bool:
        """Whether these are the tensors, without wrapper and prefix, of such a file."""
        return all(key in state for key in self.signature)

    def to_native(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Rename to the native keys; unknown keys stay, so that strict loading names them."""
        return _renamed(state, [(theirs, ours) for ours, theirs in self.modules])

    def from_native(self, state: Mapping[str, Tensor]) -> dict[str, Tensor]:
        """Rename the native keys, prefix included."""
        renamed = _renamed(state, self.modules)
        return {self.prefix + key: value for key, value in renamed.items()}


def _renamed(state: Mapping[str, Tensor], names: Sequence[tuple[str, str]]) -> dict[str, Tensor]:
    """Rename the modules of a state dict from the first to the second of each pair of names."""
    patterns = [(_pattern(before), after) for before, after in names]
    found = {key: _found(key, patterns) for key in state}
    blocks = [int(numbers["i"]) for _, numbers in filter(None, found.values()) if "i" in numbers]
    end = str(max(blocks, default=-1) + 1)
    renamed = {}
    for key, value in state.items():
        match = found[key]
        renamed[key if match is None else match[0].format(**match[1], end=end)] = value
    return renamed


def _pattern(template: str) -> re.Pattern[str]:
    """Pattern of the keys of a module; group ``tensor`` is ``weight`` or ``bias``."""
    parts = _PLACEHOLDER.split(template)
    text = "".join(
        rf"(?P<{part}>\d+)" if index % 2 else re.escape(part) for index, part in enumerate(parts)
    )
    return re.compile(rf"{text}\.(?P<tensor>weight|bias)")


def _found(
    key: str, patterns: list[tuple[re.Pattern[str], str]]
) -> tuple[str, dict[str, str]] | None:
    """New name of a key, still with its placeholders, and the numbers in the old one."""
    for pattern, after in patterns:
        match = pattern.fullmatch(key)
        if match:
            numbers = match.groupdict()
            numbers.pop("end", None)
            return f"{after}.{numbers.pop('tensor')}", numbers
    return None
