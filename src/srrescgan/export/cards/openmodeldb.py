"""An entry of OpenModelDB, the catalogue of upscaling models.

Its schema is code of its web site (``src/lib/schema.ts`` and ``model-props.ts``, read in 2026).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srrescgan.export.cards.publication import Publication, Training
from srrescgan.files import file_sha256

_REQUIRED = ("name", "author", "tags", "description", "date", "architecture", "scale")


def entry_id(publication: Publication, scale: int) -> str:
    """Name of the entry's file, without suffix: ``4x-SRResCGAN``."""
    return f"{scale}x-{_slug(publication.name)}"


def entry(
    facts: Mapping[str, Any], publication: Publication, training: Training | None, weights: Path
) -> dict[str, Any]:
    """What the catalogue holds of a model. What is not known is left out; see :func:`missing`.

    Args:
        facts: of the network; see :func:`srrescgan.export.facts.facts_of`.
        publication: what the publisher says.
        training: what the checkpoint says.
        weights: the ``.pth`` that is to be published.
    """
    known: dict[str, Any] = {
        "name": publication.name,
        "author": _slug(publication.author).lower() if publication.author else None,
        "license": publication.license,
        "tags": ["photo"],
        "description": "Upscales photographs with the generator of SRResCGAN (CVPR Workshops"
        " 2020), which enlarges bilinearly and subtracts a residual that is no longer than the"
        " noise of the picture allows. It measures that noise on the whole picture: do not tile.",
        "date": publication.date,
        "architecture": "srrescgan",
        "size": [f"{facts['features']}nf", f"{facts['blocks']}nb"],
        "scale": facts["scale"],
        "inputChannels": 3,
        "outputChannels": 3,
        "resources": [
            {
                "platform": "pytorch",
                "type": "pth",
                "size": weights.stat().st_size,
                "sha256": file_sha256(weights),
                "urls": [],
            }
        ],
        "trainingIterations": training.iterations if training else None,
        "trainingBatchSize": training.batch_size if training else None,
        "trainingHRSize": training.patch_size if training else None,
        "images": [],
    }
    return {key: value for key, value in known.items() if value is not None}


def missing(entry: Mapping[str, Any]) -> list[str]:
    """What the catalogue asks for and the entry does not have yet."""
    absent = [key for key in _REQUIRED if key not in entry]
    return absent + ["urls"] * any(not resource["urls"] for resource in entry["resources"])


def _slug(text: str) -> str:
    """Letters and digits, with single hyphens between: the form of every identifier there."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
