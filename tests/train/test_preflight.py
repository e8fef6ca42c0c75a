"""A system and data that do not fit are refused with the way out, before anything is trained."""

from pathlib import Path

import pytest
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra

from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError
from srrescgan.train.__main__ import train


@pytest.mark.parametrize(
    ("experiment", "data", "said"),
    [
        ("dsgan_demo", "own_camera", "trains on unpaired domains.*_unpaired"),
        ("demo", "own_camera_unpaired", "trains on hr images, or pairs.*without _unpaired"),
    ],
)
def test_pairs_and_unpaired_domains_are_told_apart(
    experiment: str, data: str, said: str, tmp_path: Path
) -> None:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        cfg = compose(
            "train",
            overrides=[
                *(f"experiment={experiment}", f"data={data}", "debug=smoke", "name=x"),
                *(f"output_dir={tmp_path}", "generator.features=4", "discriminator.features=4"),
            ],
        )
    with pytest.raises(ConfigError, match=said):
        train(cfg)
    assert not (tmp_path / "checkpoints").exists()
