"""Entry of OpenModelDB, a catalog of upscaling models.

Its schema is code of its web site (``src/lib/schema.ts`` and ``model-props.ts``, read in 2026).
"""

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from srrescgan.export.cards.publication import Publication, Training
from srrescgan.export.network_summary import NetworkSummary
from srrescgan.files import file_sha256

_REQUIRED = ("name", "author", "tags", "description", "date", "architecture", "scale")
_ARCHITECTURES = {"SRResDNet": "srrescgan", "RRDBNet": "esrgan"}
"""Identifiers of the catalog that differ from the name of our class."""
_SRRESCGAN = (
    "Upscales photographs with the generator of SRResCGAN (CVPR Workshops 2020), which enlarges"
    " bilinearly and subtracts a residual whose length is limited by the noise of the picture. It"
    " measures that noise on the whole picture: do not tile."
)


def catalog_id(publication: Publication, scale: int) -> str:
    """File name of the entry without suffix, for instance ``4x-SRResCGAN``."""
    return f"{scale}x-{_slug(publication.name)}"


def catalog_entry(
    network: NetworkSummary, publication: Publication, training: Training | None, weights: Path
) -> dict[str, Any]:
    """Content of the entry. Unknown fields are left out; see :func:`missing_fields`.

    Args:
        network: summary of the network.
        publication: given by the publisher.
        training: read from the checkpoint.
        weights: the ``.pth`` file to be published.
    """
    architecture = _ARCHITECTURES.get(network.architecture, _slug(network.architecture).lower())
    general = f"Upscales photographs with {network.description or network.architecture}."
    fields: dict[str, Any] = {
        "name": publication.name,
        "author": _slug(publication.author).lower() if publication.author else None,
        "license": publication.license,
        "tags": ["photo"],
        "description": _SRRESCGAN if network.is_srresdnet else general,
        "date": publication.date,
        "architecture": architecture,
        "size": list(network.tags) or None,
        "scale": network.scale,
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
    return {key: value for key, value in fields.items() if value is not None}


def missing_fields(entry: Mapping[str, Any]) -> list[str]:
    """Fields that the catalog requires and the entry lacks."""
    absent = [key for key in _REQUIRED if key not in entry]
    return absent + ["urls"] * any(not resource["urls"] for resource in entry["resources"])


def _slug(text: str) -> str:
    """Letters and digits with single hyphens between them, as in the catalog's identifiers."""
    return re.sub(r"[^A-Za-z0-9]+", "-", text).strip("-")
