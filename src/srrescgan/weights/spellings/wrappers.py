"""Wrappers and prefixes: what weight files put around the tensors of a network."""

from collections.abc import Mapping
from typing import Any

from torch import Tensor

AVERAGED = ("params_ema", "params-ema")
PLAIN = ("params", "state_dict", "model_state_dict", "model_g_state_dict")
_GENERATORS = ("generator_ema.", "generator.")


def unwrapped(content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The dictionary of a generator within a file; if there are two, the averaged one."""
    for wrapper in (*AVERAGED, *PLAIN):
        if isinstance(content.get(wrapper), Mapping):
            return content[wrapper]
    return content


def without_prefix(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Remove ``module.`` (of data parallelism) from all keys.

    Of a file with several networks, as mmagic writes them, take the generator; if there are two,
    the averaged one.
    """
    while state and all(key.startswith("module.") for key in state):
        state = {key.removeprefix("module."): value for key, value in state.items()}
    for prefix in _GENERATORS:
        own = {k.removeprefix(prefix): v for k, v in state.items() if k.startswith(prefix)}
        if own:
            return own
    return dict(state)
