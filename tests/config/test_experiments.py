"""Every experiment: composed, checked, and the paper's settings where it claims them."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from srrescgan.config.build import build
from srrescgan.config.check import check_targets
from srrescgan.config.debug import use_small_networks
from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.layers.backbone import features

EXPERIMENTS = sorted(path.stem for path in Path(CONFIG_DIR, "experiment").glob("*.yaml"))
PAPER = ["ntire20_track1", "df2k_noise8", "df2k_jpeg30"]
CYCLE = [f"srrescycgan_{name}" for name in (*PAPER, "aim20")]


def composed(*overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        return compose("train", overrides=list(overrides))


@pytest.fixture(scope="module")
def backbones() -> Iterator[None]:
    """Build each frozen VGG network only once: they are large, and all tests share them."""
    with pytest.MonkeyPatch.context() as patch:
        for module in ("srrescgan.losses.perceptual", "srrescgan.layers.lpips_network"):
            patch.setattr(f"{module}.features", cache(features))
        yield


@pytest.mark.parametrize("name", EXPERIMENTS)
def test_an_experiment_composes_and_every_key_is_known(name: str, backbones: None) -> None:
    check_targets(composed(f"experiment={name}"))
    smoke = composed(f"experiment={name}", "debug=smoke", "name=x")
    check_targets(smoke)
    use_small_networks(smoke)
    system, data = build(smoke.system), build(smoke.data)
    trained = {id(weight) for phase in system.phases() for weight in phase.parameters()}
    averaged = () if system.ema is None else system.ema.parameters()
    assert trained == {id(w) for w in system.parameters()} - {id(w) for w in averaged}
    assert sum(weight.numel() for weight in system.parameters()) < 1_000_000
    assert data.degradation is not None or "lr" in smoke.data.train


@pytest.mark.parametrize("name", [*PAPER, *CYCLE])
def test_the_papers_settings(name: str) -> None:
    cfg = composed(f"experiment={name}")
    assert (cfg.iterations, cfg.batch_size, cfg.patch_size, cfg.scale) == (51000, 16, 128, 4)
    for phase in ("g", "d", *(["g_lr", "d_lr"] if name in CYCLE else [])):
        assert cfg.optimizer[phase].lr == 1e-4
        assert list(cfg.optimizer[phase].betas) == [0.9, 0.999]
        assert list(cfg.scheduler[phase].milestones) == [5000, 10000, 20000, 30000]
        assert cfg.scheduler[phase].gamma == 0.5
    weights = {key: node.weight for key, node in cfg.loss.items()}
    assert weights == {"pixel": 10.0, "perceptual": 1.0, "tv": 1.0}
    assert {node.value_range for node in cfg.loss.values()} == {255.0}
    if name in CYCLE:
        cycle = cfg.system.cycle_loss
        assert (cycle.weight, cycle.value_range, cfg.system.lr_gan_loss.weight) == (10.0, 255.0, 1)
    assert cfg.gan_loss.weight == 1.0
    assert cfg.gan_loss._target_.endswith("RelativisticAverageGAN")
    assert cfg.discriminator.input_filter.value_range == 255.0
    assert cfg.data.mixup.probability == 0.5


ESRGAN = {"esrgan_df2k": 400_000, "esrgan_ft_df2k_noise8": 51_000, "esrgan_fs_df2k_noise8": 51_000}
ESRGAN |= {"esrgan_fs_aim19": 60_000, "realsr_ntire20_track1": 60_000}


@pytest.mark.parametrize("name", ESRGAN)
def test_the_settings_of_esrgan_and_its_relatives(name: str) -> None:
    cfg = composed(f"experiment={name}")
    separated = name.startswith("esrgan_fs")
    assert (cfg.iterations, cfg.batch_size, cfg.patch_size) == (ESRGAN[name], 16, 128)
    late = [50_000, 100_000, 200_000, 300_000]
    for phase in ("g", "d"):
        assert cfg.optimizer[phase].lr == 1e-4
        assert list(cfg.optimizer[phase].betas) == [0.9, 0.999]
        expected = late if name == "esrgan_df2k" else [5_000, 10_000, 20_000, 30_000]
        assert list(cfg.scheduler[phase].milestones) == expected
    first = "low_pass_pixel" if separated else "pixel"
    assert {key: node.weight for key, node in cfg.loss.items()} == {first: 0.01, "perceptual": 1.0}
    assert (cfg.loss.perceptual.backbone, cfg.loss.perceptual.layer) == ("vgg19", "conv5_4")
    assert cfg.gan_loss.weight == 0.005
    assert cfg.value_range == 1.0
    assert cfg.generator._target_.endswith("RRDBNet")
    assert (cfg.discriminator.input_filter is not None) == separated
    assert cfg.ema_decay is None


def test_the_settings_of_edsr_and_of_the_first_stage_of_esrgan() -> None:
    edsr, first = composed("experiment=edsr_large_df2k"), composed("experiment=esrgan_psnr_df2k")
    assert (edsr.iterations, edsr.batch_size, edsr.patch_size) == (300_000, 16, 192)
    assert (first.iterations, first.batch_size, first.patch_size) == (1_000_000, 16, 128)
    assert (edsr.optimizer.g.lr, first.optimizer.g.lr) == (1e-4, 2e-4)
    for cfg in (edsr, first):
        assert {key: node.weight for key, node in cfg.loss.items()} == {"pixel": 1.0}
        assert cfg.system._target_.endswith("SRPixelSystem")
    rate = build(first.scheduler.g)
    lowest = [2e-4 * rate(iteration) for iteration in (250_000, 500_000, 1_000_000)]
    assert lowest == pytest.approx([1e-7] * 3)
    highest = [2e-4 * rate(iteration) for iteration in (1, 250_001, 750_001)]
    assert highest == pytest.approx([2e-4] * 3, rel=1e-6)
    halved = build(edsr.scheduler.g)
    assert [halved(200_000), halved(200_001), halved(300_000)] == [1.0, 0.5, 0.5]


def test_the_data_folder_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SRRESCGAN_DATA", "/somewhere")
    cfg = composed("experiment=df2k_noise8")
    assert cfg.data.train.hr == "/somewhere/DF2K/HR"
    cfg = composed("experiment=df2k_noise8", "paths.data_dir=/else")
    assert cfg.data.train.hr == "/else/DF2K/HR"
