"""The benchmark runs, compares the results it times, and writes every row; speed is not tested."""

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import torch

BENCH = Path(__file__).with_name("bench.py")
TRAINING = {
    "plain, float32, four passes",
    "ours, float32",
    "ours, float32, four passes",
    "ours, float32, channels_last",
    "ours, float32, channels_last, four passes",
    "ours, bf16",
    "ours, bf16, channels_last",
}
UPSCALING = {"plain, float32"} | {
    f"ours, float32, {way}" for way in ("whole", "tiles", "tiles, 4 at once", "tiles, OpenVINO")
}
ENSEMBLE = {f"ours, {batch} at once" for batch in (1, 4, 8)}
RESIZING = {
    f"{pictures}: {way}"
    for pictures in ("1 picture of 200 x 240", "2 crops of 64 x 64")
    for way in ("plain, loop over outputs", "ours, float32", "ours, 8 bit", "torch, antialias")
}
READING = {
    "plain, item, decoded for each patch",
    "ours, item, packed",
    "plain, crop, decoded for each patch",
    "ours, crop, packed",
    "numpy, crop, mapped .npy files",
}
if importlib.util.find_spec("h5py"):
    READING.add("h5py, crop, chunks of a patch")
FEEDING = [
    "plain, decoded for each patch",
    "ours, packed",
    "nothing to read: the same patch again",
]


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict:
    folder = tmp_path_factory.mktemp("bench")
    done = subprocess.run(
        [sys.executable, str(BENCH), "--quick", "--threads=1", "--output=new/bench.json"],
        cwd=folder,
        env={**os.environ, "CUDA_VISIBLE_DEVICES": "", "COLUMNS": "80"},
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "No accelerator was found" in done.stdout
    for name in TRAINING | UPSCALING | RESIZING:
        assert f"| {name} " in done.stdout
    return json.loads((folder / "new/bench.json").read_text())


@pytest.mark.parametrize(
    ("part", "names"),
    [
        ("training", TRAINING),
        ("upscaling", UPSCALING),
        ("ensemble", ENSEMBLE),
        ("resizing", RESIZING),
    ],
)
def test_every_row_is_there_with_as_many_times_as_plain_ones(
    report: dict, part: str, names: set[str]
) -> None:
    rows = {row["name"]: row for row in report[part]}
    # bfloat16 is not everywhere.
    assert {name for name in rows if part == "training" or "bf16" not in name} == names
    for name, row in rows.items():
        assert len(row["seconds"]) == len(row["plain_seconds"]) >= 2, name
        assert 0 < row["min"] <= row["median"] <= row["max"], name
        assert row["ratio_low"] <= row["ratio"] <= row["ratio_high"], name


def test_the_timed_code_computes_the_same(report: dict) -> None:
    for row in report["training"]:
        assert ("bf16" in row["name"]) == (row["apart"]["losses"] > 1e-5), row["name"]
    for row in report["upscaling"]:
        assert ("bf16" in row["name"]) == (row["levels_apart"] > 0.01), row["name"]
    for row in report["resizing"]:
        assert ("8 bit" in row["name"]) == (row["levels_inside"] > 0.01), row["name"]
        # torch has another idea of what lies beyond the border, and agrees elsewhere.
        assert ("torch" in row["name"]) == (row["levels_apart"] > 2), row["name"]


def test_every_network_is_timed_in_every_engine(report: dict) -> None:
    engines = {"torch"} | ({"openvino"} if importlib.util.find_spec("openvino") else set())
    rows = {(row["name"], row["engine"]): row for row in report["networks"]}
    assert rows.keys() == {(name, each) for name in ("SRResDNet", "Compact") for each in engines}
    for row in rows.values():
        assert len(row["seconds"]) == len(row["cpu_seconds"]) >= 2
        assert min(row["seconds"]) > 0


def test_waiting_is_a_part_of_the_time(report: dict) -> None:
    assert [row["name"] for row in report["feeding"]] == FEEDING
    for row in report["feeding"]:
        assert row["patches"] == 2 * row["iterations"] > 0
        assert 0 < row["waiting"] < row["seconds"] - 0.01 * row["iterations"]


def test_the_figures_say_where_they_come_from(report: dict) -> None:
    metadata = report["metadata"]
    assert metadata["torch"] == torch.__version__
    assert metadata["threads"] == 1
    assert metadata["device"] == "cpu"
    assert {"date", "revision", "cpu", "cores", "load_at_start", "load_at_end"} <= metadata.keys()
