"""Comparison of picture domains: all statistics and the classifier."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from srrescgan.audit.classifier import FOLDS, Classification, classify
from srrescgan.audit.domain import Domain
from srrescgan.audit.features import domain_features
from srrescgan.audit.statistics import STATISTICS
from srrescgan.audit.statistics.statistic import Measurement
from srrescgan.data.seeds import derive_seed
from srrescgan.errors import DataError

CLASSIFIER = "classifier"
AT_LEAST = 3 * FOLDS
"""Pictures of a domain: possibly only every third has flat places, and each fold needs one."""
_SPLITS = 4
"""Random halvings of ``real``."""


@dataclass(frozen=True)
class DomainComparison:
    """Result of an audit.

    Attributes:
        domains: ``real``, ``made`` and optionally ``baseline``.
        measurements: by statistic, then by domain.
        distances: distance from ``real``, by statistic (the classifier is last), then by domain.
            That of ``real`` itself is the mean distance between two random halves of its pictures,
            which is the effect of chance alone. NaN where it cannot be computed.
        classifications: of each domain against ``real``; that of ``real`` as above.
    """

    domains: Mapping[str, Domain]
    measurements: Mapping[str, Mapping[str, Measurement]]
    distances: Mapping[str, Mapping[str, float]]
    classifications: Mapping[str, Classification]

    def gap_closed(self, statistic: str) -> float:
        """Share of the distance from baseline to real that made closes; NaN without a baseline."""
        distances = self.distances[statistic]
        start = distances.get("baseline", 0.0)
        return 1 - distances["made"] / start if start > 0 else float("nan")


def compare_domains(domains: Mapping[str, Domain], seed: int) -> DomainComparison:
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
        statistic.name: {label: statistic.measure(domain) for label, domain in domains.items()}
        for statistic in STATISTICS
    }
    features = {label: domain_features(domain) for label, domain in domains.items()}
    labels = [label for label in domains if label != "real"]
    classifications = {label: classify(features[label], features["real"], seed) for label in labels}
    chance_distances, chance_classification = _compare_halves(domains["real"], seed)
    if chance_classification is not None:
        classifications["real"] = chance_classification
    distances: dict[str, dict[str, float]] = {}
    for statistic in STATISTICS:
        measured = measurements[statistic.name]
        distances[statistic.name] = {
            label: statistic.distance(measured[label], measured["real"]) for label in labels
        } | {"real": chance_distances[statistic.name]}
    distances[CLASSIFIER] = {label: classifications[label].distance for label in labels}
    distances[CLASSIFIER]["real"] = chance_distances[CLASSIFIER]
    return DomainComparison(domains, measurements, distances, classifications)


def _compare_halves(real: Domain, seed: int) -> tuple[dict[str, float], Classification | None]:
    """Mean distances between random halves of a domain; NaN if the halves are too small."""
    names = [*(statistic.name for statistic in STATISTICS), CLASSIFIER]
    distances: dict[str, list[float]] = {name: [] for name in names}
    classifications = []
    for split in range(_SPLITS if len(real.names) >= 2 * AT_LEAST else 0):
        halves = real.halves(derive_seed(seed, "half", split))
        if any(_pictures_with_flat_places(half) < FOLDS for half in halves):
            continue
        for statistic in STATISTICS:
            one, other = (statistic.measure(half) for half in halves)
            distances[statistic.name].append(statistic.distance(one, other))
        first, second = (domain_features(half) for half in halves)
        classifications.append(classify(first, second, seed))
    if not classifications:
        return dict.fromkeys(names, float("nan")), None
    mean = Classification(
        auc=float(np.mean([c.auc for c in classifications])),
        deviation=float(np.mean([c.deviation for c in classifications])),
        scores=classifications[0].scores,
        top_features={},
    )
    distances[CLASSIFIER] = [c.distance for c in classifications]
    return {name: float(np.mean(values)) for name, values in distances.items()}, mean


def _pictures_with_flat_places(domain: Domain) -> int:
    return len(domain.picture[domain.flat[1]].unique())


def _check_flat(domain: Domain) -> None:
    count = _pictures_with_flat_places(domain)
    if count < FOLDS:
        raise DataError(
            f"{domain.folder}: noise can be measured in {count} of {len(domain.names)} pictures,"
            f" {FOLDS} are needed; the flat places of the others are black, white or clipped. Add"
            " pictures, or increase patches_per_image="
        )
