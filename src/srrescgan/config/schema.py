"""Schemas: the root keys of every command with their types. And the folder of the YAML files.

Nodes with a ``_target_`` need no schema: :mod:`srrescgan.config.check` compares their keys with the
signature of the class. Root keys have no such class.
"""

import operator
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from hydra.core.config_store import ConfigStore
from omegaconf import MISSING, OmegaConf

from srrescgan.files import text_hash

_PACKAGE = Path(__file__).resolve().parents[1]
_CHECKOUT = _PACKAGE.parents[1] / "conf"
CONFIG_DIR = str(_CHECKOUT if _CHECKOUT.is_dir() else _PACKAGE / "conf")
"""Absolute, so that commands work in any folder; a wheel holds ``conf`` inside the package."""


@dataclass
class Paths:
    """Folders on this machine."""

    data_dir: str = MISSING


@dataclass
class RunPaths(Paths):
    """Folders on this machine, for commands that use released weights."""

    weights_dir: str = MISSING


@dataclass
class TrainConfig:
    """Keys of ``conf/train.yaml``; ``conf/base.yaml`` explains them."""

    name: str | None = MISSING
    seed: int = MISSING
    scale: int = MISSING
    iterations: int = MISSING
    batch_size: int = MISSING
    accumulate: int = MISSING
    patch_size: int = MISSING
    value_range: float = MISSING
    num_workers: int = MISSING
    validate_every: int = MISSING
    checkpoint_every: int = MISSING
    keep_every: int = MISSING
    log_every: int = MISSING
    channels_last: bool = MISSING
    ema_decay: float | None = MISSING
    grad_clip: float | None = MISSING
    backbone_weights: str = MISSING
    doctor: str = MISSING
    synthetic: bool = False
    small_networks: bool = False
    degradation_weights: str | None = MISSING
    noise_source: str | None = MISSING
    ckpt_path: str | None = MISSING
    init_weights: str | None = MISSING
    init_skip: list[str] = field(default_factory=list)
    output_dir: str = MISSING
    objective: Any = MISSING
    notice: str | None = MISSING
    released_weights: str | None = MISSING
    paths: RunPaths = field(default_factory=RunPaths)
    data: Any = None
    degradation: Any = None
    generator: Any = None
    discriminator: Any = None
    loss: dict[str, Any] = field(default_factory=dict)
    gan_loss: Any = None
    protocol: dict[str, Any] = field(default_factory=dict)
    checkup: Any = None
    metric: dict[str, Any] = field(default_factory=dict)
    scorecard: Any = None
    published: dict[str, Any] = field(default_factory=dict)
    optimizer: dict[str, Any] = field(default_factory=dict)
    scheduler: dict[str, Any] = field(default_factory=dict)
    system: Any = None
    callback: dict[str, Any] = field(default_factory=dict)
    logger: dict[str, Any] = field(default_factory=dict)
    trainer: Any = None


@dataclass
class EvalConfig(TrainConfig):
    """Keys of ``conf/eval.yaml``: those of a training run and of the evaluation."""

    ensemble: Any = MISSING
    methods: Any = None
    tile: Any = MISSING
    device: Any = MISSING
    shown: int = MISSING
    crop: int = MISSING
    save_images: Any = MISSING
    cost_size: int = MISSING


@dataclass
class DoctorConfig(TrainConfig):
    """Keys of ``conf/doctor.yaml``: those of a training run."""


@dataclass
class WorkspaceConfig(TrainConfig):
    """Keys of ``conf/workspace.yaml``: those of a training run and of its dashboard."""

    entity: str = MISSING
    project: str = MISSING
    title: str | None = MISSING
    group: str | None = MISSING
    scores: list[str] | None = MISSING
    parameters: list[str] = MISSING
    output: str | None = MISSING


@dataclass
class VideoConfig:
    """Keys of ``video`` in ``conf/upscale.yaml``."""

    in_folders: bool = MISSING
    codec: str = MISSING
    crf: int | None = MISSING


@dataclass
class UpscaleConfig:
    """Keys of ``conf/upscale.yaml``."""

    input: str = MISSING
    output: str = MISSING
    weights: str = MISSING
    ensemble: bool = MISSING
    format: str = MISSING
    quality: int | None = MISSING
    suffix: str = MISSING
    existing: str = MISSING
    depth: Any = MISSING
    metadata: str = MISSING
    video: VideoConfig = field(default_factory=VideoConfig)
    sigma_floor: float | None = MISSING
    tile: Any = MISSING
    overlap: Any = MISSING
    batch: int | None = MISSING
    precision: str = MISSING
    engine: str = MISSING
    device: str = MISSING
    scale: int = MISSING
    generator: Any = None


@dataclass
class DegradeConfig:
    """Keys of ``conf/degrade.yaml``."""

    input: str = MISSING
    output: str = MISSING
    weights: str | None = MISSING
    seed: int = MISSING
    scale: int = MISSING
    pairs: str = MISSING
    cleanup: int = MISSING
    overwrite: bool = MISSING
    device: str = MISSING
    draws: int | None = MISSING
    workers: int = MISSING
    degradation_weights: str | None = MISSING
    noise_source: str | None = MISSING
    degradation: Any = MISSING


@dataclass
class StagesConfig:
    """Keys of the files in ``conf/stages``."""

    degradation: str = MISSING
    method: str = MISSING
    sr: str = MISSING
    target: str = MISSING
    camera: str = MISSING
    lr: str = MISSING
    pairs: str = "${hydra:runtime.choices.stages}"
    prefix: str = ""


@dataclass
class PipelineConfig:
    """Keys of ``conf/pipeline.yaml``."""

    stages: StagesConfig = field(default_factory=StagesConfig)
    learn: Any = None
    make: Any = None
    audit: Any = None
    train: Any = None
    eval: Any = None
    output_dir: str = MISSING
    paths: Paths = field(default_factory=Paths)
    run: list[Any] = MISSING


@dataclass
class PrepareConfig:
    """Keys of ``conf/prepare.yaml``."""

    subset: bool = MISSING
    checksums: str | None = MISSING
    verify: bool = MISSING
    accept: bool = MISSING
    pack: bool = MISSING
    workers: int = MISSING
    scale: int = MISSING
    paths: Paths = field(default_factory=Paths)
    dataset: Any = None


@dataclass
class CardConfig:
    """Keys of ``card`` in ``conf/export.yaml``."""

    name: str | None = MISSING
    license: str | None = MISSING
    author: str | None = MISSING
    date: str | None = MISSING
    metrics: str | None = MISSING


@dataclass
class ExportConfig:
    """Keys of ``conf/export.yaml``."""

    weights: str = MISSING
    target: str = MISSING
    output: str = MISSING
    scale: int = MISSING
    calibration: str | None = MISSING
    hr: str | None = MISSING
    runtime: str | None = MISSING
    keys: str = MISSING
    card: CardConfig = field(default_factory=CardConfig)
    generator: Any = None


@dataclass
class AuditConfig:
    """Keys of ``conf/audit.yaml``."""

    name: str = MISSING
    made: str = MISSING
    real: str = MISSING
    baseline: str | None = MISSING
    patch_size: int = MISSING
    patches_per_image: int = MISSING
    max_images: int | None = MISSING
    seed: int = MISSING
    max_auc: float | None = MISSING
    max_distance: dict[str, float | None] = field(default_factory=dict)
    output_dir: str = MISSING
    logger: dict[str, Any] = field(default_factory=dict)


@dataclass
class CompareConfig:
    """Keys of ``conf/compare.yaml``."""

    runs: Any = None
    methods: Any = None
    name: str = MISSING
    output_dir: str = MISSING


@dataclass
class AppConfig:
    """Keys of ``conf/app.yaml``."""

    weights: str = MISSING
    device: str = MISSING
    port: int = MISSING
    scale: int = MISSING
    generator: Any = None


def _package_dir(package: str) -> str:
    """Folder of an installed package; does not import it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ValueError(f"package {package!r} is not installed")
    return str(spec.submodule_search_locations[0])


@cache  # the folder is interpolated in every path of a data set
def _set_folder(data_set: str, part: str) -> str:
    """Folder of a part of a data set, below ``paths.data_dir``.

    Args:
        data_set: file in ``conf/dataset``, where the folder is written.
        part: key in its ``downloads`` or ``made``, or ``generated``, or ``generated_cyclegan``.
    """
    node: Any = OmegaConf.load(f"{CONFIG_DIR}/dataset/{data_set}.yaml")
    parts = {**node.get("downloads", {}), **node.get("made", {})}
    folder = node[part] if part.startswith("generated") else parts[part].folder
    while "folder" not in node:  # in the data set that this one extends, which comes first
        node = OmegaConf.load(f"{CONFIG_DIR}/dataset/{node.defaults[0]}.yaml")
    return f"{node.folder}/{folder}".removeprefix("./")


@cache  # most of a composition's callers register; once per process is enough
def register() -> None:
    """Register the schemas with Hydra and the resolvers with OmegaConf."""
    store = ConfigStore.instance()
    store.store("train_schema", TrainConfig)
    store.store("eval_schema", EvalConfig)
    store.store("doctor_schema", DoctorConfig)
    store.store("workspace_schema", WorkspaceConfig)
    store.store("upscale_schema", UpscaleConfig)
    store.store("degrade_schema", DegradeConfig)
    store.store("prepare_schema", PrepareConfig)
    store.store("export_schema", ExportConfig)
    store.store("pipeline_schema", PipelineConfig)
    store.store("audit_schema", AuditConfig)
    store.store("compare_schema", CompareConfig)
    store.store("app_schema", AppConfig)
    OmegaConf.register_new_resolver("mul", operator.mul, replace=True)
    OmegaConf.register_new_resolver("div", operator.truediv, replace=True)
    OmegaConf.register_new_resolver("half", lambda count: count // 2, replace=True)
    OmegaConf.register_new_resolver("short_hash", lambda text: text_hash(text)[:8], replace=True)
    OmegaConf.register_new_resolver("package_dir", _package_dir, replace=True)
    OmegaConf.register_new_resolver("set_folder", _set_folder, replace=True)
