"""Prepare a known data set: ``python -m srrescgan.prepare dataset=NAME paths.data_dir=DIR``."""

from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, plain
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.prepare.run import prepare_data_set


def prepare(cfg: DictConfig) -> None:
    """Check the downloads, generate and pack what training reads; or list the known data sets."""
    if cfg.dataset is None:
        console = Console(markup=False, highlight=False, soft_wrap=True)
        console.print("Known data sets, for dataset=NAME:", *_titles(), sep="\n  ")
        return
    degradations = {
        str(name): plain(node)["degradation"] for name, node in cfg.dataset.made.items()
    }
    prepare_data_set(
        build(cfg.dataset),
        degradations,
        cfg.paths.data_dir,
        Path(cfg.checksums) if cfg.checksums else None,
        cfg.workers,
        subset=cfg.subset,
        verify=cfg.verify,
        accept=cfg.accept,
        pack=cfg.pack,
    )


def _titles() -> list[str]:
    files = sorted(Path(CONFIG_DIR, "dataset").glob("*.yaml"))
    return [f"{file.stem:16} {OmegaConf.select(OmegaConf.load(file), 'title')}" for file in files]


main = entry_point("prepare", prepare)

if __name__ == "__main__":
    main()
