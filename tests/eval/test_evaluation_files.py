"""What is written can be read back as it was, by us and by any strict JSON reader."""

import csv
import json
import math
import random
from dataclasses import replace
from pathlib import Path

import pytest
from evaluations import LABELS, column, evaluation_of, scores_of, write_folder

from srrescgan.errors import DataError
from srrescgan.eval.evaluation import Evaluation, MethodRecord, ScoreRow
from srrescgan.eval.evaluation_files import PER_IMAGE, SUMMARY, read_evaluation

KEYS = ("rgb8/psnr", "rgb8/lpips", "y4/psnr")
TEXTS = (
    "a",
    "b c",
    'say "x", then',
    "line\nbreak",
    "carriage\rreturn",
    "ä/ü",
    "σ=8",
    "0815",
    " x ",
)


def some_evaluation(seed: int) -> Evaluation:
    draw = random.Random(seed)
    names = draw.sample(TEXTS, 4)
    methods = draw.sample(TEXTS, 3)
    values = (0.1, 1 / 3, 1e-300, 28.42, math.inf, -0.0, 12345678.9)
    rows = [
        ScoreRow(
            data_set,
            name,
            method,
            {key: draw.choice(values) for key in KEYS if draw.random() < 0.7},
            draw.choice([None, None, *TEXTS]),
        )
        for data_set in draw.sample(TEXTS, 2)
        for name in names
        for method in methods
    ]
    cost = {"parameters": 380356.0, "seconds_per_megapixel": 0.1}
    return Evaluation(
        tuple(map(column, KEYS)),
        tuple(MethodRecord(m, "network", f"{m}.pth", draw.choice([{}, cost])) for m in methods),
        tuple(rows),
        draw.choice([{}, {"dists": "no VGG16"}]),
        {"experiment": None, "devices": ["cpu"], "software": {"torch": "2.11"}, "seed": 3},
        LABELS,
    )


@pytest.mark.parametrize("seed", range(20))
def test_reading_gives_what_was_written(seed: int, tmp_path: Path) -> None:
    evaluation = some_evaluation(seed)
    write_folder(evaluation, tmp_path)
    assert read_evaluation(tmp_path) == evaluation
    before = (tmp_path / SUMMARY).read_bytes(), (tmp_path / PER_IMAGE).read_bytes()
    write_folder(read_evaluation(tmp_path), tmp_path)
    after = (tmp_path / SUMMARY).read_bytes(), (tmp_path / PER_IMAGE).read_bytes()
    assert before == after


def strict(path: Path) -> dict:
    def refuse(token: str) -> None:
        raise AssertionError(f"{token} is not JSON")

    return json.loads(path.read_text(), parse_constant=refuse)


def test_the_summary_is_strict_json_with_every_meaning(tmp_path: Path) -> None:
    rows = [
        *scores_of("sr", "rgb8/psnr", [20.0, math.inf]),
        *scores_of("sr", "rgb8/lpips", [0.25, 0.75]),
        ScoreRow("set5", "2", "sr", {}, "2.png is truncated"),
    ]
    evaluation = replace(evaluation_of(rows), unavailable={"dists": "no VGG16"})
    write_folder(evaluation, tmp_path)
    found = strict(tmp_path / SUMMARY)
    line = found["sets"]["set5"]["sr"]
    assert (line["images"], line["not_scored"]) == (3, 1)
    assert line["scores"]["rgb8/psnr"] == {"mean": "inf", "low": None, "high": None, "images": 2}
    lpips = line["scores"]["rgb8/lpips"]
    assert lpips["mean"] == 0.5
    assert 0.25 <= lpips["low"] < 0.5 < lpips["high"] <= 0.75
    assert line["scores"]["rgb8/dists"] is None
    assert found["unavailable"] == {"dists": "no VGG16"}
    assert found["protocols"] == {"rgb8": LABELS["rgb8"]}
    assert found["columns"]["rgb8/lpips"]["what"] == "LPIPS 0.1, AlexNet"
    assert found["contestants"][0]["source"] == "sr.pth"
    (problem,) = found["problems"]
    assert (problem["name"], problem["problem"]) == ("2", "2.png is truncated")


def test_the_table_of_images_is_plain_csv(tmp_path: Path) -> None:
    rows = [
        *scores_of("sr", "rgb8/psnr", [20.5, math.inf]),
        ScoreRow("set5", "2", "sr", {}, "bad, file"),
    ]
    write_folder(evaluation_of(rows), tmp_path)
    with (tmp_path / PER_IMAGE).open(newline="") as file:
        lines = list(csv.DictReader(file))
    assert [line["rgb8/psnr"] for line in lines] == ["20.5", "inf", ""]
    assert [line["problem"] for line in lines] == ["", "", "bad, file"]


def test_neither_file_is_written_when_one_cannot_be(tmp_path: Path) -> None:
    good = evaluation_of(scores_of("sr", "rgb8/psnr", [20.0]))
    write_folder(good, tmp_path)
    bad = replace(good, rows=(), protocols={"rgb8": math.nan})
    with pytest.raises(ValueError, match="JSON"):
        write_folder(bad, tmp_path)
    assert read_evaluation(tmp_path) == good
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / SUMMARY).mkdir()  # cannot be replaced by a file
    with pytest.raises(OSError, match=r"\w"):
        write_folder(good, tmp_path / "other")
    assert sorted(p.name for p in (tmp_path / "other").iterdir()) == [SUMMARY]


@pytest.mark.parametrize(
    ("name", "old", "new", "said"),
    [
        (PER_IMAGE, "20.0", "twenty", r"row 2, rgb8/psnr: 'twenty' is not a score"),
        (PER_IMAGE, "20.0", "nan", "not a score"),
        (PER_IMAGE, "rgb8/psnr", "y4/psnr", "not of the same evaluation"),
        (PER_IMAGE, ",sr,", ",other,", "no method 'other'"),
        (PER_IMAGE, "20.0", "20.0,3", "row 2 has 6 cells, expected 5"),
        (SUMMARY, '"format": 1', '"format": 0', "evaluate again"),
        (SUMMARY, '"higher_is_better"', '"lower"', "damaged"),
        (SUMMARY, "{", "", "cannot be read"),
        (SUMMARY, None, None, "not there"),
        (PER_IMAGE, None, None, "not there"),
    ],
)
def test_damaged_folders_are_refused_with_the_place(name, old, new, said, tmp_path) -> None:
    write_folder(evaluation_of(scores_of("sr", "rgb8/psnr", [20.0])), tmp_path)
    path = tmp_path / name
    if old is None:
        path.unlink()
    else:
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new, 1))
    with pytest.raises(DataError, match=said) as caught:
        read_evaluation(tmp_path)
    assert name in str(caught.value)
