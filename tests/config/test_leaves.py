"""The YAML files and the classes they name hold together."""

import inspect
from pathlib import Path

import pytest
import yaml
from hydra.utils import get_object

from srrescgan.config.check import iter_targets
from srrescgan.config.schema import CONFIG_DIR

LEAVES = sorted(
    path
    for path in Path(CONFIG_DIR).glob("*/*.yaml")
    if path.parent.name not in ("experiment", "recipe", "debug")
)
PACKAGES = {
    "generator": "srrescgan.generators",
    "downscaler": "srrescgan.generators",
    "discriminator": "srrescgan.discriminators",
    "loss": "srrescgan.losses",
    "gan_loss": "srrescgan.losses",
    "protocol": "srrescgan.metrics",
    "metric": "srrescgan.metrics",
    "published": "srrescgan.eval",
    "degradation": "srrescgan.degradations",
    "data": "srrescgan.data",
    "dataset": "srrescgan.prepare",
    "system": "srrescgan.systems",
    "scheduler": "srrescgan.schedulers",
}


def _label(path: Path) -> str:
    return f"{path.parent.name}/{path.stem}"


@pytest.mark.parametrize("path", LEAVES, ids=_label)
def test_every_argument_is_listed_and_known(path: Path) -> None:
    # A key that the file does not show cannot be overridden on the command line.
    for where, node in iter_targets(yaml.safe_load(path.read_text())):
        if not node["_target_"].startswith("srrescgan."):
            continue
        signature = set(inspect.signature(get_object(node["_target_"])).parameters)
        if path.parent.name == "metric":
            signature.remove("protocol")  # every metric is built under every protocol
        listed = {key for key in node if not key.startswith("_")} - {"defaults"}
        if "defaults" in yaml.safe_load(path.read_text()):
            assert listed <= signature, where  # the rest is in the file it extends
        else:
            assert listed == signature, where


@pytest.mark.parametrize("path", [p for p in LEAVES if p.parent.name in PACKAGES], ids=_label)
def test_a_group_names_classes_of_its_own_package(path: Path) -> None:
    content = yaml.safe_load(path.read_text())
    top = [n for n in (content, *content.values()) if isinstance(n, dict) and "_target_" in n]
    if "defaults" not in content:
        assert top
    for node in top[:1]:
        assert node["_target_"].startswith(PACKAGES[path.parent.name] + ".")


@pytest.mark.parametrize("path", LEAVES, ids=_label)
def test_leaves_stay_small(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 50
