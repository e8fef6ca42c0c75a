"""The median rule, on files of jobs that were never run."""

from pathlib import Path

import pytest

from srrescgan.sweeps.job_record import JobRecord
from srrescgan.sweeps.median_rule import FILE, median_rule, record_score, rivals_at, scores_at
from srrescgan.sweeps.objective import Objective

UP, DOWN = Objective("psnr", ("p",), True), Objective("lpips", ("l",), False)


def scores(psnr: float, lpips: float) -> dict[str, float]:
    return {"psnr": psnr, "lpips": lpips}


RIVALS = [scores(20, 0.6), scores(22, 0.5), scores(24, 0.4), scores(26, 0.3)]  # medians 23, 0.45


@pytest.mark.parametrize(
    ("own", "stops"),
    [
        (scores(22.9, 0.46), True),  # behind in both
        (scores(22.9, 0.44), False),  # an end of the front
        (scores(23.1, 0.90), False),
        (scores(23.0, 0.90), False),  # as good as the median is not worse
        (scores(float("nan"), 0.46), True),
        (scores(float("inf"), 0.46), False),
    ],
)
def test_a_job_stops_when_it_is_worse_than_the_median_in_everything(own, stops: bool) -> None:
    assert (median_rule((UP, DOWN), own, RIVALS) is not None) == stops


def test_the_reason_names_the_numbers() -> None:
    said = median_rule((UP, DOWN), scores(21, 0.55), RIVALS)
    assert said == "worse than the median of 4 jobs: psnr 21 (median 23), lpips 0.55 (median 0.45)"


def test_one_objective_is_enough() -> None:
    assert median_rule((UP,), scores(21, 0.1), RIVALS)
    assert median_rule((DOWN,), scores(21, 0.1), RIVALS) is None


def a_job(sweep: Path, name: str, *values: tuple[int, float]) -> Path:
    folder = sweep / name
    folder.mkdir(parents=True)
    JobRecord(0, (), "running").write(folder)
    for iteration, value in values:
        record_score(folder, iteration, {"psnr": value})
    return folder


def test_jobs_are_compared_at_the_same_iteration(tmp_path: Path) -> None:
    own = a_job(tmp_path, "a", (10, 1.0))
    a_job(tmp_path, "b", (10, 2.0), (20, 3.0))
    a_job(tmp_path, "c", (20, 4.0))
    (tmp_path / "no_job").mkdir()
    record_score(tmp_path / "no_job", 10, {"psnr": 9.0})
    assert rivals_at(own, 10) == [{"psnr": 2.0}]
    assert sorted(v["psnr"] for v in rivals_at(own, 20)) == [3.0, 4.0]
    assert rivals_at(own, 30) == []


def test_a_truncated_line_is_ignored_and_a_repeated_one_counts_once(
    tmp_path: Path,
) -> None:
    folder = a_job(tmp_path, "a", (10, 1.0))
    with (folder / FILE).open("a") as file:
        file.write('{"iteration": 20, "val')
    assert scores_at(folder, 10) == {"psnr": 1.0}
    assert scores_at(folder, 20) is None
    with (folder / FILE).open("a") as file:
        file.write("\n")
    record_score(folder, 20, {"psnr": float("inf")})
    assert scores_at(folder, 20) == {"psnr": float("inf")}
