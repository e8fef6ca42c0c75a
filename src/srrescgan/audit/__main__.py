"""Compare generated with real pictures: ``python -m srrescgan.audit made=DIR real=DIR``."""

from pathlib import Path

from omegaconf import DictConfig

from srrescgan.audit.domain import Sampling
from srrescgan.audit.limits import Limits
from srrescgan.audit.run import run_audit
from srrescgan.config.build import build_named
from srrescgan.config.cli import entry_point, plain, use_job_directory


def audit(cfg: DictConfig) -> None:
    """Write ``audit.json`` and ``audit.html``; exit with code 2 if a limit is exceeded."""
    use_job_directory(cfg)
    labels = [label for label in ("real", "made", "baseline") if cfg[label]]
    run_audit(
        {label: Path(cfg[label]).expanduser() for label in labels},
        Sampling(cfg.patch_size, cfg.patches_per_image, cfg.max_images, cfg.seed),
        Limits(cfg.max_auc, plain(cfg.max_distance)),
        list(build_named(cfg.logger).values()),
        Path(cfg.output_dir),
    )


main = entry_point("audit", audit)

if __name__ == "__main__":
    main()
