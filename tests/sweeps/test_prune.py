"""A job that has fallen behind stops; the others go on."""

import re
from pathlib import Path

import pytest
from toys import Recorder, networks

from srrescgan.metrics import PSNR, Protocol
from srrescgan.sweeps.job_record import JobRecord
from srrescgan.sweeps.median_rule import record_score, scores_at
from srrescgan.sweeps.prune import Prune


def rivals(sweep: Path, psnr: float, count: int = 2) -> None:
    for index in range(count):
        folder = sweep / f"rival{index}"
        folder.mkdir(parents=True)
        JobRecord(index, (), "finished").write(folder)
        for iteration in (2, 4, 6):
            record_score(folder, iteration, {"rgb8/psnr": psnr})


@pytest.fixture
def train(fit, tmp_path: Path):
    def run(warmup: float = 0.0, jobs: int = 2, record: bool = True) -> tuple[list[int], Path]:
        folder = tmp_path / "sweep/own"
        folder.mkdir(parents=True)
        if record:
            JobRecord(7, ("seed=1",), "running").write(folder)
        recorder = Recorder()
        prune = Prune(str(folder), ["psnr"], iterations=6, jobs=jobs, warmup=warmup)
        system = networks(metrics={"rgb8/psnr": PSNR(Protocol("rgb", 0, "round"))})
        fit(system, 6, batch_size=2, validate_every=2, callbacks=(prune, recorder))
        assert system.iteration == recorder.validated_at[-1]
        return recorder.validated_at, folder

    return run


def test_a_job_behind_the_others_stops_and_records_it(train, tmp_path: Path) -> None:
    rivals(tmp_path / "sweep", psnr=90.0)
    validated, folder = train()
    assert validated == [2]
    job = JobRecord.read(folder)
    assert (job.status, job.iteration, job.number) == ("pruned", 2, 7)
    assert "median of 2 jobs" in job.message
    (psnr,) = [v for k, v in job.scores.items() if re.fullmatch(r"val/photos/rgb8/psnr", k)]
    assert scores_at(folder, 2) == {"rgb8/psnr": psnr}


def test_a_job_ahead_of_the_others_continues(train, tmp_path: Path) -> None:
    rivals(tmp_path / "sweep", psnr=1.0)
    validated, folder = train()
    assert validated == [2, 4, 6]
    assert JobRecord.read(folder).status == "running"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"warmup": 0.6}, [2, 4]),  # of 6 iterations
        ({"warmup": 1.0}, [2, 4, 6]),  # nothing is left to stop at the end
        ({"jobs": 3}, [2, 4, 6]),  # too few to compare with
        ({"record": False}, [2, 4, 6]),  # no job of a sweep
    ],
)
def test_when_it_is_left_alone(train, tmp_path: Path, options, expected) -> None:
    rivals(tmp_path / "sweep", psnr=90.0)
    assert train(**options)[0] == expected
