"""From the records in a sweep's folder to its table, page and picture."""

import csv
import io
import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from rich.console import Console

from srrescgan.errors import ConfigError
from srrescgan.sweeps.__main__ import main
from srrescgan.sweeps.job_record import JobRecord, read_jobs
from srrescgan.sweeps.objective import NoScoreError, Objective, available_objectives
from srrescgan.sweeps.plan import Plan
from srrescgan.sweeps.report import failure_summary, terminal_table, write_report
from srrescgan.sweeps.results import read_sweep, varied_settings

PSNR = Objective("rgb8/psnr", ("val/a/rgb8/psnr", "val/b/rgb8/psnr"), True)
LPIPS = Objective("rgb8/lpips", ("val/a/rgb8/lpips",), False)


class Metric:
    def __init__(self, higher_is_better: bool, reference: str | None = "hr") -> None:
        self.higher_is_better = higher_is_better
        self.reference = reference


def a_sweep(folder: Path, *points: tuple[float, float] | str, objectives=(PSNR, LPIPS)) -> Path:
    """A job for each pair of (psnr, lpips), or for each status without scores."""
    Plan(objectives, {"iterations": 20}).write(folder)
    for index, point in enumerate(points):
        job = JobRecord(index, (f"optimizer.g.lr={0.001 * (index + 1)}", "seed=1"), "finished")
        if isinstance(point, str):
            job = JobRecord(index, job.overrides, point, message="out of\nmemory")
        else:
            psnr, lpips = point
            scores = {"val/a/rgb8/psnr": psnr - 1, "val/b/rgb8/psnr": psnr + 1}
            job = JobRecord(
                index, job.overrides, "finished", scores | {"val/a/rgb8/lpips": lpips}, 20
            )
        job_folder = folder / f"job{index}"
        job_folder.mkdir(parents=True)
        job.write(job_folder)
    return folder


def test_names_stand_for_means_over_the_sets_that_have_them() -> None:
    metrics = {
        "rgb8/psnr": Metric(True),
        "rgb8/niqe": Metric(False, None),
        "y/psnr": Metric(True),
    }
    known = available_objectives({"a": True, "b": True, "track2": False}, metrics)
    assert known["psnr"] == known["rgb8/psnr"]  # the first protocol's
    assert known["psnr"].keys == ("val/a/rgb8/psnr", "val/b/rgb8/psnr")
    assert known["y/psnr"].keys == ("val/a/y/psnr", "val/b/y/psnr")
    assert len(known["niqe"].keys) == 3
    assert not known["niqe"].higher_is_better
    assert known["val/b/y/psnr"].keys == ("val/b/y/psnr",)
    assert "val/track2/rgb8/psnr" not in known
    assert PSNR.value({"val/a/rgb8/psnr": 20.0, "val/b/rgb8/psnr": 30.0}) == 25.0


def test_a_score_that_is_missing_or_no_number_is_an_error() -> None:
    with pytest.raises(NoScoreError, match="rgb8/lpips"):
        LPIPS.value({"val/a/rgb8/psnr": 20.0})
    with pytest.raises(NoScoreError, match="not a number"):
        LPIPS.value({"val/a/rgb8/lpips": float("nan")})


def test_the_front_and_the_order_follow_the_directions(tmp_path: Path) -> None:
    # By hand: 1 has the best psnr, 2 the best lpips, 3 is between, 0 loses to 3 in both.
    folder = a_sweep(tmp_path / "s", (25, 0.40), (28, 0.50), (24, 0.20), (26, 0.30), "failed")
    sweep = read_sweep(folder)
    assert [r.job.number for r in sweep.best] == [1, 3, 2]
    assert [r.job.number for r in sweep.results] == [1, 3, 2, 0, 4]
    assert sweep.results[0].settings == {"lr": "0.002"}  # the seed is everybody's
    assert sweep.results[1].values == (26.0, 0.3)


def test_with_one_objective_it_is_a_ranked_list(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", (25, 0), (28, 0), (26, 0), objectives=(PSNR,))
    sweep = write_report(folder)
    assert [r.job.number for r in sweep.results] == [1, 2, 0]
    assert [r.is_best for r in sweep.results] == [True, False, False]
    assert not (folder / "pareto.png").exists()
    assert (folder / "sweep.html").exists()


def test_without_objectives_jobs_stand_in_order_with_their_logged_scores(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", "running", "failed", (25, 0.4), (28, 0.5), objectives=())
    own = {"val/a/rgb8/psnr": 24.5, "val/a/bicubic/psnr": 31.25, "val/a/y/ssim": 0.125}
    own |= {"val/a/bicubic/rgb8/psnr": 11.5, "val/b/y/psnr": 8.5}  # the first of them is bicubic's
    (folder / "job4").mkdir()
    JobRecord(4, ("optimizer.g.lr=0.005", "seed=1"), "pruned", own, 5).write(folder / "job4")
    sweep = write_report(folder)
    names = ["val/a/rgb8/psnr", "val/b/rgb8/psnr", "val/a/rgb8/lpips"]  # in the order of the jobs
    names += ["val/a/bicubic/psnr", "val/a/y/ssim", "val/b/y/psnr"]  # a protocol of that name
    headline = "Sweep s: 2 of 5 jobs finished, 1 pruned, 1 failed, 1 unfinished"

    with (folder / "sweep.csv").open() as file:
        reader = csv.DictReader(file)
        rows = list(reader)
    assert (reader.fieldnames or [])[5:] == [*names, "lr", "message"]
    assert [(row["job"], row["best"]) for row in rows] == [(str(n), "0") for n in range(5)]
    assert [row["val/a/rgb8/psnr"] for row in rows] == ["", "", "24.0", "27.0", "24.5"]
    jobs = json.loads((folder / "sweep.json").read_text())["jobs"]
    assert [job["number"] for job in jobs if job["best"]] == []
    assert jobs[4]["scores"] == {key: own[key] for key in own if key != "val/a/bicubic/rgb8/psnr"}
    page = (folder / "sweep.html").read_text()
    assert headline in page
    assert all(name in page for name in names)
    assert "31.25" in page
    assert "11.5" not in page
    assert ">best<" not in page

    text = io.StringIO()
    Console(file=text, width=80).print(terminal_table(sweep))
    lines = text.getvalue().splitlines()
    assert lines[0].strip() == headline
    assert lines[-1].strip() == "columns left out here, not in the report: 2"
    assert [line.split() for line in lines[-6:-1]] == [
        ["0", "job0", "unfinished", "0.001"],
        ["1", "job1", "failed", "0.002"],
        ["2", "job2", "finished", "24", "26", "0.4", "0.003"],
        ["3", "job3", "finished", "27", "29", "0.5", "0.004"],
        ["4", "job4", "pruned", "at", "5", "24.5", "31.25", "0.005"],
    ]


def test_an_infinite_score_survives_the_record(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", (float("inf"), 0.0), (28, 0.5))
    assert json.loads((folder / "job0/job.json").read_text())["scores"]["val/a/rgb8/psnr"] == "inf"
    assert [r.job.number for r in read_sweep(folder).best] == [0]
    write_report(folder)  # an infinite point is not drawn, and nothing breaks


def test_an_unreadable_record_counts_as_a_job_that_never_started(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", (25, 0.4), (28, 0.5))
    (folder / "job0/job.json").write_text('{"number": 0, "overr')
    assert list(read_jobs(folder)) == ["job1"]


def test_an_abandoned_job_is_stored_as_given_up(tmp_path: Path) -> None:
    job = JobRecord(0, ("seed=1",), "failed", abandoned=True)
    job.write(tmp_path)
    stored = json.loads((tmp_path / "job.json").read_text())
    assert stored["given_up"] is True
    assert "abandoned" not in stored
    assert JobRecord.read(tmp_path) == job


def test_settings_have_the_shortest_names_that_are_not_mixed_up() -> None:
    jobs = {
        "a": ["optimizer.g.lr=1", "optimizer.d.lr=1", "loss.tv.weight=1", "+loss=pixel"],
        "b": ["optimizer.g.lr=2", "optimizer.d.lr=3", "loss.tv.weight=2", "+loss=[pixel,tv]"],
    }
    assert varied_settings(jobs)["b"] == {
        **{"g.lr": "2", "d.lr": "3"},
        **{"weight": "2", "loss": "[pixel,tv]"},
    }


def test_terminal_page_and_csv_show_the_same_results(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", (25, 0.40), (28, 0.50), (24, 0.20), "failed", "running")
    sweep = write_report(folder)
    with (folder / "sweep.csv").open() as file:
        rows = {row["job"]: row for row in csv.DictReader(file)}
    assert rows["1"]["rgb8/psnr"] == "28.0"
    assert rows["1"]["best"] == "1"
    assert rows["3"]["rgb8/psnr"] == ""
    content = json.loads((folder / "sweep.json").read_text())
    assert [job["number"] for job in content["jobs"] if job["best"]] == [1, 0, 2]
    assert content["jobs"][0]["objectives"] == {"rgb8/psnr": 28.0, "rgb8/lpips": 0.5}
    page = (folder / "sweep.html").read_text()
    assert "val/a/rgb8/psnr, val/b/rgb8/psnr" in page
    assert "data:image/png;base64" in page
    text = io.StringIO()
    Console(file=text, width=120).print(terminal_table(sweep))
    lines = [line.split() for line in text.getvalue().splitlines() if "finished" in line]
    assert lines[0][:6] == ["*", "1", "job1", "finished", "28", "0.5"]
    assert lines[-1][:3] == ["4", "job4", "unfinished"]
    assert failure_summary(sweep) == "1 of 5 jobs failed: job3 (out of)"


def test_the_picture_shows_the_front_in_color(tmp_path: Path) -> None:
    # One job on the front at the top left of nothing: its color is there; dominated ones are grey.
    write_report(a_sweep(tmp_path / "one", (28, 0.2)))
    strong = _share_of_blue(tmp_path / "one/pareto.png")
    assert strong > 0
    write_report(a_sweep(tmp_path / "many", (28, 0.2), *[(20 + i, 0.5) for i in range(5)]))
    assert _share_of_blue(tmp_path / "many/pareto.png") < 2 * strong


def _share_of_blue(path: Path) -> float:
    image = np.asarray(Image.open(path).convert("RGB")).astype(int)
    return float((image[..., 2] - image[..., 0] > 100).mean())


def test_the_command_reports_at_any_time_and_names_what_is_no_sweep(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    folder = a_sweep(tmp_path / "s", (25, 0.40), "running")
    assert main([str(folder)]) == 0
    assert "sweep.html" in capsys.readouterr().out
    assert main([str(tmp_path)]) == 2
    error = capsys.readouterr().err
    assert "not the folder of a sweep" in error
    assert len(error.splitlines()) == 1
    assert main([]) == 2


def test_jobs_of_other_settings_are_not_mixed_in(tmp_path: Path) -> None:
    folder = a_sweep(tmp_path / "s", (25, 0.4))
    Plan((PSNR,), {"iterations": 20}).check_continues(folder)  # another objective may be asked
    with pytest.raises(ConfigError, match="iterations=20 there, 40 here"):
        Plan((PSNR, LPIPS), {"iterations": 40}).check_continues(folder)
    with pytest.raises(ConfigError, match="seed=null there, 3 here"):
        Plan((PSNR, LPIPS), {"iterations": 20, "seed": 3}).check_continues(folder)
    Plan((PSNR, LPIPS), {"iterations": 40}).check_continues(tmp_path / "new")
