"""The classifier finds what is there and nothing else."""

import numpy as np
import pytest
import torch
from scenes import as_domain, eight_bit, scenes

from srrescgan.audit.classifier import FOLDS, classify
from srrescgan.audit.features import NAMES, domain_features, noise_features


def side(pictures: int, places: int, shift: float, seed: int, own: float = 0.0):
    """Features of noise: ``shift`` is what tells the sides apart, ``own`` each picture's mark."""
    rng = np.random.default_rng(seed)
    features = rng.normal(0, 1, (pictures * places, len(NAMES)))
    picture = np.repeat(np.arange(pictures), places)
    features += own * rng.normal(0, 1, (pictures, len(NAMES)))[picture]
    features[:, 3] += shift
    return torch.from_numpy(features).float(), torch.from_numpy(picture)


def test_no_difference_gives_a_half_and_a_large_one_gives_one() -> None:
    none = classify(side(40, 20, 0, 1), side(30, 20, 0, 2), seed=0)
    # Standard error of an AUC between 800 and 600 independent places (Hanley and McNeil 1982).
    error = ((800 + 600 + 1) / (12 * 800 * 600)) ** 0.5
    assert abs(none.auc - 0.5) < 3 * error
    all_of_it = classify(side(40, 20, 9, 1), side(30, 20, 0, 2), seed=0)
    assert all_of_it.auc > 0.999
    assert next(iter(all_of_it.top_features)) == NAMES[3]
    assert all_of_it.top_features[NAMES[3]] > 0
    half = classify(side(40, 20, 1, 1), side(30, 20, 0, 2), seed=0)
    # Two normal variables one deviation apart: the first is larger with probability 0.760.
    assert half.auc == pytest.approx(0.760, abs=0.05)
    assert half.distance == pytest.approx(2 * half.auc - 1)


def test_recognising_pictures_does_not_help() -> None:
    # Each picture has a mark of its own, and there is nothing else to tell the sides by: were a
    # picture in both training and test, the marks would give it away.
    aucs = [
        classify(side(12, 40, 0, s, own=5), side(12, 40, 0, 50 + s, own=5), seed=s).auc
        for s in range(8)
    ]
    error = ((12 + 12 + 1) / (12 * 12 * 12)) ** 0.5 / 8**0.5
    assert abs(np.mean(aucs) - 0.5) < 3 * error


def test_unequal_numbers_of_places_do_not_matter() -> None:
    few = classify(side(10, 20, 3, 1), side(40, 40, 0, 2), seed=0)
    # Three deviations apart: the middle between the two is right in 93 of 100 cases.
    assert (few.scores[0] > 0.5).mean() > 0.85
    assert (few.scores[1] < 0.5).mean() > 0.85
    assert [len(scores) for scores in few.scores] == [200, 1600]


def test_it_is_the_same_each_time_and_needs_a_picture_per_fold() -> None:
    first, second = (classify(side(9, 5, 1, 1), side(9, 5, 0, 2), seed=4) for _ in range(2))
    assert first.auc == second.auc
    assert first.top_features == second.top_features
    with pytest.raises(ValueError, match=f"{FOLDS} folds"):
        classify(side(4, 9, 1, 1), side(9, 9, 0, 2), seed=0)


def test_the_audit_distinguishes_degradations_not_subjects() -> None:
    noise = [
        torch.randn(30, 3, 128, 128, generator=torch.Generator().manual_seed(s)) for s in (1, 2)
    ]
    one, other = 255 * scenes(range(30)), 255 * scenes(range(100, 130))
    real = domain_features(as_domain(eight_bit(other + 6 * noise[0])))
    same = domain_features(as_domain(eight_bit(one + 6 * noise[1])))
    weaker = domain_features(as_domain(eight_bit(one + 4.5 * noise[1])))
    counts = [len(pictures.unique()) for _, pictures in (real, same)]
    error = ((sum(counts) + 1) / (12 * np.prod(counts))) ** 0.5
    assert abs(classify(same, real, 0).auc - 0.5) < 3 * error
    assert classify(weaker, real, 0).auc > 0.9


def test_features_are_finite_and_named_even_without_any_noise() -> None:
    features = noise_features(torch.zeros(2, 3, 16, 16))
    assert features.shape == (2, len(NAMES))
    assert features.isfinite().all()
    assert len(set(NAMES)) == len(NAMES)


def test_features_are_where_their_names_say() -> None:
    generator = torch.Generator().manual_seed(0)
    noise = 4 * torch.randn(200, 3, 16, 16, generator=generator)
    noise[:, 2] *= 2
    noise[:, 1] = noise[:, 0]
    found = dict(zip(NAMES, noise_features(noise).mean(dim=0).tolist(), strict=True))
    assert found["variance of red"] == pytest.approx(np.log(16), abs=0.1)
    assert found["variance of blue"] == pytest.approx(np.log(64), abs=0.1)
    assert found["correlation of red and green"] > 0.98
    assert abs(found["correlation of red and blue"]) < 0.05
    assert found["power of red - green in band 2 of 4"] == pytest.approx(np.log(1 / 12), abs=0.01)
    shifted = noise + noise.roll(2, dims=3)  # each pixel again two columns to the right
    found = dict(zip(NAMES, noise_features(shifted).mean(dim=0).tolist(), strict=True))
    assert found["correlation with the pixel 2 to the right and 0 below"] > 0.35
    assert abs(found["correlation with the pixel 0 to the right and 2 below"]) < 0.05
