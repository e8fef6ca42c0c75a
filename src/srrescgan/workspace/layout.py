"""The W&B workspace of a training run, as code: its sections and panels."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any

from hydra.utils import get_object
from omegaconf import DictConfig, OmegaConf

from srrescgan.callbacks.image_table import KEY as TABLE
from srrescgan.config.schema import TrainConfig
from srrescgan.errors import ConfigError, nearest
from srrescgan.loggers.wandb_server import dashboard_library
from srrescgan.losses import GANLoss
from srrescgan.systems import DegradationCycleSystem, SRCycleGANSystem, SRGANSystem

AXIS = "iteration"


@dataclass(frozen=True)
class Curves:
    """The log names of runs of one configuration, in groups of panels.

    A panel is a tuple of log names that are drawn together.
    """

    generator: tuple[tuple[str, ...], ...]
    discriminator: tuple[tuple[str, ...], ...]
    """Empty without a discriminator, as is ``health``."""
    health: tuple[tuple[str, ...], ...]
    sets: tuple[str, ...]
    """Names of the validation sets."""
    metrics: tuple[str, ...]
    """``<protocol>/<metric>``."""


def logged_curves(cfg: DictConfig) -> Curves:
    """The curves that runs of a training configuration log; nothing is built or read."""
    system = get_object(cfg.system["_target_"])
    gan = cfg.gan_loss if "gan_loss" in cfg.system else None
    sides = ["", "_clean"] if issubclass(system, DegradationCycleSystem) else [""]
    losses = [name for name, node in cfg.loss.items() if node is not None]
    health: tuple[str, ...] = ()
    discriminator: list[tuple[str, ...]] = []
    if gan is not None:
        losses += [f"gan{side}" for side in sides]
        health = ("d_margin", "gradient_ratio")
        if issubclass(system, SRGANSystem):
            health += ("color_drift", "high_frequency")
        terms = [f"{term}{side}" for term in _discriminator_terms(gan) for side in sides]
        discriminator = [("train/d/real", "train/d/fake"), *_network_panels("d", terms)]
    generator = [*_network_panels("g", losses)]
    if issubclass(system, SRCycleGANSystem):
        shared = ("cycle", "gan_lr")
        split = cfg.system.split_optimizers
        generator = [*_network_panels("g", [*losses, *shared])]
        generator += _network_panels("g_lr", shared) if split else []
        health += ("d_lr_margin",)
        lr_terms = _discriminator_terms(cfg.system.lr_gan_loss)
        discriminator += [
            ("train/d_lr/real", "train/d_lr/fake"),
            *_network_panels("d_lr", lr_terms),
        ]
    return Curves(
        generator=tuple(generator),
        discriminator=tuple(discriminator),
        health=tuple((f"health/{name}",) for name in health),
        sets=tuple(str(name) for name, node in cfg.data.val.items() if node is not None),
        metrics=tuple(
            f"{protocol}/{metric}"
            for protocol, rule in cfg.protocol.items()
            for metric, node in cfg.metric.items()
            if rule is not None and node is not None
        ),
    )


def workspace_layout(entity: str, project: str, name: str, curves: Curves) -> Any:
    """Make the W&B workspace that shows the curves, with iterations as x-axis.

    It has one section for the generator, the discriminator, GAN health, each validation set (every
    metric beside that of bicubic), the images, and the speed.

    Args:
        entity: user or team.
        project: W&B project.
        name: of the workspace: letters, digits and spaces.
        curves: what it shows.

    Returns:
        A ``wandb_workspaces.workspaces.Workspace``, not saved yet.

    Raises:
        ConfigError: the package wandb-workspaces is not installed.
        ValueError: the package does not accept a name.
    """
    workspaces, reports = dashboard_library()

    def section(title: str, panels: Sequence[Any]) -> Any:
        axis = workspaces.SectionPanelSettings(x_axis=AXIS)
        return workspaces.Section(name=title, panels=[*panels], is_open=True, panel_settings=axis)

    def lines(panels: Iterable[tuple[str, ...]]) -> list[Any]:
        return [reports.LinePlot(x=AXIS, y=[*names], title=_title(names)) for names in panels]

    sections = [
        section("Generator losses", lines(curves.generator)),
        section("Discriminator", lines(curves.discriminator)),
        section("GAN health", lines(curves.health)),
        *[
            section(
                f"Validation: {data_set}",
                lines(
                    (f"val/{data_set}/{key}", f"val/{data_set}/bicubic/{key}")
                    for key in curves.metrics
                ),
            )
            for data_set in curves.sets
        ],
        section(
            "Images",
            [
                *[
                    reports.MediaBrowser(
                        title=data_set, media_keys=[f"images/{data_set}"], num_columns=1
                    )
                    for data_set in curves.sets
                ],
                reports.WeavePanelSummaryTable(table_name=TABLE),
            ],
        ),
        section(
            "Speed",
            lines([("train/iterations_per_second",), ("train/data_wait_share",)]),
        ),
    ]
    return workspaces.Workspace(
        entity=entity,
        project=project,
        name=name,
        sections=[each for each in sections if each.panels],
        settings=workspaces.WorkspaceSettings(x_axis=AXIS),
        auto_generate_panels=False,
    )


def sweep_scores(curves: Curves, chosen: Sequence[str] | None) -> tuple[str, str]:
    """Log names of the two scores in the report of a multirun: LPIPS and PSNR, or the chosen ones.

    Raises:
        ConfigError: they are not two, or runs of this configuration do not log them.
    """
    known = [f"val/{data_set}/{key}" for data_set in curves.sets for key in curves.metrics]
    if chosen is None:
        names = [next((k for k in known if k.endswith(f"/{m}")), m) for m in ("lpips", "psnr")]
    else:
        names = [*chosen]
    if len(names) != 2:
        raise ConfigError(f"scores={names}: two are needed, the horizontal and the vertical axis")
    for score in names:
        if score not in known:
            raise ConfigError(
                f"scores: runs of this configuration do not log {score!r}{nearest(score, known)}"
                f" (they log: {', '.join(known)}); choose with scores=[...] or metric=[...]"
            )
    return names[0], names[1]


def sweep_parameters(cfg: DictConfig) -> list[str]:
    """The keys that a multirun varied, from ``parameters=``.

    Raises:
        ConfigError: runs of this configuration have no such value.
    """
    tree = OmegaConf.to_container(cfg, resolve=False)
    assert isinstance(tree, dict)
    # Further keys belong to the dashboard; runs do not have them.
    known = {*_value_keys({field.name: tree[field.name] for field in fields(TrainConfig)})}
    for key in cfg.parameters:
        if key not in known:
            raise ConfigError(
                f"parameters: runs of this configuration have no value {key!r}{nearest(key, known)}"
            )
    return [*cfg.parameters]


def _value_keys(node: dict[Any, Any], path: str = "") -> Iterator[str]:
    """Dotted keys of all values that are not mappings."""
    for key, child in node.items():
        if isinstance(child, dict):
            yield from _value_keys(child, f"{path}{key}.")
        else:
            yield f"{path}{key}"


def _discriminator_terms(gan_loss: DictConfig) -> list[str]:
    """Terms of a discriminator's loss, by the node of its GAN loss."""
    has_penalty = get_object(gan_loss["_target_"]).penalty is not GANLoss.penalty
    return ["gan", "penalty"] if has_penalty else ["gan"]


def _network_panels(network: str, terms: Iterable[str]) -> Iterable[tuple[str, ...]]:
    return [(f"train/{network}/{term}",) for term in (*terms, "grad_norm", "lr")]


def _title(names: Sequence[str]) -> str:
    """The title of a panel, without what the title of its section says."""
    if names[0].startswith("val/"):
        return names[0].split("/", maxsplit=2)[2]
    return ", ".join(name.split("/", maxsplit=1)[1] for name in names)
