"""Intervals and tests hold what they promise, and have an answer for every input."""

import math
from itertools import product

import numpy as np
import pytest
from scipy import stats

from srrescgan.eval.statistics import Estimate, difference, estimate, holm

INF = math.inf


def named(values) -> dict[str, float]:
    return {f"{index:04d}": float(value) for index, value in enumerate(values)}


def test_the_coverage_of_an_interval_is_the_nominal_one() -> None:
    rng = np.random.default_rng(0)
    hits = []
    for _ in range(200):
        found = estimate(rng.gamma(4.0, 0.5, size=60))  # skewed, as LPIPS is; mean 2
        assert found.low < found.mean < found.high
        hits.append(found.low <= 2.0 <= found.high)
    # 95 % of 200 is 190; the standard deviation of that count is 3.1.
    assert 180 <= sum(hits) <= 199


def test_an_interval_of_many_values_is_that_of_the_normal_distribution() -> None:
    values = np.random.default_rng(1).normal(25, 3, size=2000)
    found = estimate(values)
    half = 1.96 * values.std(ddof=1) / math.sqrt(len(values))
    assert found.mean == pytest.approx(values.mean(), rel=1e-14)
    assert found.low == pytest.approx(values.mean() - half, abs=0.05 * half)
    assert found.high == pytest.approx(values.mean() + half, abs=0.05 * half)


def test_a_skewed_interval_reaches_further_to_the_long_side() -> None:
    values = np.random.default_rng(6).gamma(0.5, size=30)
    found = estimate(values)
    assert found.high - found.mean > 1.3 * (found.mean - found.low)
    ends = {
        method: stats.bootstrap(
            (values,), np.mean, method=method, n_resamples=50_000, rng=np.random.default_rng(7)
        ).confidence_interval
        for method in ("BCa", "percentile")
    }
    # Corrected for the skew, and not merely read off: the two differ by more than the resampling.
    assert (found.low, found.high) == pytest.approx(ends["BCa"], rel=0.03)
    assert ends["percentile"].high < 0.95 * found.high


def test_the_order_of_the_images_changes_nothing_and_twice_is_the_same() -> None:
    values = np.random.default_rng(2).normal(size=30).tolist()
    assert estimate(values) == estimate(reversed(values)) == estimate(values)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ([], Estimate(None, None, None, 0)),
        ([3.5], Estimate(3.5, None, None, 1)),
        ([3.5, 3.5, 3.5], Estimate(3.5, 3.5, 3.5, 3)),
        ([3.5, INF], Estimate(INF, None, None, 2)),
        ([INF, INF], Estimate(INF, None, None, 2)),
        ([-INF, 3.0], Estimate(-INF, None, None, 2)),
        ([-INF, INF], Estimate(None, None, None, 2)),
    ],
)
@pytest.mark.filterwarnings("error")
def test_special_values_have_defined_results(values: list[float], expected: Estimate) -> None:
    assert estimate(values) == expected


@pytest.mark.filterwarnings("error")
def test_values_that_differ_in_their_last_bit_have_an_interval() -> None:
    found = estimate([1.0, 1.0, 1.0 + 2**-52])
    assert 1.0 <= found.low <= found.high <= 1.0 + 2**-52


def test_nan_is_refused() -> None:
    with pytest.raises(ValueError, match="NaN"):
        estimate([1.0, math.nan])


def test_a_constant_shift_is_found_and_noise_is_not() -> None:
    rng = np.random.default_rng(3)
    first = rng.normal(25, 4, size=40)
    better = difference(named(first), named(first + 0.1 + rng.normal(0, 0.05, size=40)))
    assert better.p == 2 / 10_000  # the smallest there is: no random flip did as well
    assert better.estimate.low < 0.1 < better.estimate.high
    # Twice 1.96 standard errors of 0.05 / sqrt(40), give or take a fifth.
    assert better.estimate.high - better.estimate.low == pytest.approx(0.031, rel=0.2)
    # Unpaired, the spread between images would hide it.
    assert stats.ttest_ind(first, first + 0.1).pvalue > 0.9


def test_the_false_positive_rate_is_the_nominal_one() -> None:
    rng = np.random.default_rng(4)
    ps = [difference(named(np.zeros(10)), named(rng.standard_t(3, size=10))).p for _ in range(300)]
    # 5 % of 300 is 15; the standard deviation of that count is 3.8.
    assert 4 <= sum(p <= 0.05 for p in ps) <= 26
    assert 0.4 < np.mean(ps) < 0.6


def test_few_images_are_tested_by_all_combinations_of_signs() -> None:
    values = np.array([0.3, -0.1, 0.4, 0.2, 0.25])
    flipped = [abs(np.dot(signs, values)) for signs in product((-1, 1), repeat=5)]
    expected = np.mean(np.array(flipped) >= abs(values.sum()) - 1e-12)
    found = difference(named(np.zeros(5)), named(values))
    assert found.p == pytest.approx(expected)
    assert found.smallest_p == 2 / 2**5
    assert difference(named(np.zeros(5)), named(np.ones(5))).p == pytest.approx(found.smallest_p)


def test_only_common_images_count_and_equal_ones_do_not_help() -> None:
    found = difference({"a": 1.0, "b": 2.0, "c": 3.0}, {"b": 2.5, "c": 3.0, "d": 9.0})
    assert found.estimate.mean == 0.25
    assert (found.estimate.images, found.differing, found.p) == (2, 1, 1.0)


def test_infinite_scores_of_both_are_equal_and_of_one_leave_nothing_to_test() -> None:
    both = difference({"a": INF, "b": 1.0, "c": 2.0}, {"a": INF, "b": 1.5, "c": 2.5})
    assert both.estimate.mean == pytest.approx(1 / 3)
    assert both.p == 1.0 * 2 / 2**2
    one = difference({"a": INF, "b": 1.0}, {"a": 30.0, "b": 1.5})
    assert one.estimate == Estimate(-INF, None, None, 2)
    assert one.p is None
    crossed = difference({"a": INF, "b": 1.0}, {"a": 30.0, "b": INF})
    assert crossed.estimate.mean is None
    assert crossed.p is None


def test_holm_keeps_the_chance_of_any_false_alarm() -> None:
    assert holm([0.04, 0.01, 0.03]) == pytest.approx([0.06, 0.03, 0.06])
    assert holm([0.9, None, 0.8]) == [1.0, None, 1.0]
    assert holm([]) == []
    uniform = np.random.default_rng(5).uniform(size=(2000, 6))
    alarms = np.mean([min(holm(row.tolist())) <= 0.05 for row in uniform])
    assert 0.035 < alarms < 0.065  # five times that many without the correction
