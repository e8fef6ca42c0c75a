"""Two runs are told apart when they differ, and not compared when they cannot be."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from evaluations import evaluation_of, scores_of, write_folder
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from srrescgan.compare.__main__ import compare_runs
from srrescgan.compare.paired import (
    ComparedMethod,
    ComparisonError,
    choose_methods,
    compare_methods,
)
from srrescgan.compare.paired_report import content, paired_tables, verdicts
from srrescgan.config.cli import check_overrides
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError, DataError
from srrescgan.eval.evaluation import Evaluation, ScoreRow
from srrescgan.eval.render import markdown

RNG = np.random.default_rng(0)
PSNR = RNG.normal(25, 3, size=30)
LPIPS = RNG.uniform(0.2, 0.5, size=30)


def run(gain: float = 0.0, less_lpips: float = 0.0, noise: int = 0, count: int = 30) -> Evaluation:
    """A run on the same images; ``noise`` is a seed."""
    jitter = (
        np.random.default_rng(noise).normal(0, 0.2, size=(2, 30)) if noise else np.zeros((2, 30))
    )
    rows = [
        *scores_of("bicubic", "rgb8/psnr", (PSNR - 2)[:count]),
        *scores_of("bicubic", "rgb8/lpips", (LPIPS + 0.2)[:count]),
        *scores_of("sr", "rgb8/psnr", (PSNR + gain + jitter[0])[:count]),
        *scores_of("sr", "rgb8/lpips", (LPIPS - less_lpips + 0.1 * jitter[1])[:count]),
    ]
    return evaluation_of(rows)


def verdict_of(first: Evaluation, second: Evaluation) -> dict[str, str]:
    found = compare_methods(choose_methods({"old": first, "new": second}, {}))
    return {result.column.key: result.verdict for result in found.results}


def test_better_and_worse_follow_the_direction_of_each_metric() -> None:
    assert verdict_of(run(), run(0.5, 0.05, noise=1)) == {
        "rgb8/psnr": "better",
        "rgb8/lpips": "better",
    }
    assert verdict_of(run(), run(0.5, -0.05, noise=1)) == {
        "rgb8/psnr": "better",
        "rgb8/lpips": "worse",
    }
    assert set(verdict_of(run(), run(noise=2)).values()) == {"no difference found"}
    assert set(verdict_of(run(), run()).values()) == {"the same on every image"}


def test_few_images_cannot_tell_however_large_the_difference() -> None:
    found = verdict_of(run(count=5), run(5.0, 0.1, count=5))
    assert set(found.values()) == {"too few images differ to tell"}
    # Two columns: 2/2^7 is below 5 %, twice as well; of six images it is not.
    assert set(verdict_of(run(count=7), run(5.0, 0.1, count=7)).values()) == {"better"}
    assert (
        "too few images differ to tell" in verdict_of(run(count=6), run(5.0, 0.1, count=6)).values()
    )


def test_p_is_corrected_for_all_columns_and_pairs_of_a_set() -> None:
    sides = choose_methods({"a": run(), "b": run(0.1, noise=3), "c": run(0.1, noise=4)}, {})
    results = compare_methods(sides).results
    assert [(r.first, r.second) for r in results[::2]] == [("a", "b"), ("a", "c"), ("b", "c")]
    smallest = min(results, key=lambda r: r.difference.p)
    assert smallest.p == pytest.approx(min(1.0, 6 * smallest.difference.p))


def test_methods_of_one_evaluation_can_be_compared() -> None:
    evaluation = run()
    found = compare_methods(
        [ComparedMethod("bicubic", evaluation, "bicubic"), ComparedMethod("ours", evaluation, "sr")]
    )
    assert [r.verdict for r in found.results] == ["better", "better"]
    assert found.results[0].difference.estimate.mean == pytest.approx(2.0)
    assert found.problems == ()


def test_images_that_only_one_has_are_named_and_left_out() -> None:
    other = evaluation_of(
        [row for row in run(1.0).rows if row.name != "3"]
        + scores_of("sr", "rgb8/psnr", [99.0], "extra_set")
    )
    (psnr, _), problems = (
        (found := compare_methods(choose_methods({"a": run(), "b": other}, {}))).results,
        (found.problems),
    )
    assert psnr.difference.estimate.images == 29
    assert psnr.difference.estimate.mean == pytest.approx(1.0)
    assert "set5: images with scores only in a, not compared: 3" in problems
    assert "sets only in b, not compared: extra_set" in problems


def test_a_broken_image_is_not_counted_and_is_named() -> None:
    rows = [
        ScoreRow(r.set, r.name, r.method, {}, "NaN") if r.name == "7" else r for r in run(1.0).rows
    ]
    found = compare_methods(choose_methods({"a": run(), "b": evaluation_of(rows)}, {}))
    assert found.results[0].difference.estimate.images == 29
    assert any("only in a" in problem and problem.endswith(": 7") for problem in found.problems)


def test_other_pictures_under_the_same_names_are_noticed_by_bicubic() -> None:
    noisier = [replace(r, scores={k: v - 1 for k, v in r.scores.items()}) for r in run().rows]
    found = compare_methods(choose_methods({"a": run(), "b": evaluation_of(noisier)}, {}))
    assert any("were evaluated on different pictures" in problem for problem in found.problems)


def test_numbers_of_different_protocols_are_refused() -> None:
    other = replace(run(), protocols={"rgb8": "rgb, border 4, 8-bit rounded"})
    with pytest.raises(ComparisonError, match=r"protocol rgb8.*border 0.*border 4.*again"):
        compare_methods(choose_methods({"a": run(), "b": other}, {}))
    vgg = replace(run().columns[1], description="LPIPS 0.1, VGG")
    other = replace(run(), columns=(run().columns[0], vgg))
    with pytest.raises(ComparisonError, match=r"rgb8/lpips.*AlexNet.*VGG"):
        compare_methods(choose_methods({"a": run(), "b": other}, {}))


def test_nothing_in_common_and_unknown_names_are_refused() -> None:
    other = evaluation_of(scores_of("sr", "rgb8/psnr", [20.0], "urban"))
    with pytest.raises(ComparisonError, match=r"no image in common.*set5.*urban"):
        compare_methods(choose_methods({"a": run(), "b": other}, {}))
    with pytest.raises(ComparisonError, match=r"methods.c: no such run \(there are: a\)"):
        choose_methods({"a": run()}, {"c": "sr"})
    with pytest.raises(ComparisonError, match=r"'best'.*bicubic, sr"):
        compare_methods(choose_methods({"a": run(), "b": run()}, {"a": "best"}))
    with pytest.raises(ComparisonError, match="two runs or more, not 1"):
        compare_methods(choose_methods({"a": run()}, {}))
    two = evaluation_of([*run().rows, *scores_of("sr+", "rgb8/psnr", PSNR)])
    with pytest.raises(ComparisonError, match=r"bicubic, sr, sr\+.*methods='\{a: sr\+\}'"):
        choose_methods({"a": two}, {})


def test_an_infinite_score_is_shown_and_not_tested() -> None:
    perfect = [
        replace(r, scores={**r.scores, "rgb8/psnr": math.inf})
        if (r.name, r.method) == ("0", "sr")
        else r
        for r in run().rows
    ]
    found = compare_methods(choose_methods({"a": run(), "b": evaluation_of(perfect)}, {}))
    assert found.results[0].verdict == "not tested, a mean is infinite"
    assert "+∞" in markdown(paired_tables(found))
    line = content(found)["results"][0]
    assert (line["difference"]["mean"], line["p"]) == ("inf", None)
    json.dumps(content(found), allow_nan=False)


def test_the_verdict_in_words() -> None:
    found = compare_methods(choose_methods({"old": run(), "new": run(0.5, -0.05, noise=1)}, {}))
    assert verdicts(found) == ["set5, new against old: better: rgb8/psnr; worse: rgb8/lpips."]


def composed(*overrides: str):
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose("compare", overrides=list(overrides))


def test_the_command_reads_folders_and_writes_what_it_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture
) -> None:
    write_folder(run(), tmp_path / "one run")
    write_folder(run(0.5, noise=1), tmp_path / "b")
    overrides = [
        f"runs={{old: '{tmp_path}/one run', new: {tmp_path / 'b'}}}",
        f"output_dir={tmp_path / 'out'}",
    ]
    check_overrides("compare", overrides)
    compare_runs(composed(*overrides))
    said = capsys.readouterr().out
    assert "new minus old, paired over 30 images" in said
    found = json.loads((tmp_path / "out/compare.json").read_text())
    assert found["results"][0]["verdict"] == "better"
    assert found["sides"][1] == {"label": "new", "method": "sr", "source": "sr.pth"}
    assert found["protocols"] == {"rgb8": "rgb, border 0, 8-bit rounded"}
    assert "rgb, border 0, 8-bit rounded" in (tmp_path / "out/compare.md").read_text()
    assert "toprule" in (tmp_path / "out/compare.tex").read_text()


def test_mistakes_on_the_command_line_are_named(tmp_path: Path) -> None:
    with pytest.raises(ComparisonError, match="give runs="):
        compare_runs(composed())
    with pytest.raises(ConfigError, match="did you mean 'methods'"):
        check_overrides("compare", ["runs={a: b}", "method={a: sr}"])
    with pytest.raises(ConfigError, match=r"runs=a: expected one for each label"):
        compare_runs(composed("runs=a"))
    with pytest.raises(DataError, match=r"nowhere.*not there"):
        compare_runs(composed(f"runs={{a: {tmp_path}/nowhere, b: x}}"))
