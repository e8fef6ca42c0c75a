"""Weights with their cards."""

import hashlib
import json
import re
from dataclasses import replace

import pytest
import torch
import yaml
from evaluations import evaluation_of, scores_of, write_folder
from small_network import CONFIG, small_network, write_small_network

from srrescgan.errors import ConfigError, DataError, WeightsError
from srrescgan.export.cards import Publication, write_card
from srrescgan.weights import load_pretrained
from srrescgan.weights.files import write_pth

FULL = Publication("My camera 2", license="CC-BY-4.0", author="Ada B. Byron", date="2026-08-31")


@pytest.fixture
def weights(tmp_path):
    return write_small_network(tmp_path / "small.safetensors")


@pytest.fixture
def evaluated(tmp_path):
    """``evaluated(sr=FILE, other=FILE)`` writes the evaluation of weight files."""

    def write(**sources):
        rows = [
            *scores_of("bicubic", "rgb8/psnr", [1.0, 2.0]),
            *scores_of("sr", "rgb8/psnr", [30.126, 31.126]),
            *scores_of("sr", "y4/lpips", [0.25, float("inf")]),
            *scores_of("other", "rgb8/psnr", [99.0, 99.0]),
        ]
        evaluation = evaluation_of(rows)
        methods = tuple(
            replace(each, source=str(sources.get(each.name, each.source)))
            for each in evaluation.methods
        )
        write_folder(replace(evaluation, methods=methods), tmp_path / "eval")
        return tmp_path / "eval/metrics.json"

    return write


def card(tmp_path, weights, publication=FULL, metrics=None):
    """Write the cards; the header and the text of the one, the other, and what was said."""
    output = tmp_path / "out"
    said = write_card(small_network(), CONFIG, output, weights, publication, metrics)
    _, header, text = (output / "README.md").read_text().split("---\n", 2)
    (entry,) = output.glob("*.json")
    return yaml.safe_load(header), text, json.loads(entry.read_text()), said


def test_the_folder_is_ready_to_be_uploaded(tmp_path, weights) -> None:
    _, text, entry, _ = card(tmp_path, weights)
    names = {path.name for path in (tmp_path / "out").iterdir()}
    stem = "2x-My-camera-2"
    assert names == {f"{stem}.json", f"{stem}.pth", f"{stem}.safetensors", "README.md"}
    lr = torch.rand(1, 3, 9, 11)
    for suffix in ("pth", "safetensors"):
        path = tmp_path / f"out/{stem}.{suffix}"
        assert torch.equal(load_pretrained(path, CONFIG)(lr), small_network()(lr))
        assert hashlib.sha256(path.read_bytes()).hexdigest() in text
    (resource,) = entry["resources"]
    content = (tmp_path / f"out/{stem}.pth").read_bytes()
    assert resource["sha256"] == hashlib.sha256(content).hexdigest()
    assert (resource["size"], resource["type"], resource["platform"]) == (
        len(content),
        "pth",
        "pytorch",
    )


def test_a_published_file_keeps_its_checksum(tmp_path) -> None:
    write_pth(
        {f"module.{k}": v for k, v in small_network().state_dict().items()}, tmp_path / "a.pth"
    )
    _, _, entry, _ = card(tmp_path, tmp_path / "a.pth")
    published = hashlib.sha256((tmp_path / "a.pth").read_bytes()).hexdigest()
    assert entry["resources"][0]["sha256"] == published


def test_the_entry_has_the_form_that_openmodeldb_asks_for(tmp_path, weights) -> None:
    _, _, entry, said = card(tmp_path, weights)
    # ModelIdPattern, UserIdPattern and MODEL_PROPS of its src/lib.
    (path,) = (tmp_path / "out").glob("*.json")
    assert re.fullmatch(r"\d+x-[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*", path.stem)
    assert re.fullmatch(r"[a-zA-Z0-9]+(?:-[a-zA-Z0-9]+)*", entry["author"])
    assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", entry["date"])
    assert entry["description"] == entry["description"].strip()
    assert entry["tags"]
    assert (entry["scale"], entry["inputChannels"], entry["outputChannels"]) == (2, 3, 3)
    assert entry["license"] == "CC-BY-4.0"
    assert said.endswith("OpenModelDB also asks for: urls")


def test_unknown_facts_are_left_off_the_card(tmp_path, weights) -> None:
    header, text, entry, said = card(tmp_path, weights, Publication("unknown"))
    assert not {"license", "metrics", "model-index"} & header.keys()
    assert not {"license", "author", "date", "trainingIterations", "dataset"} & entry.keys()
    assert "None" not in text
    assert "author, date, urls" in said
    assert "license=" in said


def test_scores_on_a_card_belong_to_its_weights_and_name_the_protocol(
    tmp_path, weights, evaluated
) -> None:
    metrics = evaluated(sr=weights)
    header, text, _, said = card(tmp_path, weights, metrics=metrics)
    assert "with 1 scores" in said  # an infinite mean is not one
    assert header["license"] == "cc-by-4.0"
    (result,) = header["model-index"][0]["results"]
    assert result["dataset"]["name"] == "set5"
    (metric,) = result["metrics"]
    assert metric["type"] == "psnr"
    assert metric["value"] == pytest.approx((30.126 + 31.126) / 2, abs=0.005)
    assert "rgb, border 0, 8-bit rounded" in metric["name"]
    assert "| set5 | sr | psnr | rgb, border 0, 8-bit rounded | 30.63 | 2 |" in text
    assert "| other |" not in text


def test_numbers_of_other_weights_are_refused(tmp_path, weights, evaluated) -> None:
    torch.save({"alpha": torch.zeros(1)}, tmp_path / "other.pth")
    metrics = evaluated(sr=tmp_path / "other.pth")
    with pytest.raises(ConfigError, match="not of these weights"):
        card(tmp_path, weights, metrics=metrics)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("content", ["{", "{}", '{"contestants": 3}', "[]"])
def test_a_file_that_is_no_evaluation_is_refused(tmp_path, weights, content) -> None:
    (tmp_path / "metrics.json").write_text(content)
    with pytest.raises(DataError, match=r"srrescgan\.eval"):
        card(tmp_path, weights, metrics=tmp_path / "metrics.json")


def test_a_checkpoint_says_how_it_was_made(tmp_path) -> None:
    state = {f"generator.{k}": v for k, v in small_network().state_dict().items()}
    content = {
        "pytorch-lightning_version": "2.6.6",
        "state_dict": state,
        "iteration": 1200,
        "config": {"name": "my_camera", "batch_size": 16, "patch_size": 96, "seed": 5},
        "provenance": {"code": "abc123"},
    }
    torch.save(content, tmp_path / "last.ckpt")
    _, text, entry, _ = card(tmp_path, tmp_path / "last.ckpt")
    assert (entry["trainingIterations"], entry["trainingBatchSize"]) == (1200, 16)
    assert entry["trainingHRSize"] == 96
    for fact in ("my_camera", "1,200 iterations", "96 x 96", "abc123"):
        assert fact in text


def test_hugging_face_reads_the_card(tmp_path, weights, evaluated) -> None:
    hub = pytest.importorskip("huggingface_hub")
    card(tmp_path, weights, metrics=evaluated(sr=weights))
    read = hub.ModelCard.load(tmp_path / "out/README.md")
    assert (read.data.license, read.data.pipeline_tag) == ("cc-by-4.0", "image-to-image")
    assert [each.metric_type for each in read.data.eval_results] == ["psnr"]


@pytest.mark.parametrize(
    "wrong", [{"name": "a/b"}, {"name": ""}, {"license": "my own"}, {"date": "31.8.2026"}]
)
def test_invalid_card_values_are_refused(wrong) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        Publication(**{"name": "x"} | wrong)


def test_a_card_that_reads_back_differently_is_not_kept(tmp_path, weights, monkeypatch) -> None:
    def spoiling(content, path):
        path.write_text(json.dumps(content | {"scale": 3}))

    monkeypatch.setattr("srrescgan.export.cards.card_folder.write_json", spoiling)
    with pytest.raises(WeightsError, match="does not read back"):
        card(tmp_path, weights)
    assert not (tmp_path / "out").exists()
