"""How real are made pictures: ``python -m srrescgan.audit made=DIR real=DIR output_dir=DIR``."""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.audit import crops, gate, loggers, plots, report
from srrescgan.audit.comparison import AT_LEAST, compare
from srrescgan.audit.domain import Sampling, sample
from srrescgan.config.build import build_named
from srrescgan.config.cli import entry_point, plain, use_job_directory


def audit(cfg: DictConfig) -> None:
    """Write ``audit.json`` and ``audit.html``, print the table, and stop if a limit is not kept."""
    use_job_directory(cfg)
    console = Console()
    limits = {"max_auc": cfg.max_auc, "max_distance": plain(cfg.max_distance)}
    gate.check_limits(**limits)
    sampling = Sampling(cfg.patch_size, cfg.patches_per_image, cfg.max_images, cfg.seed)
    folders = {label: cfg[label] for label in ("real", "made", "baseline") if cfg[label]}
    domains = {}
    for label, folder in folders.items():
        with console.status(f"Reading {label}: {folder}"):
            domains[label] = sample(Path(folder).expanduser(), sampling, AT_LEAST)
    with console.status("Comparing"):
        comparison = compare(domains, cfg.seed)
    exceeded = gate.exceeded(comparison, **limits)
    has_limits = cfg.max_auc is not None or any(v is not None for v in cfg.max_distance.values())
    said = report.verdict(comparison, exceeded, has_limits)
    drawn = dict(plots.draw(comparison))
    pairs = crops.pairs(domains["real"], domains["made"])
    output = Path(cfg.output_dir)
    about = {**limits, "exceeded": exceeded}
    report.write_json(comparison, sampling, about, output / "audit.json")
    report.page(comparison, said, drawn, pairs).write(output / "audit.html")
    pictures = drawn | {f"pair_{index}": pair.picture for index, pair in enumerate(pairs)}
    loggers.log(list(build_named(cfg.logger).values()), comparison, pictures)
    console.print(report.distance_table(comparison))
    console.print(said)
    console.print(f"{output}/audit.html, {output}/audit.json", soft_wrap=True)
    gate.refuse(exceeded, f"{output}/audit.html")


main = entry_point("audit", audit)

if __name__ == "__main__":
    main()
