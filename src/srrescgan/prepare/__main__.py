"""Make a known data set ready: ``python -m srrescgan.prepare dataset=NAME paths.data_dir=DIR``."""

from pathlib import Path
from typing import Any

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from srrescgan.callbacks import software
from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, plain
from srrescgan.config.schema import CONFIG_DIR
from srrescgan.errors import ConfigError
from srrescgan.prepare import DataSet
from srrescgan.prepare.checking import (
    check_downloads,
    drop_stale_packs,
    parts_table,
    refuse_missing,
)
from srrescgan.prepare.preparing import check_content, make_folder, refresh_pack


def prepare(cfg: DictConfig) -> None:
    """Check what was downloaded, make and pack what training reads; or list the known sets."""
    console = Console(markup=False, highlight=False, soft_wrap=True)
    if cfg.dataset is None:
        console.print("Known data sets, for dataset=NAME:", *_known(), sep="\n  ")
        return
    if cfg.workers < 1:
        raise ConfigError(f"workers={cfg.workers}: must be at least 1")
    data_set: DataSet = build(cfg.dataset)
    place = (data_set, Path(cfg.paths.data_dir).expanduser())
    Console().print(parts_table(*place))
    refuse_missing(*place)
    notes = drop_stale_packs(*place) + check_downloads(*place, cfg.subset)
    checksums = Path(cfg.checksums) if cfg.checksums else None
    notes += check_content(*place, checksums, cfg.verify, cfg.accept, cfg.workers)
    console.print("Counts, names, sizes and content are as they should be.", *notes, sep="\n  ")
    how = (cfg.verify, cfg.workers)
    made_with = {**software(), "device": "cpu"}
    done = []
    for name, made in data_set.made.items():
        settings = _settings(cfg.dataset.made[name], made.scale)
        done.append(make_folder(made, *place, settings, made_with, *how))
    done += [refresh_pack(name, *place, cfg.pack, *how) for name in data_set.training_folders()]
    console.print(*([line for line in done if line] or ["Nothing was left to do."]), sep="\n")
    console.print(f"Ready. Next: {data_set.next_command} paths.data_dir={cfg.paths.data_dir}")


def _known() -> list[str]:
    files = sorted(Path(CONFIG_DIR, "dataset").glob("*.yaml"))
    return [f"{file.stem:16} {OmegaConf.select(OmegaConf.load(file), 'title')}" for file in files]


def _settings(made: DictConfig, scale: int) -> dict[str, Any]:
    """As ``srrescgan.degrade`` notes them: each goes on where the other stopped."""
    about = {"degradation": plain(made)["degradation"], "weights_sha256": None, "scale": scale}
    return {**about, "seed": made.seed, "pairs": "none", "cleanup": None}


main = entry_point("prepare", prepare)

if __name__ == "__main__":
    main()
