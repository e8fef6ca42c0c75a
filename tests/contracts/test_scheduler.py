"""The contract of every scheduler: a factor of the base rate, a function of the iteration alone."""

import math
import pickle

import pytest
from leaves import built, leaves

from srrescgan.schedulers import Scheduler

ITERATIONS = 12_000  # beyond the first milestones of conf/scheduler/multistep.yaml


@pytest.fixture(params=leaves("scheduler"), scope="module")
def leaf(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def scheduler(leaf: str) -> Scheduler:
    return built(leaf, iterations=ITERATIONS)


def test_factors_are_finite_and_not_negative(leaf: str, scheduler: Scheduler) -> None:
    for iteration in range(1, ITERATIONS + 2):  # one more: the rate that the next would have
        factor = scheduler(iteration)
        assert isinstance(factor, (float, int)), f"{leaf}: iteration {iteration}: {factor!r}"
        assert math.isfinite(factor), f"{leaf}: iteration {iteration}: the factor is {factor}"
        assert factor >= 0, f"{leaf}: iteration {iteration}: the factor is {factor}, below 0"


def test_training_moves_from_the_first_iteration(leaf: str, scheduler: Scheduler) -> None:
    for iteration in (1, 2, ITERATIONS // 2, ITERATIONS - 1):
        assert scheduler(iteration) > 0, f"{leaf}: the rate is 0 at iteration {iteration}"


def test_holds_no_state(leaf: str, scheduler: Scheduler) -> None:
    # A resumed run, and a process of its own, continue on the same curve.
    forward = [scheduler(iteration) for iteration in range(1, ITERATIONS, 97)]
    backward = [scheduler(iteration) for iteration in reversed(range(1, ITERATIONS, 97))]
    assert forward == backward[::-1], f"{leaf}: the factor depends on the order of the calls"
    copy = pickle.loads(pickle.dumps(scheduler))
    resumed = [copy(iteration) for iteration in range(1, ITERATIONS, 97)]
    assert forward == resumed, f"{leaf}: a copy follows another curve"
