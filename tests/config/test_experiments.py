"""Every experiment: composed, checked, and the paper's settings where it claims them."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from srrescgan.config.check import check_targets
from srrescgan.config.schema import CONFIG_DIR, register

EXPERIMENTS = sorted(path.stem for path in Path(CONFIG_DIR, "experiment").glob("*.yaml"))
PAPER = ["ntire20_track1", "df2k_noise8", "df2k_jpeg30"]


def composed(*overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose("train", overrides=list(overrides))


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_composes_and_every_key_is_known(name: str) -> None:
    check_targets(composed(f"experiment={name}"))
    check_targets(composed(f"experiment={name}", "debug=smoke"))


@pytest.mark.parametrize("name", PAPER)
def test_the_papers_settings(name: str) -> None:
    cfg = composed(f"experiment={name}")
    assert (cfg.iterations, cfg.batch_size, cfg.patch_size, cfg.scale) == (51000, 16, 128, 4)
    for phase in ("g", "d"):
        assert cfg.optimizer[phase].lr == 1e-4
        assert list(cfg.optimizer[phase].betas) == [0.9, 0.999]
        assert list(cfg.scheduler[phase].milestones) == [5000, 10000, 20000, 30000]
        assert cfg.scheduler[phase].gamma == 0.5
    weights = {key: node.weight for key, node in cfg.loss.items()}
    assert weights == {"pixel": 10.0, "perceptual": 1.0, "tv": 1.0}
    assert {node.value_range for node in cfg.loss.values()} == {255.0}
    assert cfg.gan_loss._target_.endswith("RelativisticAverageGAN")
    assert cfg.discriminator.input_filter.value_range == 255.0
    assert cfg.data.mixup.probability == 0.5


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SRRESCGAN_DATA", "/somewhere")
    cfg = composed("experiment=df2k_noise8")
    assert cfg.data.train.hr == "/somewhere/DF2K/HR"
    cfg = composed("experiment=df2k_noise8", "paths.data_dir=/else")
    assert cfg.data.train.hr == "/else/DF2K/HR"
