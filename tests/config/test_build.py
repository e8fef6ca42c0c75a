"""Objects from configuration nodes, and what a user reads when a class refuses a value."""

import sys
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import pytorch_lightning as pl
from omegaconf import OmegaConf
from pytorch_lightning.utilities.exceptions import MisconfigurationException

from srrescgan.config.build import build, build_named, build_trainer
from srrescgan.config.cli import entry_point
from srrescgan.errors import ConfigError, DataError, UserError


def refuse(error: type[Exception]) -> None:
    raise error("photo.png is too small")


def node(error: str) -> Any:
    target = f"{__name__}.refuse"
    return OmegaConf.create({"_target_": target, "error": {"_target_": error, "_partial_": True}})


@pytest.mark.parametrize(
    ("error", "raised"),
    [
        ("builtins.ValueError", ConfigError),
        ("srrescgan.errors.DataError", DataError),
        ("srrescgan.errors.ConfigError", ConfigError),
    ],
)
def test_a_value_that_a_class_refuses_is_the_users_to_fix(
    error: str, raised: type[UserError]
) -> None:
    with pytest.raises(raised, match=r"^photo\.png is too small$"):
        build(node(error))


def test_any_other_error_is_a_bug() -> None:
    with pytest.raises(Exception, match=r"photo\.png is too small") as caught:
        build(node("builtins.TypeError"))
    assert not isinstance(caught.value, UserError)


def test_nodes_that_are_null_are_left_out() -> None:
    nodes = OmegaConf.create({"a": {"_target_": "fractions.Fraction", "numerator": 3}, "b": None})
    assert build_named(nodes) == {"a": 3}


@pytest.mark.parametrize("error", [ValueError, MisconfigurationException])
def test_a_trainer_that_this_machine_cannot_run_names_those_that_exist(
    error: type[Exception], monkeypatch: pytest.MonkeyPatch
) -> None:
    def trainer(**options: Any) -> None:
        raise error("no such device.")

    monkeypatch.setattr("srrescgan.config.build.build", lambda given: trainer)
    with pytest.raises(ConfigError, match=r"trainer: no such device\. Choose trainer=auto, cpu"):
        build_trainer(OmegaConf.create(), [], [])


@pytest.mark.parametrize(
    ("callbacks", "bar"), [([], False), ([pl.callbacks.RichProgressBar()], True)]
)
def test_lightning_shows_no_progress_bar_of_its_own(
    callbacks: list[pl.Callback], bar: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("srrescgan.config.build.build", lambda given: partial(dict))
    options: Any = build_trainer(OmegaConf.create(), callbacks, [])
    assert options["enable_progress_bar"] is bar


def test_a_task_gets_an_old_class_name_replaced(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    targets = []
    line = ["checkup._target_=srrescgan.checkup.Checkup", f"output_dir={tmp_path}"]
    monkeypatch.setattr(sys, "argv", ["doctor", *line])
    entry_point("doctor", lambda cfg: targets.append(cfg.checkup._target_))()
    assert targets == ["srrescgan.doctor.Checkup"]
