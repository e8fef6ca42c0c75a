"""Recognizes the network that a weight file belongs to, by its keys and shapes."""

from typing import Any

from srrescgan import generators
from srrescgan.errors import WeightsError
from srrescgan.weights.files import GeneratorWeights

PACKAGE = "srrescgan.generators."
_SHOWN = 4


def recognize(weights: GeneratorWeights) -> dict[str, Any]:
    """Return the ``_target_`` and constructor arguments of a file without a configuration.

    Every class of :mod:`srrescgan.generators` that has ``arguments_from`` is asked.

    Raises:
        WeightsError: the tensors belong to none of them; the message lists some.
    """
    for name in generators.__all__:
        arguments_from = getattr(getattr(generators, name), "arguments_from", None)
        arguments = arguments_from(weights.state) if arguments_from else None
        if arguments is not None:
            return {"_target_": PACKAGE + name, **arguments}
    seen = [f"{key} ({' x '.join(map(str, value.shape))})" for key, value in weights.state.items()]
    more = ", ..." if len(seen) > _SHOWN else ""
    raise WeightsError(
        f"{weights.source} does not say which network it belongs to, and its {len(seen)} tensors"
        f" are of none that is known: {', '.join(seen[:_SHOWN])}{more}. Expected weights of"
        f" {', '.join(sorted(generators.__all__, key=str.lower))}; if it is one of these with other"
        " settings, name it with generator="
    )
