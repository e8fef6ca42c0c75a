"""Export for publication: a folder with weights and their cards, ready to upload."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml
from torch import nn

from srrescgan.errors import WeightsError
from srrescgan.export.capabilities import require_upscaling
from srrescgan.export.cards.evaluation_scores import read_scores
from srrescgan.export.cards.model_card import write_model_card
from srrescgan.export.cards.openmodeldb import catalog_entry, catalog_id, missing_fields
from srrescgan.export.cards.publication import Publication, training_record
from srrescgan.export.folder import writing_folder
from srrescgan.export.network_summary import summarize
from srrescgan.files import write_json
from srrescgan.weights.files import write_pth, write_safetensors
from srrescgan.weights.packaged import packaged_origin


def write_card(
    generator: nn.Module,
    config: dict[str, Any],
    output: Path,
    weights: Path,
    publication: Publication,
    metrics: Path | None,
) -> str:
    """Write weights as ``.safetensors`` and ``.pth`` with a Hugging Face and an OpenModelDB card.

    The cards combine what the network, its checkpoint, an evaluation and the publisher say.
    Unknown facts are left out. Weights that :mod:`srrescgan.weights.packaged` names bring their
    license and their origin with them.

    Args:
        generator: in eval mode, on the CPU.
        config: its ``_target_`` and constructor arguments.
        output: the folder; must not exist yet, or be empty.
        weights: the file the generator was loaded from.
        publication: name, license, author and date.
        metrics: ``metrics.json`` of an evaluation of these weights; ``None``: no scores.

    Returns:
        Message for the user, with the fields that are still missing.

    Raises:
        ConfigError: the network is a degradation, the evaluation is of other weights, or
            ``output`` exists.
        DataError: ``metrics`` cannot be read.
        WeightsError: the cards read back differently.
    """
    require_upscaling(generator, "card")
    state = generator.state_dict()
    scores = read_scores(metrics, state) if metrics else []
    training, network = training_record(weights), summarize(generator, config)
    origin = packaged_origin(weights)
    if origin is not None and publication.license is None:
        publication = replace(publication, license=origin.licence)
    stem = catalog_id(publication, network.scale)
    with writing_folder(output) as folder:
        files = [folder / f"{stem}.safetensors", folder / f"{stem}.pth"]
        write_safetensors(state, config, files[0])
        if weights.suffix == ".pth":
            shutil.copyfile(weights, files[1])  # keeps the checksum of a published file
        else:
            write_pth(state, files[1])
        entry = catalog_entry(network, publication, training, files[1])
        write_json(entry, folder / f"{stem}.json")
        readme = folder / "README.md"
        write_model_card(readme, network, publication, training, scores, files, origin)
        _verify(folder, stem, entry)
    missing = missing_fields(entry)
    hint = f". OpenModelDB also asks for: {', '.join(missing)}" if missing else ""
    unlicensed = "" if publication.license else ". The cards name no license: give card.license="
    return (
        f"{output}: {stem}.safetensors and .pth, README.md for Hugging Face with {len(scores)}"
        f" scores, {stem}.json for OpenModelDB{unlicensed}{hint}"
    )


def _verify(folder: Path, stem: str, entry: dict[str, Any]) -> None:
    """Read both cards back.

    Raises:
        WeightsError: one of them cannot be read, or differs from what was written.
    """
    header = (folder / "README.md").read_text(encoding="utf-8").split("\n---\n")[0]
    try:
        read = yaml.safe_load(header.removeprefix("---\n"))
        same = json.loads((folder / f"{stem}.json").read_text(encoding="utf-8")) == entry
    except (yaml.YAMLError, ValueError) as error:
        raise WeightsError(f"nothing was written: a card cannot be read back ({error})") from error
    if not same or read.get("pipeline_tag") != "image-to-image":
        raise WeightsError("nothing was written: a card does not read back as it was written")
