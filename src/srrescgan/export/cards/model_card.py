"""Model card for the Hugging Face Hub: a README with a YAML header."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import yaml

from srrescgan import __version__
from srrescgan.export.cards.evaluation_scores import CardScore
from srrescgan.export.cards.publication import Publication, Training
from srrescgan.export.network_summary import NetworkSummary
from srrescgan.files import file_sha256
from srrescgan.html.templates import write_document
from srrescgan.weights.packaged import PackagedWeights


def write_model_card(
    path: Path,
    network: NetworkSummary,
    publication: Publication,
    training: Training | None,
    scores: Sequence[CardScore],
    files: Sequence[Path],
    origin: PackagedWeights | None,
) -> None:
    """Write the card. Unknown facts are left out.

    Args:
        path: the ``README.md``.
        network: summary of the network.
        publication: given by the publisher.
        training: read from the checkpoint.
        scores: of these weights.
        files: weight files of the card, the safest format first.
        origin: of weights that others published.
    """
    header = _header(publication, scores)
    values = {
        "header": yaml.safe_dump(header, sort_keys=False, allow_unicode=True).strip(),
        "network": network,
        "publication": publication,
        "training": training,
        "scores": scores,
        "origin": origin,
        "files": [(file.name, file.stat().st_size, file_sha256(file)) for file in files],
        "version": __version__,
    }
    write_document(path, __package__, "model_card.md.j2", values)


def _header(publication: Publication, scores: Sequence[CardScore]) -> dict[str, Any]:
    """Keys of the Hub's "Model Cards" documentation."""
    header: dict[str, Any] = {}
    if publication.license is not None:
        header["license"] = publication.license.lower()
    header |= {
        "pipeline_tag": "image-to-image",
        "library_name": "srrescgan",
        "tags": ["super-resolution", "srrescgan", "pytorch"],
    }
    if scores:
        header["metrics"] = sorted({score.metric for score in scores})
        results = [_result(score) for score in scores]
        header["model-index"] = [{"name": publication.name, "results": results}]
    return header


def _result(score: CardScore) -> dict[str, Any]:
    return {
        "task": {"type": "image-to-image", "name": "Super-resolution"},
        "dataset": {"type": score.set, "name": score.set},
        "metrics": [
            {
                "type": score.metric,
                "name": f"{score.metric} of {score.method} ({score.protocol})",
                "value": round(score.value, score.decimals),
            }
        ],
    }
