"""Old names of classes that were moved; they keep working in a user's own YAML files."""

from omegaconf import DictConfig, OmegaConf, open_dict, read_write

from srrescgan.config.check import iter_targets

MOVED = {
    "srrescgan.callbacks.Prune": "srrescgan.sweeps.Prune",
    "srrescgan.checkup.Checkup": "srrescgan.doctor.Checkup",
    "srrescgan.corpus.DataSet": "srrescgan.prepare.DataSet",
    "srrescgan.corpus.Download": "srrescgan.prepare.Download",
    "srrescgan.corpus.Made": "srrescgan.prepare.DerivedFolder",
    "srrescgan.config.wandb_logger.IterationWandbLogger": (
        "srrescgan.loggers.wandb_logger.IterationWandbLogger"
    ),
    "srrescgan.evaluation.published.PublishedTable": "srrescgan.eval.published.PublishedTable",
    "srrescgan.inference.load_domain_generator": "srrescgan.weights.load_domain_generator",
    "srrescgan.prepare.Made": "srrescgan.prepare.DerivedFolder",
    "srrescgan.stages.Stage": "srrescgan.pipeline.Stage",
}
"""Old ``_target_`` to the current one."""


def use_present_names(cfg: DictConfig) -> None:
    """Replace every old ``_target_`` of a configuration, in place."""
    for path, node in iter_targets(OmegaConf.to_container(cfg, resolve=False)):
        if node["_target_"] in MOVED:
            with read_write(cfg), open_dict(cfg):
                OmegaConf.update(cfg, f"{path}._target_", MOVED[node["_target_"]])
