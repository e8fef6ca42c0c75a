"""A local page to upscale photos with: ``python -m srrescgan.app weights=FILE``."""

import os
import sys

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.app import PhotoUpscaler, serve
from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError
from srrescgan.inference import choose_device
from srrescgan.weights import load_pretrained
from srrescgan.weights.find import find_weights


def app(cfg: DictConfig) -> None:
    """Open the page and answer until Ctrl-C."""
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    device = choose_device(cfg.device)
    generator = load_pretrained(
        find_weights(cfg.weights), plain(cfg.generator) if cfg.generator else None
    )
    console = Console()
    serve(
        PhotoUpscaler(generator, device),
        cfg.port,
        lambda address: console.print(f"{address} on {device}; Ctrl-C ends it"),
    )
    # A photo may still be under way in a thread, which torch does not survive if Python ends first.
    sys.stdout.flush()
    os._exit(0)


main = entry_point("app", app)

if __name__ == "__main__":
    main()
