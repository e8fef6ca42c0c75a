"""Examine the data of an experiment: ``python -m srrescgan.doctor data=NAME key=value ...``.

Exit code 0: training may start; there may be warnings. 2: it must not, or a key was mistyped.
"""

from pathlib import Path

from omegaconf import DictConfig

from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, use_job_directory
from srrescgan.doctor.examine import examine_data
from srrescgan.errors import ConfigError


def doctor(cfg: DictConfig) -> None:
    """Print the problems, and write ``doctor.json`` and ``doctor.html``."""
    use_job_directory(cfg)
    if cfg.synthetic:
        raise ConfigError(
            "synthetic=true generates its own pictures: leave it out to examine those of data="
        )
    cfg.data.degradation = None  # examine the files, not what the degradation makes of them
    datasets = build(cfg.data).datasets(None)
    examine_data(build(cfg.checkup), datasets, Path(cfg.output_dir), cfg.data.source)


main = entry_point("doctor", doctor)

if __name__ == "__main__":
    main()
