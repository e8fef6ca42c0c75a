"""Weights with their cards: a folder to upload."""

import json
import shutil
from pathlib import Path
from typing import Any

import yaml
from torch import nn

from srrescgan.errors import ConfigError, WeightsError
from srrescgan.export.cards.measured import read_measured
from srrescgan.export.cards.model_card import write_model_card
from srrescgan.export.cards.openmodeldb import entry, entry_id, missing
from srrescgan.export.cards.publication import Publication, training_record
from srrescgan.export.facts import facts_of
from srrescgan.export.folder import writing_folder
from srrescgan.files import write_json
from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_pth, write_safetensors


def write_card(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    weights: Path,
    publication: Publication,
    metrics: Path | None,
) -> str:
    """Write weights as ``.safetensors`` and ``.pth``, a Hugging Face and an OpenModelDB card.

    The cards say what the network, its checkpoint, an evaluation and the publisher say. What none
    of them says is left out.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the folder, not there yet.
        weights: file that the generator came from.
        publication: name, licence, author and date.
        metrics: ``metrics.json`` of an evaluation of these weights; ``None``: no numbers.

    Returns:
        What to tell the user, what is left to fill in among it.

    Raises:
        ConfigError: the network is not an SRResDNet, the evaluation is of other weights, or
            ``output`` exists.
        DataError: ``metrics`` cannot be read.
        WeightsError: the cards do not read back as they were written.
    """
    if not isinstance(generator, SRResDNet):
        raise ConfigError(
            f"target=card knows SRResDNet only, and the weights are of {type(generator).__name__}"
        )
    state = generator.state_dict()
    measured = read_measured(metrics, state) if metrics else []
    training, facts = training_record(weights), facts_of(generator)
    stem = entry_id(publication, generator.scale)
    with writing_folder(output) as folder:
        files = [folder / f"{stem}.safetensors", folder / f"{stem}.pth"]
        write_safetensors(state, config, files[0])
        if weights.suffix == ".pth":
            shutil.copyfile(weights, files[1])  # so that its checksum stays the one that is known
        else:
            write_pth(state, files[1])
        listed = entry(facts, publication, training, files[1])
        write_json(listed, folder / f"{stem}.json")
        write_model_card(folder / "README.md", facts, publication, training, measured, files)
        _check(folder, stem, listed)
    left = missing(listed)
    hint = f". OpenModelDB also asks for: {', '.join(left)}" if left else ""
    unlicensed = "" if publication.license else ". No license= was given, so the cards name none"
    return (
        f"{output}: {stem}.safetensors and .pth, README.md for Hugging Face with"
        f" {len(measured)} numbers, {stem}.json for OpenModelDB{unlicensed}{hint}"
    )


def _check(folder: Path, stem: str, listed: dict[str, Any]) -> None:
    """Read both cards back.

    Raises:
        WeightsError: one of them cannot be read, or says something else.
    """
    header = (folder / "README.md").read_text(encoding="utf-8").split("\n---\n")[0]
    try:
        read = yaml.safe_load(header.removeprefix("---\n"))
        same = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8")) == listed
    except (yaml.YAMLError, ValueError) as error:
        raise WeightsError(f"a card does not read back ({error}); nothing was written") from error
    if not same or read.get("pipeline_tag") != "image-to-image":
        raise WeightsError("a card does not read back as it was written; nothing was written")
