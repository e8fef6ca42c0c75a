"""``small_networks=true`` reduces any network, whoever wrote it, and nothing else."""

from omegaconf import OmegaConf

from srrescgan.config.debug import use_small_networks


def test_width_and_depth_are_capped_wherever_a_network_is_built() -> None:
    cfg = OmegaConf.create(
        {
            "features": 99,  # no argument of a class
            "generator": {"_target_": "mine.Network", "features": 64, "layers": 20, "kernel": 7},
            "system": {
                "_target_": "mine.System",
                "generator": "${generator}",
                "critics": [{"_target_": "mine.Critic", "features": 4, "blocks": 5, "growth": 32}],
            },
        }
    )
    use_small_networks(cfg)
    small = {"_target_": "mine.Network", "features": 8, "layers": 2, "kernel": 7}
    assert OmegaConf.to_container(cfg, resolve=True) == {
        "features": 99,
        "generator": small,
        "system": {
            "_target_": "mine.System",
            "generator": small,
            "critics": [{"_target_": "mine.Critic", "features": 4, "blocks": 2, "growth": 4}],
        },
    }
