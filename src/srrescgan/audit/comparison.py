"""All figures of all domains."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from srrescgan.audit.classifier import FOLDS, Classification, classify
from srrescgan.audit.domain import Domain
from srrescgan.audit.features import describe
from srrescgan.audit.figure import Measurement
from srrescgan.audit.figures import FIGURES
from srrescgan.data.seeds import derive_seed
from srrescgan.errors import DataError

CLASSIFIER = "classifier"
AT_LEAST = 3 * FOLDS
"""Pictures of a domain: as few as every third may have flat places, and each fold needs one."""
_SPLITS = 4


@dataclass(frozen=True)
class Comparison:
    """What the audit found.

    Attributes:
        domains: ``real``, ``made`` and, where there is one, ``baseline``.
        measurements: by figure, then by domain.
        distances: by figure (the classifier is the last), then by domain, from ``real``. That of
            ``real`` itself is the mean distance between two random halves of its pictures: what
            the figure says where there is no difference but chance. NaN where it cannot be had.
        classifications: by domain, told from ``real``; ``real`` from itself as above.
    """

    domains: Mapping[str, Domain]
    measurements: Mapping[str, Mapping[str, Measurement]]
    distances: Mapping[str, Mapping[str, float]]
    classifications: Mapping[str, Classification]

    def closed(self, figure: str) -> float:
        """Share of the way from baseline to real that made has gone; NaN without a baseline."""
        distances = self.distances[figure]
        start = distances.get("baseline", 0.0)
        return 1 - distances["made"] / start if start > 0 else float("nan")


def compare(domains: Mapping[str, Domain], seed: int) -> Comparison:
    """Measure every domain and its distance from ``real``.

    Args:
        domains: at least ``real`` and ``made``.
        seed: of the halves and folds.

    Raises:
        DataError: the pictures of a domain have too few flat places.
    """
    for domain in domains.values():
        _check_flat(domain)
    measurements = {
        figure.name: {label: figure.measure(domain) for label, domain in domains.items()}
        for figure in FIGURES
    }
    features = {label: describe(domain) for label, domain in domains.items()}
    others = [label for label in domains if label != "real"]
    classifications = {label: classify(features[label], features["real"], seed) for label in others}
    itself, chance = _itself(domains["real"], seed)
    if chance is not None:
        classifications["real"] = chance
    distances: dict[str, dict[str, float]] = {}
    for figure in FIGURES:
        read = measurements[figure.name]
        distances[figure.name] = {
            label: figure.distance(read[label], read["real"]) for label in others
        } | {"real": itself[figure.name]}
    distances[CLASSIFIER] = {label: classifications[label].distance for label in others}
    distances[CLASSIFIER]["real"] = itself[CLASSIFIER]
    return Comparison(domains, measurements, distances, classifications)


def _itself(real: Domain, seed: int) -> tuple[dict[str, float], Classification | None]:
    """Mean distances between halves of a domain; NaN where halves are too small."""
    names = [*(figure.name for figure in FIGURES), CLASSIFIER]
    found: dict[str, list[float]] = {name: [] for name in names}
    chances = []
    for split in range(_SPLITS if len(real.names) >= 2 * AT_LEAST else 0):
        halves = real.halves(derive_seed(seed, "half", split))
        if any(_pictures_with_flat_places(half) < FOLDS for half in halves):
            continue
        for figure in FIGURES:
            found[figure.name].append(figure.distance(*(figure.measure(half) for half in halves)))
        first, second = (describe(half) for half in halves)
        chances.append(classify(first, second, seed))
    if not chances:
        return dict.fromkeys(names, float("nan")), None
    chance = Classification(
        auc=float(np.mean([c.auc for c in chances])),
        deviation=float(np.mean([c.deviation for c in chances])),
        scores=chances[0].scores,
        tells={},
    )
    found[CLASSIFIER] = [c.distance for c in chances]
    return {name: float(np.mean(values)) for name, values in found.items()}, chance


def _pictures_with_flat_places(domain: Domain) -> int:
    return len(domain.picture[domain.flat[1]].unique())


def _check_flat(domain: Domain) -> None:
    count = _pictures_with_flat_places(domain)
    if count < FOLDS:
        raise DataError(
            f"{domain.folder}: noise can be read in {count} of {len(domain.names)} pictures, where"
            f" {FOLDS} are needed; the others are black, white or clipped wherever they are flat."
            " Add pictures, or raise patches_per_image="
        )
