"""Compare evaluations: ``python -m srrescgan.compare runs='{old: DIR, new: DIR}'``."""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.compare import paired_report
from srrescgan.compare.paired import compare, sides_of
from srrescgan.config.cli import entry_point, plain, use_job_directory
from srrescgan.errors import ConfigError
from srrescgan.eval import render, store
from srrescgan.files import write_json


def compare_runs(cfg: DictConfig) -> None:
    """Print the paired tables, and write ``compare.json``, ``compare.md`` and ``compare.tex``."""
    use_job_directory(cfg)
    runs = _by_label(cfg, "runs")
    evaluations = {label: store.read(Path(place).expanduser()) for label, place in runs.items()}
    comparison = compare(sides_of(evaluations, _by_label(cfg, "methods")))
    tables = paired_report.paired_tables(comparison)
    folder = Path(cfg.output_dir)
    store.write_tables(tables, folder, "compare")
    write_json(paired_report.content(comparison), folder / "compare.json")
    console = Console()
    render.terminal(console, tables)
    console.print(f"{folder}/compare.json, {folder}/compare.md", soft_wrap=True)


def _by_label(cfg: DictConfig, key: str) -> dict[str, str]:
    node = cfg[key]
    if node is not None and not isinstance(node, DictConfig):
        raise ConfigError(f"{key}={node}: expected one for each label, {key}='{{old: A, new: B}}'")
    return {} if node is None else {label: str(value) for label, value in plain(node).items()}


main = entry_point("compare", compare_runs)

if __name__ == "__main__":
    main()
