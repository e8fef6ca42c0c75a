"""Configurations of commands, composed in this process."""

from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from srrescgan.config.schema import CONFIG_DIR, register


def composed(primary: str, name: str, *overrides: str) -> DictConfig:
    """The configuration of the command ``primary`` with ``experiment=<name> debug=smoke``."""
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        smoke = [f"experiment={name}", "debug=smoke", f"name={name}"]
        return compose(primary, overrides=[*smoke, *overrides])
