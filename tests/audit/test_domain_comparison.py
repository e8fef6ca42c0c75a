"""All statistics together: what chance alone gives, the limits, and the report's numbers."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from scenes import as_domain, eight_bit, scenes

from srrescgan.audit.audit_report import rows, verdict, write_json
from srrescgan.audit.domain import Domain, Sampling
from srrescgan.audit.domain_comparison import (
    AT_LEAST,
    CLASSIFIER,
    DomainComparison,
    compare_domains,
)
from srrescgan.audit.limits import LimitExceededError, Limits
from srrescgan.audit.matched_patches import match_patches
from srrescgan.audit.statistics import STATISTICS
from srrescgan.errors import ConfigError, DataError


def noisy(first: int, count: int, sigma: float) -> Domain:
    drawn = torch.randn(count, 3, 128, 128, generator=torch.Generator().manual_seed(first))
    return as_domain(eight_bit(255 * scenes(range(first, first + count)) + sigma * drawn))


@pytest.fixture(scope="module")
def good() -> DomainComparison:
    """The source domain has noise 8, made pictures the same on other photographs."""
    return compare_domains(
        {"real": noisy(0, 40, 8), "made": noisy(50, 30, 8), "baseline": noisy(50, 30, 0)}, 0
    )


@pytest.fixture(scope="module")
def alone() -> DomainComparison:
    """Too few real pictures for halves, made ones too weak, no baseline."""
    return compare_domains({"real": noisy(0, AT_LEAST, 8), "made": noisy(50, AT_LEAST, 4)}, 0)


def test_real_against_real_has_a_small_distance_and_cannot_be_distinguished() -> None:
    real = noisy(0, 80, 8)
    first, second = real.halves(seed=9)
    found = compare_domains({"real": first, "made": second, "baseline": noisy(0, 40, 0)}, seed=0)
    for name, distances in found.distances.items():
        # What two halves of a half have is chance; halves of the whole, twice as many, have less.
        assert distances["made"] < 2 * distances["real"], name
    for name in ("noise_level", "noise_brightness"):
        assert found.distances[name]["made"] < 0.1 * found.distances[name]["baseline"], name
    told = found.classifications["made"]
    pictures = [len(d.picture[d.flat[1]].unique()) for d in (first, second)]
    # Standard error of an AUC, were the places of a picture as good as one (Hanley, McNeil 1982).
    error = ((sum(pictures) + 1) / (12 * math.prod(pictures))) ** 0.5
    assert abs(told.auc - 0.5) < 2 * error
    assert found.classifications["baseline"].auc > 0.99


def test_the_right_noise_brings_made_to_real(good: DomainComparison) -> None:
    assert good.distances["noise_level"]["baseline"] == pytest.approx(8, abs=0.6)
    for name in ("noise_level", "noise_brightness", CLASSIFIER):
        assert good.gap_closed(name) > 0.7, name
        assert good.distances[name]["made"] < 3 * good.distances[name]["real"], name


def test_too_few_real_pictures_for_halves_leave_that_column_empty(alone: DomainComparison) -> None:
    assert all(math.isnan(distances["real"]) for distances in alone.distances.values())
    assert set(alone.classifications) == {"made"}
    header, lines = rows(alone)
    assert header == ["statistic", "unit", "made", "real itself"]
    assert all(line[-1] == "-" for line in lines)
    assert len(lines) == len(STATISTICS) + 1


def test_pictures_that_are_clipped_wherever_they_are_flat_are_refused() -> None:
    white = as_domain(torch.ones(20, 3, 64, 64))
    with pytest.raises(DataError, match=r"memory.*0 of 20 pictures"):
        compare_domains({"real": noisy(0, 16, 8), "made": white}, seed=0)


def test_every_limit_that_is_not_kept_is_named_with_value_and_remedy(
    alone: DomainComparison,
) -> None:
    limits = Limits(0.9, {"noise_level": 1.0, "noise_spectrum": 50.0, "blockiness": None})
    said = limits.exceeded(alone)
    assert [sentence.split(":")[0] for sentence in said] == ["noise_level", CLASSIFIER]
    with pytest.raises(LimitExceededError) as caught:
        limits.enforce(said, Path("page.html"))
    for words in ("max_distance.noise_level=1", "max_auc=0.9", "Train the degradation longer"):
        assert words in str(caught.value)
    assert f"{alone.distances['noise_level']['made']:.3g}" in str(caught.value)
    assert "page.html" in str(caught.value)
    assert Limits(None, {"noise_level": 100.0}).exceeded(alone) == []
    limits.enforce([], Path("page.html"))


def test_an_undefined_distance_exceeds_its_limit(alone: DomainComparison) -> None:
    distances = {**alone.distances, "noise_brightness": {"made": float("nan"), "real": 0.0}}
    blind = DomainComparison(alone.domains, alone.measurements, distances, alone.classifications)
    assert len(Limits(None, {"noise_brightness": 1e9}).exceeded(blind)) == 1


def test_an_auc_below_a_half_is_as_far_from_it_as_one_above(alone: DomainComparison) -> None:
    # A classifier that is always wrong distinguishes the two: its opposite is always right.
    told = replace(alone.classifications["made"], auc=0.02)
    assert told.distance == pytest.approx(0.96)
    wrong = replace(alone, classifications={"made": told})
    (sentence,) = Limits(max_auc=0.9).exceeded(wrong)
    assert "AUC 0.980 is above max_auc=0.9" in sentence
    near = replace(alone, classifications={"made": replace(told, auc=0.42)})
    assert Limits(max_auc=0.6).exceeded(near) == []
    assert Limits(max_auc=0.55).exceeded(near) != []


@pytest.mark.parametrize(
    ("auc", "limits", "said"),
    [(None, {"noise_levle": 1.0}, "noise_levle.*noise_level"), (0.3, {}, "max_auc=0.3")],
)
def test_limits_that_are_none_are_refused(auc, limits, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        Limits(auc, limits)


def test_the_verdict_counts_and_judges(good: DomainComparison, alone: DomainComparison) -> None:
    said = verdict(good, [], has_limits=True)
    assert f"{good.classifications['made'].auc:.3f}" in said
    nearer = sum(good.distances[n]["made"] < good.distances[n]["baseline"] for n in good.distances)
    assert f"in {nearer} of 7" in said
    assert "No limit is exceeded" in said
    assert "limit" not in verdict(alone, [], has_limits=False).lower()
    assert "exceeded: noise_level" in verdict(alone, ["noise_level: 3"], has_limits=True)


def test_the_json_file_has_the_numbers_and_null_for_what_is_missing(
    alone: DomainComparison, tmp_path: Path
) -> None:
    sampling = Sampling(64, 4, None, 0)
    for name in ("a", "b"):
        write_json(alone, sampling, {"max_auc": 0.9}, tmp_path / f"{name}.json")
    assert (tmp_path / "a.json").read_bytes() == (tmp_path / "b.json").read_bytes()
    found = json.loads((tmp_path / "a.json").read_text())
    assert found["distances"]["noise_level"]["real"] is None
    made = found["distances"]["noise_level"]["made"]
    assert made == pytest.approx(alone.distances["noise_level"]["made"], rel=1e-5)
    assert found["figures"]["noise_level"]["real"]["median"] == pytest.approx(8, abs=0.6)
    assert found["domains"]["made"]["looked_at"] == AT_LEAST
    assert found["classifier"]["made"]["auc"] > 0.9
    assert found["sampling"]["patch_size"] == 64
    assert "torch" in found["versions"]


def test_pairs_have_equal_noise_and_go_from_little_to_much() -> None:
    sigma = torch.linspace(1, 10, 20)[:, None, None, None]
    drawn = torch.randn(20, 3, 128, 128, generator=torch.Generator().manual_seed(0))
    real = as_domain(eight_bit(255 * scenes(range(20)) + sigma * drawn))
    made = as_domain(eight_bit(255 * scenes(range(50, 70)) + sigma.flip(0) * drawn.flip(2)))
    levels = []
    for match in match_patches(real, made):
        assert match.image.shape == (240, 4 * 240 + 3 * 4, 3)
        one, other = (
            float(t.split("(")[1].split(" grey")[0]) for t in match.caption.split(";")[:2]
        )
        assert abs(one - other) < 0.3
        levels.append(one)
        noise = match.image[:, 2 * 244 : 2 * 244 + 240].astype(float)
        assert abs(noise.mean() - 127.5) < 5
        assert (match.image[:, 240:244] == 255).all()
    assert levels == sorted(levels)
    assert levels[0] < 4
    assert levels[-1] > 7
