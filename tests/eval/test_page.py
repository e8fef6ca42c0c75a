"""The comparison page holds everything, loads nothing and runs nothing that it was not given."""

import base64
import hashlib
import html
import io
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from comparison_items import evaluation_and_worst_cases, image_result
from evaluations import evaluation_of, scores_of
from PIL import Image

from srrescgan.eval.evaluation import Evaluation, ScoreRow
from srrescgan.eval.page import write_page
from srrescgan.eval.summary import summarize

EVIL = "</script><img src=x onerror=alert(1)>&'\""


def written(folder: Path, evaluation: Evaluation, exhibits=(), title: str = "Report") -> str:
    path = folder / "new" / "comparison.html"
    write_page(path, title, evaluation, summarize(evaluation), exhibits, "sr")
    assert [file.name for file in path.parent.iterdir()] == ["comparison.html"]
    return path.read_text(encoding="utf-8")


def embedded(page: str) -> list[dict]:
    found = re.findall(r'<script type="application/json" class="item">(.*?)</script>', page)
    return [json.loads(text) for text in found]


def test_pictures_are_embedded_without_loss(tmp_path: Path) -> None:
    image = image_result("a")
    evaluation, worst = evaluation_and_worst_cases(image)
    (content,) = embedded(written(tmp_path, evaluation, worst.items))
    expected = {"lr": image.lr, **image.outputs, "hr": image.hr}
    assert [picture["label"] for picture in content["pictures"]] == list(expected)
    for picture in content["pictures"]:
        data = base64.b64decode(picture["source"].removeprefix("data:image/webp;base64,"))
        pixels = np.array(Image.open(io.BytesIO(data)).convert("RGB"))
        np.testing.assert_array_equal(pixels, expected[picture["label"]])


def test_the_file_needs_nothing_else(tmp_path: Path) -> None:
    evaluation, worst = evaluation_and_worst_cases(image_result("a"), image_result("b", seed=1))
    page = written(tmp_path, evaluation, worst.items)
    assert not re.findall(r"https?:|//cdn|@import|\bfetch\(|XMLHttpRequest|import\(", page)
    assert not re.findall(r"""\b(?:src|href)\s*=\s*["'](?!data:|#)""", page)
    assert not re.findall(r"""url\((?!["']?data:)""", page)


def test_the_policy_allows_the_page_s_own_script_and_style_only(tmp_path: Path) -> None:
    page = written(tmp_path, evaluation_of(scores_of("sr", "rgb8/psnr", [1.0])))
    (policy,) = re.findall(r'Content-Security-Policy" content="(.*?)"', page)
    rules = dict(rule.strip().split(" ", 1) for rule in html.unescape(policy).split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"
    assert rules["base-uri"] == rules["form-action"] == "'none'"
    for kind, pattern in (
        ("script-src", r'<script type="module">(.*?)</script>'),
        ("style-src", r"<style>(.*?)</style>"),
    ):
        (text,) = re.findall(pattern, page, re.DOTALL)
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert rules[kind] == f"'sha256-{digest}'"


def test_names_are_text_wherever_they_stand(tmp_path: Path) -> None:
    image = image_result(EVIL, data_set=EVIL)
    image = replace(image, outputs={EVIL: image.outputs["sr"]}, scores={EVIL: image.scores["sr"]})
    evaluation, worst = evaluation_and_worst_cases(image)
    evaluation = replace(
        evaluation,
        rows=(*evaluation.rows, ScoreRow(EVIL, "other", EVIL, {}, EVIL)),
        unavailable={EVIL: EVIL},
        about={EVIL: {EVIL: [EVIL]}},
        columns=tuple(replace(c, description=EVIL) for c in evaluation.columns),
    )
    page = written(tmp_path, evaluation, worst.items, title=EVIL)
    assert "<img" not in page
    assert page.count("</script>") == 2
    assert embedded(page)[0]["name"] == EVIL
    assert html.escape(EVIL).replace("&#x27;", "&#39;").replace("&quot;", "&#34;") in page


def test_the_table_has_every_image_and_explains_its_numbers(tmp_path: Path) -> None:
    rows = [
        *scores_of("bicubic", "rgb8/psnr", [20.0, 22.0, 27.125]),
        *scores_of("sr", "rgb8/psnr", [21.0, float("inf")]),
        ScoreRow("set5", "2", "sr", {}, "sr is 3x3, hr is 4x4"),
    ]
    page = written(tmp_path, evaluation_of(rows))
    body = page[page.index('<tbody id="rows">') :]
    cells = re.findall(r'<td class="number" data-value="(.*?)">(.*?)</td>', body)
    assert cells == [
        ("20.0", "20.00"),
        ("22.0", "22.00"),
        ("27.125", "27.12"),
        ("21.0", "21.00"),
        ("Infinity", "∞"),
        ("", "-"),
    ]
    assert "<b>set5 / 2</b>, sr: sr is 3x3, hr is 4x4" in page
    assert page.count("PSNR in dB") >= 2  # as a hint and as a footnote
    assert "rgb8" in page


def test_means_are_over_images_and_a_part_does_not_compete(tmp_path: Path) -> None:
    rows = [
        *scores_of("bicubic", "rgb8/lpips", [0.75, 0.25, 0.5]),
        *scores_of("sr", "rgb8/lpips", [0.25, 0.5, 0.25]),
        *scores_of("lucky", "rgb8/lpips", [0.125]),
    ]
    page = written(tmp_path, evaluation_of(rows))
    means = page[page.index('<tbody class="means">') : page.index('<tbody id="rows">')]
    found = re.findall(r'<td class="number( best)?">([\d.]+)<small>(.*?)</small>', means)
    assert [(best, text) for best, text, _ in found] == [
        ("", "0.5000"),
        (" best", "0.3333"),
        ("", "0.1250"),
    ]
    assert "(1 of 3)" in found[2][2]


def test_the_set_is_named_where_there_are_several(tmp_path: Path) -> None:
    rows = scores_of("sr", "rgb8/psnr", [1.0])
    one = written(tmp_path, evaluation_of(rows))
    assert ">set</button>" not in one
    rows += scores_of("sr", "rgb8/psnr", [2.0], data_set="set14")
    assert ">set</button>" in written(tmp_path, evaluation_of(rows))


def test_a_failed_writing_leaves_the_older_page(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    evaluation = evaluation_of(scores_of("sr", "rgb8/psnr", [1.0]))
    before = written(tmp_path, evaluation)

    def full(self: Path, *args: object, **kwargs: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        write_page(tmp_path / "new" / "comparison.html", "x", evaluation, (), (), "sr")
    monkeypatch.undo()
    assert (tmp_path / "new" / "comparison.html").read_text() == before
    assert len(list((tmp_path / "new").iterdir())) == 1
