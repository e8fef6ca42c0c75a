"""Learn, make, audit, train: ``python -m srrescgan.pipeline stages=NAME paths.data_dir=DIR``."""

from contextlib import closing
from pathlib import Path

from omegaconf import DictConfig, OmegaConf
from rich.console import Console

from srrescgan.config.build import build, build_named
from srrescgan.config.cli import check_overrides, entry_point
from srrescgan.doctor.scan_cache import ScanCache, default_cache
from srrescgan.files import text_hash
from srrescgan.pipeline import run_stages


def pipeline(cfg: DictConfig) -> None:
    """Bring all stages up to date; the later ones' command lines are checked before the first."""
    stages = [build(node) for node in cfg.run]
    for stage in stages:
        (composed,) = check_overrides(stage.command, stage.overrides)
        stage.configuration = text_hash(OmegaConf.to_yaml(composed))
        if stage.command == "train":  # weights that a loss needs are missed now, not hours later
            build_named(composed.loss)
            build_named(composed.metric)
    console = Console()

    def say(what: str) -> None:
        console.print(f"stage {what}", style="bold", soft_wrap=True)

    with closing(ScanCache(default_cache())) as cache:  # gigabytes are not read at every start
        run_stages(stages, Path(cfg.output_dir), cache.file_digest, say)
    console.print(f"done: {stages[-1].output}", soft_wrap=True)


main = entry_point("pipeline", pipeline)

if __name__ == "__main__":
    main()
