"""May super-resolution be trained on these pictures?"""

from collections.abc import Mapping

from srrescgan.audit.comparison import CLASSIFIER, Comparison
from srrescgan.audit.figures import FIGURES
from srrescgan.errors import ConfigError, UserError

_REMEDY = (
    "train the degradation longer, give it more pictures of the source domain or another kind of"
    " degradation, or raise the limit"
)


class NotRealEnoughError(UserError):
    """Made pictures are further from the real ones than the user allows."""


def check_limits(max_auc: float | None, max_distance: Mapping[str, float | None]) -> None:
    """Make sure before any work that every limit is one, and of a figure there is.

    Raises:
        ConfigError: naming the unknown figure or the value out of range.
    """
    if max_auc is not None and not 0.5 <= max_auc <= 1:
        raise ConfigError(f"max_auc={max_auc:g}: expected 0.5 (cannot be told apart) to 1 (always)")
    known = [figure.name for figure in FIGURES]
    for name in max_distance:
        if name not in known:
            raise ConfigError(
                f"max_distance.{name}: no such figure (there are: {', '.join(known)})"
            )


def exceeded(
    comparison: Comparison, max_auc: float | None, max_distance: Mapping[str, float | None]
) -> list[str]:
    """One sentence for each limit that made pictures do not keep.

    Args:
        comparison: what was found.
        max_auc: largest AUC of the classifier, in [0.5, 1]; an AUC below 0.5 counts as far above.
        max_distance: largest distance by figure; ``None`` is no limit.
    """
    limits = {name: limit for name, limit in max_distance.items() if limit is not None}
    found = {name: comparison.distances[name]["made"] for name in limits}
    sentences = [
        f"{name}: distance {found[name]:.3g} is above max_distance.{name}={limit:g}"
        for name, limit in limits.items()
        if not found[name] <= limit  # NaN, which cannot be judged, does not pass
    ]
    auc = comparison.classifications["made"].auc
    auc = max(auc, 1 - auc)
    if max_auc is not None and auc > max_auc:
        sentences.append(f"{CLASSIFIER}: AUC {auc:.3f} is above max_auc={max_auc:g}")
    return sentences


def refuse(sentences: list[str], report: str) -> None:
    """Stop unless every limit is kept.

    Args:
        sentences: of :func:`exceeded`.
        report: where the reader can look.

    Raises:
        NotRealEnoughError: with every limit that is not kept, and what to do.
    """
    if sentences:
        listed = "\n  ".join(sentences)
        raise NotRealEnoughError(
            f"the made pictures are not close enough to the real ones:\n  {listed}\n"
            f"To do: {_REMEDY} (report: {report})"
        )
