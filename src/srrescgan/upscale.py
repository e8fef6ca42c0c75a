"""Upscale pictures: ``python -m srrescgan.upscale input=FILE_OR_DIR output=DIR weights=FILE``."""

from pathlib import Path

import torch
from omegaconf import DictConfig
from rich.progress import track

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import list_images, read_image, to_tensor, to_uint8, write_png
from srrescgan.inference import Predictor, choose_device, load_pretrained


def upscale(cfg: DictConfig) -> None:
    """Write ``<output>/<name>.png`` for every picture; report those that cannot be read."""
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    outputs = plan(Path(cfg.input), Path(cfg.output))
    refuse_overwriting(outputs, Path(cfg.input), Path(cfg.output))
    generator = load_pretrained(cfg.weights, plain(cfg.generator) if cfg.generator else None)
    predictor = Predictor(generator, cfg.ensemble, choose_device(cfg.device))
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


def plan(source: Path, folder: Path) -> dict[Path, Path]:
    """Map each input picture to the file it will become.

    Raises:
        DataError: when there is nothing to read, or two pictures would become the same file.
    """
    if not source.exists():
        raise DataError(f"input={source} does not exist; give a picture or a folder of pictures")
    if source.is_file():
        return {source: folder / f"{source.stem}.png"}
    targets: dict[Path, Path] = {}
    outputs: dict[Path, Path] = {}
    for image in list_images(source):
        target = (folder / image.relative_to(source)).with_suffix(".png")
        if target in targets:
            raise DataError(f"{image} and {targets[target]} would both become {target}; rename one")
        targets[target] = image
        outputs[image] = target
    if not outputs:
        raise DataError(f"no pictures in {source}")
    return outputs


def refuse_overwriting(outputs: dict[Path, Path], source: Path, folder: Path) -> None:
    """Make sure that no original is replaced, and no result becomes the next run's input.

    Raises:
        DataError: when the output is among the inputs.
    """
    originals = {image.resolve() for image in outputs}
    lost = [target for target in outputs.values() if target.resolve() in originals]
    inside = source.is_dir() and folder.resolve().is_relative_to(source.resolve())
    if lost or inside:
        what = f"{lost[0]} is an input" if lost else f"output={folder} lies inside input={source}"
        raise DataError(f"{what}; choose another output= folder, outside the input")


main = entry_point("upscale", upscale)

if __name__ == "__main__":
    main()
