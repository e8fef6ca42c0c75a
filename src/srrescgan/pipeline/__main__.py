"""Run the pipeline: ``python -m srrescgan.pipeline stages=NAME paths.data_dir=DIR``."""

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
    """Check the command lines of all stages, then bring each stage up to date."""
    stages = [build(node) for node in cfg.run]
    for stage in stages:
        (composed,) = check_overrides(stage.command, stage.overrides)
        stage.configuration = text_hash(OmegaConf.to_yaml(composed))
        if stage.command == "train":  # missing backbone weights are reported now, not hours later
            build_named(composed.loss)
            build_named(composed.metric)
    console = Console()

    def report(message: str) -> None:
        console.print(f"stage {message}", style="bold", soft_wrap=True)

    with closing(ScanCache(default_cache())) as cache:  # avoids reading gigabytes at every start
        run_stages(stages, Path(cfg.output_dir), cache.file_digest, report)
    console.print(f"done: {stages[-1].output}", soft_wrap=True)


main = entry_point("pipeline", pipeline)

if __name__ == "__main__":
    main()
