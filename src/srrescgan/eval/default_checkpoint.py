"""The weights to evaluate when none are named."""

from pathlib import Path

from srrescgan.errors import ConfigError

_FIRST = ("best_lpips.ckpt", "best_psnr.ckpt")


def known_weights(released: Path | None, runs: Path) -> Path:
    """Find the released weights, else the best of the newest own run that has any.

    The best is that by LPIPS, else by PSNR, else by another metric, else the last.

    Args:
        released: where the authors' file would be; ``None`` when there is none.
        runs: folder of the runs of an experiment; searched to any depth.

    Raises:
        ConfigError: saying where it looked.
    """
    if released is not None and released.is_file():
        return released
    files = [
        path
        for pattern in ("best_*.ckpt", "last.ckpt")
        for path in runs.rglob(f"checkpoints/{pattern}")
        if path.is_file()
    ]
    if files:
        newest = max({path.parent for path in files}, key=lambda folder: folder.stat().st_mtime)
        return min((path for path in files if path.parent == newest), key=_rank)
    places = ([str(released)] if released is not None else []) + [f"{runs}/**/checkpoints"]
    raise ConfigError(
        f"no weights to evaluate: looked for {' and in '.join(places)}. Give a checkpoint,"
        " .safetensors or .pth: ckpt_path=FILE, or CKPT=FILE for make eval"
    )


def _rank(path: Path) -> tuple[int, str]:
    """Place of a file of one run, the best first."""
    if path.name in _FIRST:
        return _FIRST.index(path.name), path.name
    return len(_FIRST) + (path.name == "last.ckpt"), path.name
