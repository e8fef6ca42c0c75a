"""Seeds derived from numbers and names."""

import hashlib
import json


def derive_seed(*parts: int | str) -> int:
    """Mix numbers and names into one seed, the same on every machine and Python version.

    Args:
        parts: what the seed depends on, such as ``(run_seed, epoch, index)`` or a file name. ``1``
            and ``"1"`` give different seeds, and so do ``("ab", "c")`` and ``("a", "bc")``.

    Returns:
        An integer in [0, 2**63), so that it fits an int64 tensor.

    Example:
        >>> derive_seed(0, 1, 2) == derive_seed(0, 1, 2), derive_seed(0, 1, 2) == derive_seed(0, 12)
        (True, False)
    """
    digest = hashlib.blake2b(json.dumps(parts).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") >> 1


def image_seed(name: str, seed: int = 0) -> int:
    """Seed of a whole image; it does not depend on order, folder or process.

    Args:
        name: relative path without suffix.
        seed: 0 for the random numbers of validation; another seed gives others.
    """
    return derive_seed(name) if seed == 0 else derive_seed(seed, name)
