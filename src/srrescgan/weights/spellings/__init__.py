"""Names of tensors in the weight files of other programs, read and written.

A new spelling is an entry in the file of its network.
"""

from collections.abc import Mapping

from torch import Tensor

from srrescgan.errors import ConfigError, nearest
from srrescgan.weights.spellings import edsr, rrdbnet
from srrescgan.weights.spellings.spelling import Spelling
from srrescgan.weights.spellings.wrappers import AVERAGED, unwrapped, without_prefix

__all__ = ["NATIVE", "SPELLINGS", "Spelling", "find_spelling", "to_native", "unwrapped"]

NATIVE = "native"
SPELLINGS = (*rrdbnet.SPELLINGS, *edsr.SPELLINGS)
"""Every spelling but the native ones."""
_WRAPPERS = ("params", *AVERAGED)


def to_native(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """Rename the tensors of a file to the keys of our network, whatever program wrote it.

    Keys that belong to no known spelling are returned as they are.

    Raises:
        WeightsError: a spelling is known, and the network cannot be one of ours.
    """
    state = without_prefix(state)
    for spelling in SPELLINGS:
        if spelling.matches(state):
            return spelling.to_native(state)
    return state


def find_spelling(name: str, network: str) -> Spelling:
    """The spelling ``keys=name`` of a network.

    Args:
        name: ``native``; ``params``, ``params_ema`` or ``params-ema``: native keys in a dictionary
            of that name, as BasicSR and Real-ESRGAN write them; or a spelling of the network.
        network: name of its class.

    Raises:
        ConfigError: the network has no such spelling.
    """
    own = {each.name: each for each in SPELLINGS if each.network == network}
    plain = {
        key: Spelling(key, network, (), (), wrapper=None if key == NATIVE else key)
        for key in (NATIVE, *_WRAPPERS)
    }
    known = plain | own
    if name not in known:
        raise ConfigError(
            f"keys={name}: expected {', '.join(known)} for {network}{nearest(name, known)}"
        )
    return known[name]
