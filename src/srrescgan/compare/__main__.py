"""Compare evaluations: ``python -m srrescgan.compare runs='{old: DIR, new: DIR}'``."""

from pathlib import Path

from omegaconf import DictConfig

from srrescgan.compare.paired import choose_methods, compare_methods
from srrescgan.compare.paired_report import write_comparison
from srrescgan.config.cli import entry_point, plain, use_job_directory
from srrescgan.errors import ConfigError
from srrescgan.eval.evaluation_files import read_evaluation


def compare_runs(cfg: DictConfig) -> None:
    """Print the paired tables, and write ``compare.json``, ``compare.md`` and ``compare.tex``."""
    use_job_directory(cfg)
    runs = _by_label(cfg, "runs")
    evaluations = {label: read_evaluation(Path(run).expanduser()) for label, run in runs.items()}
    methods = choose_methods(evaluations, _by_label(cfg, "methods"))
    write_comparison(compare_methods(methods), Path(cfg.output_dir))


def _by_label(cfg: DictConfig, key: str) -> dict[str, str]:
    node = cfg[key]
    if node is not None and not isinstance(node, DictConfig):
        raise ConfigError(f"{key}={node}: expected one for each label, {key}='{{old: A, new: B}}'")
    return {} if node is None else {label: str(value) for label, value in plain(node).items()}


main = entry_point("compare", compare_runs)

if __name__ == "__main__":
    main()
