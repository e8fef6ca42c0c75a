"""Settings of ``debug=smoke``: synthetic images, and small networks."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf

from srrescgan.config.check import iter_targets
from srrescgan.config.synthetic import use_synthetic_images

SMALL = {"features": 8, "growth": 4, "blocks": 2, "layers": 2}
"""Largest value of the arguments that set a network's width and depth, by their usual names."""


def apply_debug_settings(cfg: DictConfig, folder: Path) -> None:
    """Apply the keys ``synthetic`` and ``small_networks`` to a training configuration, in place.

    Args:
        cfg: ``cfg.data`` and the networks may change.
        folder: of the synthetic images.
    """
    if cfg.synthetic:
        use_synthetic_images(cfg, folder)
    if cfg.small_networks:
        use_small_networks(cfg)


def use_small_networks(cfg: DictConfig) -> None:
    """Reduce every network, whichever it is, so that an iteration takes well under a second.

    Whole numbers above the limits are replaced in every node that builds an object; all other
    arguments, and how the networks are connected, stay. A network with other argument names keeps
    its size.

    Args:
        cfg: a training configuration, changed in place.
    """
    tree = OmegaConf.to_container(cfg, resolve=False)
    for path, node in iter_targets(tree):
        for key, largest in SMALL.items():
            value = node.get(key)
            if isinstance(value, int) and value > largest:
                OmegaConf.update(cfg, f"{path}.{key}", largest)
