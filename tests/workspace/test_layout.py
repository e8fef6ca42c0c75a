"""Dashboards as code: what the built layouts show, looked up in what would be sent."""

import json
import sys
from pathlib import Path

import pytest
import wandb
from hydra import compose, initialize_config_dir
from hydra.core.global_hydra import GlobalHydra
from omegaconf import DictConfig

from srrescgan.config.schema import CONFIG_DIR, register
from srrescgan.errors import ConfigError
from srrescgan.loggers import wandb_server
from srrescgan.workspace.__main__ import workspace

pytest.importorskip("wandb_workspaces", reason="optional: pip install 'srrescgan[dashboards]'")


def composed(*overrides: str) -> DictConfig:
    register()
    GlobalHydra.instance().clear()
    with initialize_config_dir(CONFIG_DIR, version_base="1.3"):
        given = ["entity=me", "project=ours", "title=My layout", *overrides]
        return compose("workspace", overrides=given)


def written(tmp_path: Path, *overrides: str) -> dict:
    file = tmp_path / "layout.json"
    workspace(composed(f"output={file}", *overrides))
    return json.loads(file.read_text())


def sections(spec: dict) -> dict[str, list[dict]]:
    found = spec["section"]["panelBankConfig"]["sections"]
    return {each["name"]: [panel["config"] for panel in each["panels"]] for each in found}


def drawn(panels: list[dict]) -> list[list[str]]:
    return [panel["metrics"] for panel in panels]


def test_a_workspace_shows_what_the_experiment_logs(tmp_path: Path) -> None:
    two_sets = "+data.val.extra=${data.val.chelsea}"
    spec = written(tmp_path, "experiment=demo", "protocol=[rgb8,y_border4]", two_sets)
    shown = sections(spec)
    assert [*shown] == [
        *("Generator losses", "Discriminator", "GAN health"),
        *("Validation: chelsea", "Validation: extra", "Images", "Speed"),
    ]
    losses = [["train/g/pixel"], ["train/g/tv"], ["train/g/gan"]]
    assert drawn(shown["Generator losses"]) == [*losses, ["train/g/grad_norm"], ["train/g/lr"]]
    assert ["train/d/real", "train/d/fake"] in drawn(shown["Discriminator"])
    assert ["train/d/gan"] in drawn(shown["Discriminator"])
    assert drawn(shown["GAN health"]) == [
        [f"health/{name}"]
        for name in ("d_margin", "gradient_ratio", "color_drift", "high_frequency")
    ]
    for data_set in ("chelsea", "extra"):
        assert drawn(shown[f"Validation: {data_set}"]) == [
            [f"val/{data_set}/{key}", f"val/{data_set}/bicubic/{key}"]
            for key in ("rgb8/psnr", "rgb8/ssim", "y_border4/psnr", "y_border4/ssim")
        ]
    *media, table = shown["Images"]
    assert [panel["mediaKeys"] for panel in media] == [["images/chelsea"], ["images/extra"]]
    assert '"tables/validation"' in json.dumps(table)
    assert ["train/iterations_per_second"] in drawn(shown["Speed"])


def test_every_axis_is_the_iteration(tmp_path: Path) -> None:
    spec = written(tmp_path, "experiment=demo")
    assert spec["section"]["settings"]["xAxis"] == "iteration"
    for each in spec["section"]["panelBankConfig"]["sections"]:
        assert each["localPanelSettings"]["xAxis"] == "iteration"
        assert each["isOpen"]
        lines = [panel["config"] for panel in each["panels"] if "metrics" in panel["config"]]
        assert all(line["xAxis"] == "iteration" for line in lines)
        assert lines or each["name"] == "Images"


@pytest.mark.parametrize(
    ("overrides", "there", "missing"),
    [
        (["experiment=demo", "system=sr_pixel"], set(), {"GAN health", "Discriminator"}),
        (["experiment=demo", "gan_loss=wgan_gp"], {"train/d/penalty"}, {"train/d/penalty_clean"}),
        (
            ["experiment=cyclegan_ntire20_track1"],
            {"train/g/cycle", "train/g/gan_clean", "train/d/gan_clean", "health/d_margin"},
            {"health/color_drift", "train/d/penalty", "train/g/pixel"},
        ),
        (
            ["experiment=srrescycgan_aim20", "system.split_optimizers=true"],
            {"train/g/cycle", "train/g_lr/gan_lr", "train/d_lr/gan", "health/d_lr_margin"},
            {"train/d_lr/penalty", "train/d/gan_lr"},
        ),
        (["experiment=dsgan_demo"], {"train/g/color", "health/gradient_ratio"}, {"train/g/tv"}),
    ],
)
def test_other_systems_log_something_else(
    tmp_path: Path, overrides: list[str], there: set[str], missing: set[str]
) -> None:
    shown = sections(written(tmp_path, *overrides))
    names = {*shown}
    for panels in shown.values():
        names |= {name for panel in panels for name in panel.get("metrics", [])}
    assert there <= names
    assert not missing & names


def test_the_report_of_a_multirun(tmp_path: Path) -> None:
    keys = ["val/chelsea/rgb8/ssim", "val/chelsea/rgb8/psnr"]
    spec = written(
        tmp_path,
        *("experiment=demo", "group=2026-11-25_23-40-01"),
        *(f"scores=[{','.join(keys)}]", "parameters=[optimizer.g.lr,loss.tv.weight]"),
    )
    (grid,) = [block for block in spec["blocks"] if block["type"] == "panel-grid"]
    (runs,) = grid["metadata"]["runSets"]
    (chosen,) = runs["filters"]["filters"]
    assert chosen["key"] == {"section": "run", "name": "group"}
    assert (chosen["op"], chosen["value"]) == ("=", "2026-11-25_23-40-01")
    panels = grid["metadata"]["panelBankSectionConfig"]["panels"]
    scatter, parallel = (panel["config"] for panel in panels)
    assert [scatter["xAxis"], scatter["yAxis"]] == [f"summary:{key}" for key in keys]
    assert [column["accessor"] for column in parallel["columns"]] == [
        *("config:optimizer.value.g.lr", "config:loss.value.tv.weight"),
        *(f"summary:{key}" for key in keys),
    ]


def test_the_report_defaults_to_lpips_and_psnr(tmp_path: Path) -> None:
    spec = written(tmp_path, "experiment=demo", "metric=[psnr,lpips]", "group=g")
    (grid,) = [block for block in spec["blocks"] if block["type"] == "panel-grid"]
    scatter = grid["metadata"]["panelBankSectionConfig"]["panels"][0]["config"]
    assert scatter["xAxis"] == "summary:val/chelsea/rgb8/lpips"
    assert scatter["yAxis"] == "summary:val/chelsea/rgb8/psnr"


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        (["group=g"], r"do not log 'lpips'.*val/chelsea/rgb8/psnr"),
        (["group=g", "scores=[val/chelsea/rgb8/psnr]"], "two are needed"),
        (["group=g", "scores=[val/chelsea/psnr,val/chelsea/rgb8/psnr]"], "did you mean"),
        (["title='a★b'"], "does not accept this layout"),
        (
            ["parameters=[optimizer.g.lr,optimizer.g.lrr]"],
            r"'optimizer\.g\.lrr'; did you mean 'optimizer\.g\.lr'",
        ),
        (["parameters=[optimizer.g]"], r"no value 'optimizer\.g'; did you mean 'optimizer\.g\."),
        (["parameters=[entity]"], r"no value 'entity'"),
    ],
)
def test_layouts_that_cannot_be_shown_are_refused(
    tmp_path: Path, overrides: list[str], message: str
) -> None:
    with pytest.raises(ConfigError, match=message):
        written(tmp_path, "experiment=demo", *overrides)
    assert not [*tmp_path.iterdir()]


def test_the_error_without_a_key_or_a_server_states_the_remedy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    has_key = False
    monkeypatch.setattr(wandb, "login", lambda prompt, verify: has_key)
    with pytest.raises(ConfigError, match=r"no API key.*Nothing was saved.*output=FILE"):
        workspace(composed("experiment=demo"))
    has_key = True
    nobody = wandb.Settings(base_url="http://127.0.0.1:9")
    monkeypatch.setattr(wandb, "Settings", lambda: nobody)
    with pytest.raises(ConfigError, match=r"127\.0\.0\.1 cannot be reached"):
        workspace(composed("experiment=demo"))


def test_a_server_that_refuses_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    class View:
        def save(self) -> None:
            raise wandb.errors.CommError("project 'ours' not found\nand a long tail")

    monkeypatch.setattr(wandb_server, "offline_reason", lambda: None)
    with pytest.raises(ConfigError, match=r"refuses: project 'ours' not found\. Nothing was saved"):
        wandb_server.save(View())


def test_the_error_without_the_package_names_the_extra(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "wandb_workspaces", None)
    with pytest.raises(ConfigError, match=r"pip install 'srrescgan\[dashboards\]'"):
        workspace(composed("experiment=demo"))


def test_a_file_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(ConfigError, match=r"output=.*file/x.json cannot be written"):
        workspace(composed("experiment=demo", f"output={tmp_path}/file/x.json"))
