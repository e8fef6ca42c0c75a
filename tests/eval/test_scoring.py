"""Images scored one by one: the same numbers however they come, and no silent ones."""

import math

import pytest
import torch
from torch import Tensor

from srrescgan.errors import DataError
from srrescgan.eval.methods import bicubic_method, methods_on_device
from srrescgan.eval.scoring import DeviceScorer, score_images
from srrescgan.metrics import PSNR, SSIM, Protocol
from srrescgan.ops.resize import imresize
from srrescgan.types import SRBatch

CPU = torch.device("cpu")


class Brightness:
    """A metric of the picture alone."""

    reference = None
    higher_is_better = True
    decimals = 3
    description = "mean"

    def __call__(self, image: Tensor) -> Tensor:
        return image.double().flatten(1).mean(1)


def images(count: int = 4, seed: int = 0) -> dict[str, Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return {f"{i:02d}": torch.rand(3, 32, 32, generator=generator) for i in range(count)}


def batches(pictures: dict[str, Tensor], size: int = 1, truth: bool = True) -> list[SRBatch]:
    names = list(pictures)
    made = []
    for start in range(0, len(names), size):
        part = names[start : start + size]
        hr = torch.stack([pictures[name] for name in part])
        batch: SRBatch = {"lr": imresize(hr, 1 / 4), "name": part, "set": ["set"] * len(part)}
        made.append({**batch, "hr": hr} if truth else batch)
    return made


def scorer(**methods) -> DeviceScorer:
    scorecard = {
        "p/psnr": PSNR(protocol=Protocol()),
        "p/ssim": SSIM(protocol=Protocol()),
        "p/mean": Brightness(),
    }
    return DeviceScorer(
        methods_on_device({"bicubic": bicubic_method(4)}, CPU) | methods, scorecard, CPU
    )


def table(scored) -> dict[tuple[str, str], dict[str, float]]:
    return {(row.name, row.method): dict(row.scores) for image in scored for row in image.rows}


@pytest.mark.parametrize("scorers", [1, 3])
@pytest.mark.parametrize("size", [1, 3])
def test_scores_depend_on_the_image_alone(scorers: int, size: int) -> None:
    pictures = images()
    alone = table(score_images(batches(pictures), [scorer()]))
    turned = dict(reversed(pictures.items()))
    scored = list(score_images(batches(turned, size), [scorer() for _ in range(scorers)]))
    assert [image.name for image in scored] == list(turned)
    assert table(scored) == alone
    assert alone["00", "bicubic"]["p/psnr"] > 5
    assert len({scores["p/psnr"] for scores in alone.values()}) == 4


def test_a_method_that_diverged_is_named_and_the_others_are_scored() -> None:
    def diverged(batch: SRBatch) -> Tensor:
        sr = imresize(batch["lr"], 4)
        sr[[name == "01" for name in batch["name"]]] = math.nan
        return sr

    scored = list(score_images(batches(images(), size=2), [scorer(sr=diverged)]))
    rows = {(row.name, row.method): row for image in scored for row in image.rows}
    assert "NaN" in rows["01", "sr"].problem
    assert not rows["01", "sr"].scores
    for key in (("00", "sr"), ("01", "bicubic"), ("02", "sr")):
        assert rows[key].problem is None
        assert rows[key].scores.keys() == {"p/psnr", "p/ssim", "p/mean"}


def test_a_method_that_refuses_an_image_is_named() -> None:
    def picky(batch: SRBatch) -> Tensor:
        if "02" in batch["name"]:
            raise DataError("cannot read 02.png")
        return imresize(batch["lr"], 4)

    scored = list(score_images(batches(images()), [scorer(other=picky)]))
    problems = [row.problem for image in scored for row in image.rows if row.method == "other"]
    assert problems == [None, None, "cannot read 02.png", None]
    assert "other" not in scored[2].pictures


def test_a_picture_of_another_size_is_named_for_the_metrics_that_compare() -> None:
    (image,) = score_images(
        batches(images(1)), [scorer(large=lambda batch: imresize(batch["lr"], 8))]
    )
    (row,) = [row for row in image.rows if row.method == "large"]
    assert "p/psnr" in row.problem
    assert "64" in row.problem
    assert row.scores.keys() == {"p/mean"}


def test_without_hr_only_no_reference_metrics_are_measured() -> None:
    (image,) = score_images(batches(images(1), truth=False), [scorer()])
    (row,) = image.rows
    assert row.problem is None
    assert row.scores.keys() == {"p/mean"}
    assert image.pictures.keys() == {"lr", "bicubic"}


def test_identical_pictures_score_infinity() -> None:
    perfect = images(1)
    same = {"sr": lambda batch: batch["hr"]}
    (image,) = score_images(batches(perfect), [scorer(**same)])
    (row,) = [row for row in image.rows if row.method == "sr"]
    assert row.scores["p/psnr"] == math.inf
    assert row.problem is None


def test_an_image_that_could_not_be_read_has_a_line_for_every_method() -> None:
    unread: SRBatch = {"name": ["09"], "set": ["set"], "problem": ["09.png is cut short"]}
    first, second = score_images([unread, *batches(images(1))], [scorer(sr=lambda b: b["hr"])])
    assert [(row.method, row.problem) for row in first.rows] == [
        ("bicubic", "09.png is cut short"),
        ("sr", "09.png is cut short"),
    ]
    assert not first.pictures
    assert all(row.problem is None for row in second.rows)


class Refusing(Brightness):
    """A metric that gives NaN for dark images and does not fit into memory for bright ones."""

    def __call__(self, image: Tensor) -> Tensor:
        if image.mean() > 0.9:
            raise MemoryError
        return super().__call__(image) * math.nan


@pytest.mark.parametrize(
    ("level", "problem"),
    [(0.1, "p/refusing has no value here"), (1.0, "p/refusing: the picture does not fit")],
)
def test_a_metric_without_a_value_is_reported_and_the_others_count(level, problem) -> None:
    scorer_with = scorer(flat=lambda batch: torch.full_like(batch["hr"], level))
    scorer_with.scorecard["p/refusing"] = Refusing()
    (image,) = score_images(batches(images(1)), [scorer_with])
    (row,) = [row for row in image.rows if row.method == "flat"]
    assert problem in row.problem
    assert row.scores.keys() == {"p/psnr", "p/ssim", "p/mean"}


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (MemoryError(), "does not fit into memory: give a smaller tile="),
        (torch.OutOfMemoryError(), "does not fit into memory: give a smaller tile="),
        (ValueError("9 pixels a side are too few"), "9 pixels a side are too few"),
    ],
)
def test_a_method_that_fails_on_an_image_is_reported_with_the_reason(error, problem) -> None:
    def failing(batch: SRBatch) -> Tensor:
        raise error

    (image,) = score_images(batches(images(1)), [scorer(failing=failing)])
    bicubic, failed = image.rows
    assert problem in failed.problem
    assert not failed.scores
    assert bicubic.problem is None
