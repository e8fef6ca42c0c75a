"""Examine the data of an experiment: ``python -m srrescgan.doctor data=NAME key=value ...``.

Exit code 0: training may start, warnings allowed. 2: it must not (or the command was mistyped).
"""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.build import build
from srrescgan.config.cli import entry_point, use_job_directory
from srrescgan.errors import ConfigError, DataError


def doctor(cfg: DictConfig) -> None:
    """Print what is wrong, and write ``doctor.json`` and ``doctor.html``."""
    use_job_directory(cfg)
    folder = Path(cfg.output_dir)
    if cfg.synthetic:
        raise ConfigError("synthetic=true makes its own pictures: there is nothing to examine")
    cfg.data.degradation = None  # the files are looked at, not what is made of them
    report = build(cfg.checkup).run(build(cfg.data).datasets(None))
    report.write_json(folder / "doctor.json")
    report.write_html(folder / "doctor.html")
    console = Console()
    report.print(console)
    if any(problem.check == "missing" for problem in report.problems):
        console.print(f"Where the data comes from: {cfg.data.source}", soft_wrap=True)
    console.print(f"{folder}/doctor.html, {folder}/doctor.json", soft_wrap=True)
    if report.errors:
        raise DataError(
            f"training must not start with this data: {len(report.errors)} to mend (see above)"
        )


main = entry_point("doctor", doctor)

if __name__ == "__main__":
    main()
