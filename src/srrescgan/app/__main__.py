"""A local web page that upscales photos: ``python -m srrescgan.app weights=FILE``."""

import os
import sys

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.app import PhotoUpscaler, serve
from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.inference import choose_device
from srrescgan.weights import load_pretrained
from srrescgan.weights.build import refuse_unused_scale
from srrescgan.weights.find import find_weights


def app(cfg: DictConfig) -> None:
    """Serve the page until Ctrl-C."""
    config = plain(cfg.generator) if cfg.generator else None
    refuse_unused_scale(overridden("scale"), config)
    device = choose_device(cfg.device)
    generator = load_pretrained(find_weights(cfg.weights), config)
    console = Console()
    serve(
        PhotoUpscaler(generator, device),
        cfg.port,
        lambda address: console.print(f"{address} on {device}; press Ctrl-C to stop"),
    )
    # A thread may still be upscaling a photo, and torch crashes if Python shuts down before it.
    sys.stdout.flush()
    os._exit(0)


main = entry_point("app", app)

if __name__ == "__main__":
    main()
