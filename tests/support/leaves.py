"""Builds the object of any file of a configuration group, small enough for a test."""

from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig, OmegaConf

from srrescgan.config.build import build
from srrescgan.config.debug import SMALL
from srrescgan.config.schema import CONFIG_DIR, register

ROOT_KEYS = {"backbone_weights": "random"}
"""Root keys that differ from conf/base.yaml in every test, so that nothing is downloaded."""


def leaves(group: str) -> list[Any]:
    """Parameters for ``pytest.mark.parametrize``: every file of a group, named after it."""
    paths = sorted(Path(CONFIG_DIR, group).glob("[!_]*.yaml"))
    return [pytest.param(f"{group}/{path.stem}", id=path.stem) for path in paths]


def node(leaf: str, **root_keys: Any) -> DictConfig:
    """The node of a file, such as ``loss/pixel``, below the root keys of a training run.

    Args:
        leaf: group and name of the file.
        root_keys: root keys that differ from ``conf/base.yaml``, such as ``scale=2``.
    """
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        found = compose(leaf)
    (content,) = found.values()
    if leaf.startswith(
        "loss/"
    ):  # several losses make up a training: each file holds a name and a node
        (content,) = content.values()
    root = OmegaConf.load(Path(CONFIG_DIR, "base.yaml"))
    del root["defaults"]
    return OmegaConf.merge(root, ROOT_KEYS, root_keys, {"leaf": content}).leaf


def built(leaf: str, **root_keys: Any) -> Any:
    """The object of a file; arguments as :func:`node`."""
    return build(node(leaf, **root_keys))


def small_node(
    leaf: str, sizes: Mapping[str, int] = MappingProxyType(SMALL), **root_keys: Any
) -> DictConfig:
    """The node of a file with the arguments of ``sizes``, where its own are larger."""
    content = node(leaf, **root_keys)
    for key, largest in sizes.items():
        if key in content:
            content[key] = min(content[key], largest)
    return content


def built_small(leaf: str, **root_keys: Any) -> Any:
    """The network of a file with the arguments of :data:`SMALL`, if it is larger."""
    return build(small_node(leaf, **root_keys))
