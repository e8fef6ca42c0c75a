"""The comparison page and the contact sheet get the images that are worth comparing."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from comparison_items import evaluation_and_worst_cases, image_result
from evaluations import column

from srrescgan.eval import output
from srrescgan.eval.evaluation import ScoreRow
from srrescgan.eval.scoring import ScoredImage
from srrescgan.eval.summary import summarize

SIZES = {"lr": (8, 12), "bicubic": (32, 48), "sr": (32, 48)}


def scored(sizes: dict[str, tuple[int, int]]) -> ScoredImage:
    rows = tuple(ScoreRow("set5", "a", method, {"rgb8/psnr": 20.0}) for method in ("bicubic", "sr"))
    return ScoredImage("set5", "a", {k: torch.rand(3, *size) for k, size in sizes.items()}, rows)


def test_every_output_of_the_right_size_is_compared() -> None:
    for sizes in (SIZES, SIZES | {"hr": (32, 48)}):
        image = output.image_result(scored(sizes))
        assert list(image.outputs) == ["bicubic", "sr"]
        assert image.scores["sr"] == {"rgb8/psnr": 20.0}
        assert (image.hr is None) == ("hr" not in sizes)


def test_an_output_of_another_size_is_left_out() -> None:
    image = output.image_result(scored(SIZES | {"hr": (32, 48), "bicubic": (16, 24)}))
    assert list(image.outputs) == ["sr"]
    assert list(output.image_result(scored(SIZES | {"sr": (16, 24)})).outputs) == ["bicubic"]


@pytest.mark.parametrize(
    "sizes",
    [
        {},  # unreadable
        {"lr": (8, 12)},  # every method failed
        {"lr": (8, 12), "hr": (32, 48)},
        SIZES | {"hr": (64, 96)},
        SIZES | {"lr": (9, 12)},  # not an integer factor
    ],
)
def test_an_image_without_comparable_outputs_is_not_shown(sizes) -> None:
    assert output.image_result(scored(sizes)) is None


def test_the_contact_sheet_shows_every_set_and_the_usual_metrics(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    images = [image_result(f"a{k}", k / 10, "many", (16, 16)) for k in range(7)]
    images += [image_result(f"b{k}", k / 10, "few", (16, 16)) for k in range(2)]
    evaluation, worst = evaluation_and_worst_cases(*images)
    unusual = [
        replace(column("rgb8/psnr"), key=f"rgb8/{name}", metric=name)
        for name in ("niqe", "dists", "iqa")
    ]
    evaluation = replace(evaluation, columns=(*unusual, *evaluation.columns))
    calls = []
    blank = np.zeros((4, 4, 3), np.uint8)
    monkeypatch.setattr(output, "contact_sheet", lambda *args: calls.append(args) or blank)
    output.write_all(evaluation, summarize(evaluation), [], worst.items, "sr", tmp_path)
    ((items, methods, columns, reference_method),) = calls
    assert [item.name for item in items] == ["a6", "b1", "a5", "b0", "a4", "a3"]
    assert [each.metric for each in columns] == ["psnr", "lpips", "niqe"]
    assert (methods, reference_method) == (["bicubic", "sr"], "sr")
