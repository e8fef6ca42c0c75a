"""Classifier of made against real pictures: a logistic regression on noise features."""

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import roc_auc_score
from sklearn.model_selection import PredefinedSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from torch import Tensor

from srrescgan.audit.features import NAMES

FOLDS = 5
ABOUT = (
    "Distance 2 |AUC - 0.5| of a logistic regression on the noise of flat places, in five-fold"
    " cross-validation over pictures. It finds differences that no other statistic measures,"
    " however small, if they are consistent: a weak but constant one gives 1. With few pictures,"
    " chance alone moves it by a tenth and more: compare with the column of real itself."
)
_TOP_FEATURES = 5
"""Features that are reported."""
_INVERSE_PENALTY = 0.1  # 1 overfits when there are few pictures


@dataclass(frozen=True)
class Classification:
    """Result of a classifier that distinguishes two domains.

    Attributes:
        auc: probability that a place of the first domain gets a higher score than a place of the
            second, mean over folds. 0.5 is indistinguishable, 1 always distinguished.
        deviation: standard deviation of the AUC over folds.
        scores: probability of belonging to the first domain, for each place of the first and of the
            second domain, predicted by a classifier that was not trained on that picture.
        top_features: features with the largest absolute weights, and their mean weights; positive
            if a higher value indicates the first domain.
    """

    auc: float
    deviation: float
    scores: tuple[np.ndarray, np.ndarray]
    top_features: dict[str, float]

    @property
    def distance(self) -> float:
        """0 is indistinguishable, 1 always distinguished."""
        return 2 * abs(self.auc - 0.5)


def classify(
    first: tuple[Tensor, Tensor], second: tuple[Tensor, Tensor], seed: int
) -> Classification:
    """Cross-validate a classifier; the places of a picture are all in the same fold.

    The pictures of each domain are distributed evenly over five folds, so every fold has both
    domains. Each domain has the same total weight, whatever its number of places.

    Args:
        first: result of :func:`~srrescgan.audit.features.domain_features`.
        second: likewise for the other domain.
        seed: distributes the pictures.

    Raises:
        ValueError: a domain has fewer than five pictures.
    """
    rng = np.random.default_rng(seed)
    features = np.concatenate([domain[0].double().numpy() for domain in (first, second)])
    label = np.repeat([1, 0], [len(first[0]), len(second[0])])
    fold = np.concatenate([_assign_folds(domain[1].numpy(), rng) for domain in (first, second)])
    scores = np.zeros(len(label))
    aucs, weights = [], []
    for train, test in PredefinedSplit(fold).split():
        model = make_pipeline(
            StandardScaler(),
            LogisticRegression(C=_INVERSE_PENALTY, class_weight="balanced", max_iter=2000),
        ).fit(features[train], label[train])
        scores[test] = model.predict_proba(features[test])[:, 1]
        aucs.append(roc_auc_score(label[test], scores[test]))
        weights.append(model[-1].coef_[0])
    mean = np.mean(weights, axis=0)
    strongest = np.argsort(-np.abs(mean), kind="stable")[:_TOP_FEATURES]
    return Classification(
        auc=float(np.mean(aucs)),
        deviation=float(np.std(aucs)),
        scores=(scores[label == 1], scores[label == 0]),
        top_features={NAMES[i]: float(mean[i]) for i in strongest},
    )


def _assign_folds(picture: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Fold of each place, ``(M,)``."""
    pictures, index = np.unique(picture, return_inverse=True)
    if len(pictures) < FOLDS:
        raise ValueError(f"{FOLDS} folds need as many pictures on each side, got {len(pictures)}")
    return rng.permutation(np.arange(len(pictures)) % FOLDS)[index]
