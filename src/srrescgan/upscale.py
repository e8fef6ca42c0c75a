"""Upscale pictures: ``python -m srrescgan.upscale input=FILE_OR_DIR output=DIR weights=FILE``."""

from pathlib import Path

import torch
from omegaconf import DictConfig
from rich.progress import track

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.inference import Predictor, choose_device, load_pretrained, tile_size
from srrescgan.inference.placing import plan_outputs, refuse_overwriting


def upscale(cfg: DictConfig) -> None:
    """Write ``<output>/<name>.png`` for every picture; report those that cannot be read."""
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    outputs = plan_outputs(Path(cfg.input), Path(cfg.output))
    refuse_overwriting(outputs, Path(cfg.input), Path(cfg.output))
    generator = load_pretrained(cfg.weights, plain(cfg.generator) if cfg.generator else None)
    tile = tile_size(cfg.tile, generator)
    predictor = Predictor(generator, cfg.ensemble, choose_device(cfg.device), tile)
    failures = []
    for source, target in track(outputs.items(), "Upscaling"):
        try:
            lr = to_tensor(read_image(source))
            sr = predictor(lr[None])[0]
        except DataError as error:
            failures.append(str(error))
        except ValueError as error:  # too small for the network
            failures.append(f"{source}: {error}")
        except (MemoryError, torch.OutOfMemoryError):
            failures.append(f"{source}: {tuple(lr.shape[1:])} pixels do not fit into memory")
        else:
            write_png(target, to_uint8(sr))
    if failures:
        done = len(outputs) - len(failures)
        listed = "\n  ".join(failures)
        raise DataError(f"{done} of {len(outputs)} pictures upscaled; the others:\n  {listed}")


main = entry_point("upscale", upscale)

if __name__ == "__main__":
    main()
