"""Published tables are complete and hold together; our numbers are ranked among them, marked."""

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from evaluations import column, evaluation_of, scores_of

from srrescgan.config.build import build_named
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.errors import ConfigError
from srrescgan.eval.evaluation import Evaluation
from srrescgan.eval.published import PublishedTable
from srrescgan.eval.ranking import (
    Ranking,
    rank_in_table,
    rank_in_tables,
    ranking_content,
    ranking_table,
)
from srrescgan.eval.render import latex, markdown
from srrescgan.eval.summary import summarize
from srrescgan.metrics import LPIPS, Protocol

FILES = sorted(Path(CONFIG_DIR, "published").glob("*.yaml"))


def table(name: str) -> PublishedTable:
    (path,) = (path for path in FILES if path.stem == name)
    return build_named(yaml.safe_load(path.read_text()))[name]


def measured(
    psnr: float, lpips: float, data_set: str = "track1", protocol: str = "rgb8"
) -> Evaluation:
    rows = [
        *scores_of("sr", f"{protocol}/psnr", [psnr - 1, psnr + 1], data_set),
        *scores_of("sr", f"{protocol}/lpips", [lpips, lpips], data_set),
    ]
    return evaluation_of(rows, {"sr": {"parameters": 380356}})


def rank(
    published: PublishedTable, evaluation: Evaluation, data_set: str, methods: list[str]
) -> Ranking:
    return rank_in_table(published, evaluation, summarize(evaluation), data_set, methods)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_table_is_named_after_its_file_and_states_its_sources(path: Path) -> None:
    found = table(path.stem)
    assert found.rows
    assert all("github.com/" in source for source in found.sources.values())
    assert {row.source for row in found.rows} <= set(found.sources)
    assert len({row.name for row in found.rows}) == len(found.rows)
    for row in found.rows:
        assert found.rank_by in row.scores
        assert 0 <= row.scores.get("ssim", 0) <= 1
        assert 15 < row.scores["psnr"] < 35
        assert 0 < row.scores.get("lpips", 0.5) < 1
    assert "not stated" in found.unknown


def test_the_challenge_table_has_the_order_that_its_source_gives() -> None:
    # The source's own ranks of the 19 teams, in its order, in PSNR, SSIM and LPIPS.
    psnr = [16, 12, 4, 18, 6, 5, 2, 15, 9, 11, 1, 7, 3, 19, 14, 10, 8, 17, 13]
    ssim = [13, 9, 4, 17, 7, 8, 1, 14, 3, 10, 2, 6, 5, 19, 15, 12, 11, 18, 16]
    lpips = [1, 2, 4, 3, 8, 5, 6, 7, *range(9, 20)]
    rows = table("ntire20_track1").rows
    teams = [row for row in rows if not row.baseline]
    assert (len(rows), len(teams)) == (23, 19)
    for name, sign, ranks in (("psnr", -1, psnr), ("ssim", -1, ssim), ("lpips", 1, lpips)):
        values = [sign * row.scores[name] for row in teams]
        ordered = [value for _, value in sorted(zip(ranks, values, strict=True))]
        assert ordered == sorted(values), name
    opinions = [row.scores["mos"] for row in teams if "mos" in row.scores]
    assert len(opinions) == 8
    assert opinions == sorted(opinions)


def test_aim_2020_is_in_the_order_of_its_score_and_two_rows_do_not_fit_it() -> None:
    rows = table("aim20").rows
    assert len(rows) == 21
    weighted = [row.scores["weighted"] for row in rows]
    assert weighted == sorted(weighted, reverse=True)
    # This rule gives every score, within the rounding of both, but those of two rows.
    gaps = {
        row.name: row.scores["weighted"]
        - row.scores["psnr"] / 100
        - (row.scores["ssim"] - 0.4) / 1.2
        for row in rows
    }
    assert [name for name, gap in gaps.items() if abs(gap) > 1e-4] == ["SR-IM", "EDSR"]
    assert all(name in table("aim20").unknown for name in ("SR-IM", "EDSR"))


def test_the_authors_table_is_included_in_four_settings() -> None:
    names = ["EDSR", "ESRGAN", "ESRGAN-FT", "ESRGAN-FS", "SRResCGAN", "SRResCGAN+"]
    for name in ("div2k_noise8", "div2k_jpeg30"):
        rows = table(name).rows
        assert [row.name for row in rows if row.source == "readme"] == names
        assert [row.name for row in rows if row.source == "figure"] == [
            "SRResCycGAN",
            "SRResCycGAN+",
        ]
    assert len(table("ntire20_track1_valid").rows) == 4
    assert len(table("aim19").rows) == 1
    assert "incomplete" in table("aim19").title


def test_a_measured_row_is_ranked_among_the_quoted_ones() -> None:
    ranking = rank(table("ntire20_track1"), measured(24.0, 0.290), "track1", ["sr"])
    ours = next(row for row in ranking.rows if row.origin == "measured here")
    assert ours.rank == 5  # 0.232, 0.252, 0.272, 0.280 are better
    assert ours.values == {"psnr": 24.0, "lpips": 0.29}
    assert ours.keys["lpips"] == "rgb8/lpips"
    ranks = {row.name: row.rank for row in ranking.rows}
    assert (ranks["Impressionism"], ranks["InnoPeak-SR"], ranks["SVNIT2"]) == (1, 6, 20)
    assert ranks["Bicubic"] is None
    values = [row.values["lpips"] for row in ranking.rows]
    assert values == sorted(values)


def test_equal_at_the_published_precision_is_an_equal_rank() -> None:
    ranking = rank(table("ntire20_track1"), measured(24.0, 0.28049), "track1", ["sr"])
    ranks = {row.name: row.rank for row in ranking.rows}
    assert ranks["sr"] == ranks["BOE-IOT-AIBD"] == 4
    assert ranks["InnoPeak-SR"] == 6
    assert ranks["ITS425"] == ranks["MLP-SR (SRResCGAN)"] == 7
    assert ranks["KU-ISPL"] == 9


def test_where_higher_is_better_the_highest_is_first_even_if_infinite() -> None:
    evaluation = measured(math.inf, 0.1, "aim20")
    ranking = rank(table("aim20"), evaluation, "aim20", ["sr"])
    assert (ranking.rows[0].name, ranking.rows[0].rank, ranking.rows[1].rank) == ("sr", 1, 2)
    assert "∞" in markdown([ranking_table(ranking)])
    assert [row.rank for row in ranking.rows if row.name in ("ALONG", "SR-IM")] == [3, 3]
    rank(table("aim20"), measured(31.0, 0.1, "aim20"), "aim20", ["sr"])


def test_a_row_without_the_ranking_metric_is_last_with_a_reason() -> None:
    rows = scores_of("sr", "rgb8/psnr", [24.0], "track1")
    ranking = rank(table("ntire20_track1"), evaluation_of(rows), "track1", ["sr"])
    assert (ranking.rows[-1].name, ranking.rows[-1].rank) == ("sr", None)
    assert any("no lpips was measured" in warning for warning in ranking.warnings)


def test_other_pictures_and_another_protocol_are_warned_of() -> None:
    published = table("ntire20_track1_valid")
    ranking = rank(published, measured(24.0, 0.29, "set5"), "set5", ["sr"])
    assert any("measured on set5, not known to be" in warning for warning in ranking.warnings)
    assert any("rgb8/psnr, rgb8/lpips measured under another" in w for w in ranking.warnings)
    text = markdown([ranking_table(ranking)])
    assert text.count("WARNING") == 2
    assert "rgb8: rgb, border 0, 8-bit rounded" in text
    evaluation = measured(24.0, 0.29)
    same = replace(
        evaluation,
        columns=tuple(replace(c, protocol="paper") for c in evaluation.columns),
        protocols={"paper": "rgb, border 0, 8-bit truncated"},
    )
    same = replace(
        same,
        columns=tuple(replace(c, key=f"paper/{c.metric}") for c in same.columns),
        rows=tuple(
            replace(r, scores={k.replace("rgb8", "paper"): v for k, v in r.scores.items()})
            for r in same.rows
        ),
    )
    assert rank(published, same, "track1", ["sr"]).warnings == ()


def test_a_set_of_the_same_name_in_another_experiment_is_not_the_same() -> None:
    evaluation = measured(24.0, 0.29, "div2k")
    for experiment, warned in (("demo", True), ("df2k_noise8", False), (None, True)):
        run = replace(evaluation, about={"experiment": experiment})
        warnings = rank(table("div2k_noise8"), run, "div2k", ["sr"]).warnings
        assert any("not known to be the pictures" in text for text in warnings) == warned


def test_the_tables_own_protocol_is_preferred() -> None:
    rows = [
        *scores_of("sr", "rgb8/lpips", [0.5], "track1"),
        *scores_of("sr", "y4/lpips", [0.2], "track1"),
    ]
    published = table("ntire20_track1")
    published.protocol = "y4"
    ours = next(
        row
        for row in rank(published, evaluation_of(rows), "track1", ["sr"]).rows
        if row.name == "sr"
    )
    assert (ours.keys["lpips"], ours.values["lpips"]) == ("y4/lpips", 0.2)
    assert column("y4/lpips").protocol == "y4"


def test_bicubic_is_shown_as_a_baseline_and_a_part_of_the_images_is_warned_of() -> None:
    rows = [
        *scores_of("bicubic", "rgb8/lpips", [0.6, 0.6], "track1"),
        *scores_of("sr", "rgb8/lpips", [0.3], "track1"),
    ]
    ranking = rank(table("ntire20_track1"), evaluation_of(rows), "track1", ["bicubic", "sr"])
    ranks = {row.name: row.rank for row in ranking.rows}
    assert ranks["bicubic"] is None
    assert ranks["sr"] == 5
    assert any("sr: not all 2 images have scores: rgb8/lpips (1)" in w for w in ranking.warnings)


def test_the_merged_table_marks_every_row_in_every_form() -> None:
    ranking = rank(table("div2k_noise8"), measured(25.4, 0.3611, "div2k"), "div2k", ["sr"])
    lines = [line for line in markdown([ranking_table(ranking)]).splitlines() if line[:1] == "|"]
    assert lines[0] == "| rank | method | origin | parameters | psnr ↑ | ssim ↑ | lpips ↓ |"
    assert all(("quoted [" in line) != ("measured here" in line) for line in lines[2:])
    (ours,) = (line for line in lines if "measured here" in line)
    psnr, lpips = "25.40 [24.40, 26.40]", "0.3611 [0.3611, 0.3611]"
    assert ours == f"| 3 | sr | measured here (rgb8) | 380 K | {psnr} | - | {lpips} |"
    assert "| 1 | ESRGAN-FS | quoted [1] | 16.7 M | 22.52 | 0.52 | **0.3300** |" in lines
    assert any("[2]" in line and "SRResCycGAN+" in line for line in lines)
    found = ranking_content(ranking)
    json.dumps(found, allow_nan=False)
    (entry,) = (row for row in found["rows"] if row["origin"] == "measured here")
    assert entry["measured"]["lpips"]["key"] == "rgb8/lpips"
    assert entry["scores"]["ssim"] is None
    assert "measured here" in latex([ranking_table(ranking)])


def test_unknown_sets_and_methods_are_named() -> None:
    with pytest.raises(ConfigError, match=r"no set 'div2k'.*track1"):
        rank(table("div2k_noise8"), measured(25, 0.3), "div2k", ["sr"])
    with pytest.raises(ConfigError, match=r"no method 'best'.*sr"):
        rank(table("div2k_noise8"), measured(25, 0.3), "track1", ["best"])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"rank_by": "niqe"}, "rank_by='niqe'"),
        ({"rank_by": "parameters"}, "rank_by='parameters'"),
        ({"rows": [{"name": "x", "scores": [1, 2]}]}, "x: 2 scores for the 4 columns"),
        ({"rows": [{"name": "x", "score": [1]}]}, "a row has name, score; expected"),
        ({"rows": [{"name": "x", "source": "me", "scores": [1, 2, 3, 4]}]}, "source 'me'"),
        ({"rows": [{"name": "x", "scores": [1, "2", 3, 4]}]}, "'2' is not a number"),
        ({"columns": {"psnr": {"metric": "psnr"}}, "rank_by": "psnr"}, "column psnr: has metric"),
    ],
)
def test_a_mistake_in_a_table_is_named(change: dict, said: str) -> None:
    (path,) = (path for path in FILES if path.stem == "div2k_noise8")
    node = yaml.safe_load(path.read_text())
    node["div2k_noise8"] |= change
    with pytest.raises(ConfigError, match=said):
        build_named(node)


def test_a_table_of_an_experiment_is_used_with_that_experiment_only() -> None:
    evaluation = measured(24.0, 0.29, "div2k")
    summary = summarize(evaluation)
    published = [table("div2k_noise8")]
    for experiment, count in (("demo", 0), ("df2k_noise8", 1)):
        run = replace(evaluation, about={"experiment": experiment})
        assert len(rank_in_tables(published, run, summary, everywhere=False)) == count
        assert len(rank_in_tables(published, run, summary, everywhere=True)) == 1


def test_scores_of_a_network_with_random_weights_are_warned_of() -> None:
    evaluation = measured(24.0, 0.29)
    columns = tuple(
        replace(c, description=LPIPS(Protocol(), weights="random").description)
        if c.metric == "lpips"
        else c
        for c in evaluation.columns
    )
    ranking = rank(table("ntire20_track1"), replace(evaluation, columns=columns), "track1", ["sr"])
    assert any("rgb8/lpips: of a network with random" in warning for warning in ranking.warnings)
