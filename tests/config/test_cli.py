"""What a mistyped command line answers."""

import re
from pathlib import Path

import pytest

from srrescgan.config.build import build
from srrescgan.config.cli import check_overrides
from srrescgan.errors import ConfigError


@pytest.mark.parametrize(
    ("overrides", "expected"),
    [
        (
            ["trainer.max_epoch=5"],
            "unknown key 'trainer.max_epoch'; did you mean 'trainer.max_epochs'?",
        ),
        (
            ["generator.blcoks=3"],
            "unknown key 'generator.blcoks'; did you mean 'generator.blocks'?",
        ),
        (["iteratons=5"], "unknown key 'iteratons'; did you mean 'iterations'?"),
        (["experimnt=demo"], "unknown key 'experimnt'; did you mean 'experiment'?"),
        (["generator=srresdne"], "no generator named 'srresdne'; did you mean 'srresdnet'?"),
        (["experiment=dmeo"], "no experiment named 'dmeo'; did you mean 'demo'?"),
        (["+loss.pixel.wieght=2"], "did you mean 'weight'?"),
        (["+generator.feature=3"], "did you mean 'features'?"),
        (["loss=[pixel,tvv]"], "no loss named 'tvv'; did you mean 'tv'?"),
        (["seed=1,2", "generator.blcoks=1,2"], "did you mean 'generator.blocks'?"),
        (["generator=srresdnet,edsrr"], "no generator named 'edsrr'"),
        (["+loss.pixl.weight=2"], "unknown key 'loss.pixl'; did you mean 'pixel'?"),
        (["+ckpt_pth=a"], "unknown key 'ckpt_pth'; did you mean 'ckpt_path'?"),
        (["Iterations=5"], "unknown key 'Iterations'; did you mean 'iterations'?"),
        (["metric=[PSNR]"], "no metric named 'PSNR'; did you mean 'psnr'?"),
        (
            ["optimizer=adam"],
            "'optimizer=' is not a choice (available: optimizer@optimizer.d=, "
            "optimizer@optimizer.g=)",
        ),
        (
            ["scheduler@scheduler.e=cosine"],
            "'scheduler@scheduler.e=' is not a choice; did you mean 'scheduler@scheduler.g'?",
        ),
        (
            ["degradation@data.x=bicubic"],
            "unknown key 'degradation@data.x'; did you mean 'degradation'?",
        ),
        (["loss=[pixel]", "generator=3"], "generator=3: must be a name (available: "),
        (["hydra/launcher=jblib"], "no hydra/launcher named 'jblib'; did you mean 'joblib'?"),
        (["ckpt_path=epoch=3.ckpt"], "cannot read ckpt_path=epoch=3.ckpt: put a value with"),
        (["notice=it's"], "cannot read notice=it's: put a value with special characters in quotes"),
        (["iterations"], "cannot read iterations: expected key=value"),
        (["seed=interval(1)"], "seed=interval(1): missing a required argument: 'end'"),
        (["paths.datadir=a"], "unknown key 'paths.datadir'; did you mean 'paths.data_dir'?"),
    ],
)
def test_the_key_and_the_nearest_valid_one_are_named_on_one_line(
    overrides: list[str], expected: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides("train", overrides)
    assert expected in str(caught.value)
    assert len(str(caught.value).splitlines()) == 1


@pytest.mark.parametrize(
    ("overrides", "key"),
    [
        (["seed=abc"], "seed"),
        (["iterations=1.5"], "iterations"),
        (["channels_last=5x"], "channels"),
        (["seed=interval(0,5)"], "seed: .* write int"),
        (["log_every=0"], "log_every=0: must be at least 1"),
        (["doctor=chek"], "doctor=chek: must be check or skip; did you mean 'check'"),
    ],
)
def test_a_value_of_the_wrong_type_is_refused_with_its_key(overrides: list[str], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides("train", overrides)
    assert re.search(key, str(caught.value))
    assert len(str(caught.value).splitlines()) == 1


def test_a_mistake_in_a_file_is_named_too(tmp_path) -> None:
    folder = tmp_path / "experiment"
    folder.mkdir()
    (folder / "mine.yaml").write_text("# @package _global_\nckpt_pth: a\n")
    with pytest.raises(ConfigError, match=r"'ckpt_pth'.*'ckpt_path'"):
        check_overrides("train", ["experiment=mine"], config_dir=str(tmp_path))
    (folder / "mine.yaml").write_text("# @package _global_\nloss:\n  pixel: {wieght: 2}\n")
    with pytest.raises(ConfigError, match=r"loss.pixel.wieght.*'weight'"):
        check_overrides("train", ["experiment=mine"], config_dir=str(tmp_path))


@pytest.mark.parametrize(
    "overrides",
    [
        ["experiment=demo"],
        ["generator.alpha_init=2,9", "seed=1,2"],
        ["optimizer.d.lr=3e-4", "loss=[pixel,tv]", "gan_loss=gan,hinge"],
        ["seed=int(interval(0,5))", "optimizer.g.lr=tag(log,interval(1e-4,1e-2))"],
        ["debug=smoke", "data.mixup=null"],
    ],
)
def test_valid_command_lines_pass(overrides: list[str]) -> None:
    check_overrides("train", overrides)


def test_a_key_that_an_experiment_sets_for_another_network_names_the_file() -> None:
    with pytest.raises(ConfigError) as caught:
        check_overrides("train", ["experiment=demo_real", "generator=dsgan"])
    lines = str(caught.value).splitlines()
    assert lines == [
        f"unknown key 'generator.{key}': not an argument of srrescgan.generators.DSGANGenerator;"
        f" conf/experiment/demo.yaml sets it. Remove it with ~generator.{key}, or choose another"
        " generator="
        for key in ("alpha_init", "noise_estimate")
    ]
    advice = [re.search(r"~[\w.]+", line)[0] for line in lines]
    check_overrides("train", ["experiment=demo_real", "generator=dsgan", *advice])


def test_a_key_that_a_recipe_sets_names_the_file(tmp_path) -> None:
    with pytest.raises(ConfigError, match=r"optimizer\.g\.betas.*conf/recipe/dsgan\.yaml sets it"):
        check_overrides("train", ["experiment=dsgan_demo", "optimizer.g._target_=torch.optim.SGD"])
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment/mine.yaml").write_text(
        "# @package _global_\ndefaults: [override /recipe: srrescgan]\ngenerator: {depth: 2}\n"
    )
    with pytest.raises(ConfigError, match=r"generator\.depth'.*conf/experiment/mine\.yaml sets it"):
        check_overrides("train", ["experiment=mine"], config_dir=str(tmp_path))


@pytest.mark.parametrize(
    ("override", "name"),
    [
        ("+data.degradations.div2k=null", "data.val_degradations"),
        ("data.degradations.div2k.quality=3", "data.val_degradations"),
        ("system.ema_decay=0.9", "system.settings.ema_decay"),
        ("+system.grad_clip=1", "system.settings.grad_clip"),
    ],
)
def test_a_renamed_key_is_answered_with_its_present_name(override: str, name: str) -> None:
    with pytest.raises(ConfigError, match=f"it is now called '{re.escape(name)}"):
        check_overrides("train", [override])


def test_a_file_with_a_renamed_key_is_named_once_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "experiment").mkdir()
    (tmp_path / "experiment/mine.yaml").write_text(
        "# @package _global_\ndata: {degradations: {div2k: null}}\n"
    )
    with pytest.raises(ConfigError) as caught:
        check_overrides("train", ["experiment=mine"], config_dir=str(tmp_path))
    assert str(caught.value).endswith(
        "conf/experiment/mine.yaml sets it; it is now called 'data.val_degradations'. Remove it"
        " with ~data.degradations"
    )


def test_the_name_of_a_protocol_means_one_rule() -> None:
    with pytest.raises(ConfigError, match=r"protocol\.rgb8\.border: .*\+protocol\.mine=") as caught:
        check_overrides("eval", ["experiment=demo", "protocol.rgb8.border=4"])
    advice = str(caught.value).split("'")[1]
    (cfg,) = check_overrides("eval", ["experiment=demo", advice])
    assert build(cfg.protocol.mine).label != build(cfg.protocol.rgb8).label
    assert build(cfg.protocol.mine).border == 4


def test_a_file_without_the_name_of_what_it_defines_is_named(tmp_path: Path) -> None:
    (tmp_path / "loss").mkdir()
    (tmp_path / "loss/mine.yaml").write_text("_target_: srrescgan.losses.PixelLoss\nweight: 1.0\n")
    with pytest.raises(ConfigError, match=r"conf/loss/mine\.yaml: .*below a line `NAME:`"):
        check_overrides("train", ["loss=[pixel,mine]"], config_dir=str(tmp_path))


def test_a_class_that_is_not_exported_is_explained(tmp_path: Path) -> None:
    (tmp_path / "generator").mkdir()
    (tmp_path / "generator/mine.yaml").write_text("_target_: srrescgan.generators.SRResDNe\n")
    with pytest.raises(ConfigError, match=r"has no SRResDNe; did you mean .*generators/__init__"):
        check_overrides("train", ["generator=mine"], config_dir=str(tmp_path))


def test_a_metric_that_is_not_partial_is_explained(tmp_path: Path) -> None:
    (tmp_path / "metric").mkdir()
    (tmp_path / "metric/mine.yaml").write_text("mine: {_target_: srrescgan.metrics.PSNR}\n")
    with pytest.raises(ConfigError, match=r"metric\.mine: add `_partial_: true`"):
        check_overrides("train", ["metric=[mine]"], config_dir=str(tmp_path))
