"""What a model card says and the weights do not."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from srrescgan.errors import ConfigError
from srrescgan.weights.files import read_checkpoint

_NAME = re.compile(r"[A-Za-z0-9]+([-_. ][A-Za-z0-9]+)*")
_LICENSE = re.compile(r"[A-Za-z0-9][A-Za-z0-9.+-]*")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


@dataclass(frozen=True)
class Publication:
    """Known to the publisher alone. ``None``: not known, and left out of the cards.

    Raises:
        ConfigError: a value that a card cannot hold.
    """

    name: str
    """Of the model; letters, digits, and single ``-``, ``_``, ``.`` or spaces between them."""
    license: str | None = None
    """SPDX identifier, for instance ``MIT`` or ``CC-BY-4.0``."""
    author: str | None = None
    date: str | None = None
    """Of the publication, as ``2026-08-31``."""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise ConfigError(
                f"name={self.name!r}: a model's name has letters, digits, and single - _ . or"
                " spaces between them, for instance SRResCGAN-my-camera"
            )
        if self.license is not None and not _LICENSE.fullmatch(self.license):
            raise ConfigError(
                f"license={self.license!r}: expected an SPDX identifier, for instance MIT,"
                " Apache-2.0 or CC-BY-4.0 (https://spdx.org/licenses)"
            )
        if self.date is not None and not _DATE.fullmatch(self.date):
            raise ConfigError(f"date={self.date!r}: expected year-month-day, as in 2026-08-31")


@dataclass(frozen=True)
class Training:
    """How a checkpoint says that it was made."""

    experiment: str
    iterations: int
    """Those that are behind it."""
    batch_size: int
    patch_size: int
    """Side of the hr crops."""
    seed: int
    code: str
    """Revision of this package; ``unknown`` where there was no checkout."""


def training_record(weights: Path) -> Training | None:
    """Read how weights were trained; ``None`` for a file that does not say.

    Raises:
        WeightsError: the file cannot be read.
    """
    if weights.suffix == ".safetensors":
        return None
    content = read_checkpoint(weights)
    config: Mapping[str, Any] = content.get("config", {})
    wanted = ("name", "batch_size", "patch_size", "seed")
    if "iteration" not in content or any(config.get(key) is None for key in wanted):
        return None
    return Training(
        experiment=config["name"],
        iterations=content["iteration"],
        batch_size=config["batch_size"],
        patch_size=config["patch_size"],
        seed=config["seed"],
        code=content.get("provenance", {}).get("code", "unknown"),
    )
