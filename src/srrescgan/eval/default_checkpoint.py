"""The weights to evaluate when ``ckpt_path`` is not given."""

from pathlib import Path

from rich.console import Console

from srrescgan.errors import ConfigError
from srrescgan.weights import find_weights

_FIRST = ("best_lpips.ckpt", "best_psnr.ckpt")


def checkpoint_or_default(path: str | None, released: Path | None, runs: Path) -> Path:
    """The given checkpoint or weights of a name, otherwise the default one, which is printed.

    Raises:
        ConfigError: there is no default.
        WeightsError: the given one is not there.
    """
    if path:
        return find_weights(path)
    default = default_checkpoint(released, runs)
    Console().print(f"ckpt_path= was not given: evaluating {default}", soft_wrap=True)
    return default


def default_checkpoint(released: Path | None, runs: Path) -> Path:
    """Find the released weights, otherwise the best checkpoint of the newest training run.

    The best is the best by LPIPS, otherwise by PSNR, otherwise by another metric, otherwise the
    last.

    Args:
        released: path of the authors' file; ``None`` if they released none.
        runs: folder of an experiment's runs; searched at any depth.

    Raises:
        ConfigError: there are no weights; names the places that were searched.
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
    """Sort key of the checkpoints of one run, best first."""
    if path.name in _FIRST:
        return _FIRST.index(path.name), path.name
    return len(_FIRST) + (path.name == "last.ckpt"), path.name
