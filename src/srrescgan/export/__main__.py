"""Export a trained generator: ``python -m srrescgan.export target=... weights=FILE output=...``."""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.export.targets import OPTIONS, ExportOptions, check_target, export_weights
from srrescgan.weights.build import refuse_unused_scale
from srrescgan.weights.find import find_weights


def export(cfg: DictConfig) -> None:
    """Write the generator for ``target``, verify the result, and print what was written."""
    output = Path(cfg.output).expanduser()
    check_target(cfg.target, output, [key for key in OPTIONS if overridden(key)])
    config = plain(cfg.generator) if cfg.generator else None
    refuse_unused_scale(overridden("scale"), config)
    card = plain(cfg.card)
    options = ExportOptions(
        calibration=_path(cfg.calibration),
        hr=_path(cfg.hr),
        runtime=_path(cfg.runtime),
        metrics=_path(card.pop("metrics")),
        card=card,
        keys=cfg["keys"],  # an attribute would be the method of that name
    )
    message = export_weights(find_weights(cfg.weights), config, cfg.target, output, options)
    Console().print(message, soft_wrap=True, markup=False, highlight=False)


def _path(value: str | None) -> Path | None:
    return None if value is None else Path(value).expanduser()


main = entry_point("export", export)

if __name__ == "__main__":
    main()
