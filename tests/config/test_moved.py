"""Old ``_target_`` names in a user's own YAML files."""

import pytest
from hydra.utils import get_object
from omegaconf import OmegaConf

from srrescgan.config.build import build
from srrescgan.config.moved import MOVED, use_present_names


@pytest.mark.parametrize("old", MOVED)
def test_every_old_name_leads_to_something_that_exists(old: str) -> None:
    assert callable(get_object(MOVED[old]))
    with pytest.raises(Exception, match=r"Error (locating|loading)"):
        get_object(old)


def test_a_configuration_with_an_old_name_is_built() -> None:
    cfg = OmegaConf.create(
        {
            "data": {"run": [{"_target_": "srrescgan.old.Fraction", "numerator": 3}]},
            "other": {"_target_": "fractions.Fraction", "numerator": 4},
            "link": "${other}",
        }
    )
    OmegaConf.set_struct(cfg, True)
    MOVED["srrescgan.old.Fraction"] = "fractions.Fraction"
    try:
        use_present_names(cfg)
    finally:
        del MOVED["srrescgan.old.Fraction"]
    assert build(cfg.data.run[0]) == 3
    assert build(cfg.link) == 4
