"""The weights to evaluate when none are named."""

from pathlib import Path

from srrescgan.errors import ConfigError

_BEST = ("best_lpips.ckpt", "best_psnr.ckpt", "last.ckpt")


def known_weights(released: Path | None, runs: Path) -> Path:
    """Find the released weights, else the best of the newest own run that has any.

    Args:
        released: where the authors' file would be; ``None`` when there is none.
        runs: folder of the runs of an experiment; searched to any depth.

    Raises:
        ConfigError: saying where it looked.
    """
    if released is not None and released.is_file():
        return released
    folders = {path.parent for name in _BEST for path in runs.rglob(f"checkpoints/{name}")}
    newest = max(folders, key=lambda folder: folder.stat().st_mtime, default=None)
    if newest is not None:
        return next(newest / name for name in _BEST if (newest / name).is_file())
    places = ([str(released)] if released is not None else []) + [f"{runs}/**/checkpoints"]
    raise ConfigError(
        f"no weights to evaluate: looked for {' and in '.join(places)}. Give a checkpoint,"
        " .safetensors or .pth: ckpt_path=FILE, or CKPT=FILE for make eval"
    )
