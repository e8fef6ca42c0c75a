"""The table that a training run prints when it ends."""

import pytest

from srrescgan.metrics import PSNR, SSIM, Protocol
from srrescgan.train.report import print_notice, print_report, score_table

RGB8, Y = Protocol("rgb", 0, "round"), Protocol("y", 4, "round")
METRICS = {"rgb8/psnr": PSNR(RGB8), "rgb8/ssim": SSIM(RGB8), "y/psnr": PSNR(Y)}
SCORES = {
    "train/g/pixel": 1.0,
    "val/a/rgb8/psnr": 28.126,
    "val/a/bicubic/rgb8/psnr": 29.0,
    "val/a/rgb8/ssim": 0.91239,
    "val/a/y/psnr": float("inf"),
    "val/b/rgb8/psnr": 20.0,
}


def test_every_set_has_a_line_for_bicubic_and_one_for_the_network() -> None:
    table = score_table(SCORES, METRICS, {"rgb8": RGB8, "y": Y})
    assert [(h.group, h.text) for h in table.headings[2:]] == [
        ("rgb8", "psnr"),
        ("rgb8", "ssim"),
        ("y", "psnr"),
    ]
    assert [[cell.text for cell in line] for line in table.rows] == [
        ["a", "bicubic", "29.00", "-", "-"],
        ["a", "sr", "28.13", "0.9124", "∞"],
        ["b", "sr", "20.00", "-", "-"],
    ]
    assert RGB8.label in table.caption
    assert Y.label in table.caption


def test_without_a_validation_there_is_no_table(capsys: pytest.CaptureFixture) -> None:
    print_report({"train/g/pixel": 1.0}, METRICS, {"rgb8": RGB8})
    assert capsys.readouterr().out == ""
    print_report(SCORES, METRICS, {"rgb8": RGB8})
    assert "28.13" in capsys.readouterr().out


def test_a_notice_comes_before_the_other_lines(capsys: pytest.CaptureFixture) -> None:
    print_notice(None, "checkpoint: a")
    print_notice("means nothing", "checkpoint: b")
    assert capsys.readouterr().out.splitlines() == [
        "checkpoint: a",
        "means nothing",
        "checkpoint: b",
    ]
