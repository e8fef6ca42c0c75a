"""The card of a model on the Hugging Face Hub: a README with a header for machines."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

from srrescgan import __version__
from srrescgan.export.cards.measured import Measured
from srrescgan.export.cards.publication import Publication, Training
from srrescgan.export.templates import write_document
from srrescgan.files import file_sha256


def write_model_card(
    path: Path,
    facts: Mapping[str, Any],
    publication: Publication,
    training: Training | None,
    measured: Sequence[Measured],
    files: Sequence[Path],
) -> None:
    """Write the card. What is not known is left out of it.

    Args:
        path: the ``README.md``.
        facts: of the network; see :func:`srrescgan.export.facts.facts_of`.
        publication: what the publisher says.
        training: what the checkpoint says.
        measured: numbers of these weights.
        files: weight files that the card is about, the safest first.
    """
    header = _header(publication, measured)
    values = {
        "header": yaml.safe_dump(header, sort_keys=False, allow_unicode=True).strip(),
        "facts": facts,
        "publication": publication,
        "training": training,
        "measured": measured,
        "files": [(file.name, file.stat().st_size, file_sha256(file)) for file in files],
        "version": __version__,
    }
    write_document(path, "cards/model_card.md.j2", values)


def _header(publication: Publication, measured: Sequence[Measured]) -> dict[str, Any]:
    """The keys that the Hub knows; see its "Model Cards" documentation."""
    header: dict[str, Any] = {}
    if publication.license is not None:
        header["license"] = publication.license.lower()
    header |= {
        "pipeline_tag": "image-to-image",
        "library_name": "srrescgan",
        "tags": ["super-resolution", "srrescgan", "pytorch"],
    }
    if measured:
        header["metrics"] = sorted({each.metric for each in measured})
        results = [_result(each) for each in measured]
        header["model-index"] = [{"name": publication.name, "results": results}]
    return header


def _result(measured: Measured) -> dict[str, Any]:
    return {
        "task": {"type": "image-to-image", "name": "Super-resolution"},
        "dataset": {"type": measured.set, "name": measured.set},
        "metrics": [
            {
                "type": measured.metric,
                "name": f"{measured.metric} of {measured.method} ({measured.protocol})",
                "value": round(measured.value, measured.decimals),
            }
        ],
    }
