"""Upscale pictures: ``python -m srrescgan.upscale input=FILE_OR_DIR output=DIR weights=FILE``."""

import errno
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.errors import ConfigError, DataError
from srrescgan.files import remove_leftovers
from srrescgan.images import list_images
from srrescgan.inference import Predictor, choose_device, parse_tile
from srrescgan.upscale.flat_pictures import advice, set_sigma_floor
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.output_paths import (
    left_alone,
    plan_outputs,
    refuse_overwriting,
    without_existing,
)
from srrescgan.upscale.photo import upscale_file
from srrescgan.upscale.progress import UpscaleProgress
from srrescgan.upscale.video import upscale_video
from srrescgan.videos import Encoding, is_video, list_videos, output_suffix
from srrescgan.weights import load_pretrained
from srrescgan.weights.find import find_weights

_Done = tuple[bool, tuple[str, ...]]
"""Whether it, or part of it, came out bilinear, and what else there is to say."""
_FIRST = "only the first of several frames or pages was taken"


def upscale(cfg: DictConfig) -> None:
    """Write a larger picture for every picture; report those that could not be used."""
    if overridden("scale") and not cfg.generator:
        raise ConfigError("scale= says something about generator= only; the weights have their own")
    source, folder = Path(cfg.input).expanduser(), Path(cfg.output).expanduser()
    rendition = OutputOptions(
        cfg.format, cfg.quality, cfg.suffix, cfg.existing, cfg.depth, cfg.metadata
    )
    encoding = Encoding(cfg.video.codec, cfg.video.crf, rendition.metadata == "keep")
    outputs = plan_outputs(
        source, folder, partial(_name, rendition), partial(_find, cfg.video.in_folders)
    )
    refuse_overwriting(outputs, source, folder)
    to_do = without_existing(outputs, rendition.existing)
    remove_leftovers(to_do.values())
    generator = load_pretrained(
        find_weights(cfg.weights), plain(cfg.generator) if cfg.generator else None
    )
    if cfg.sigma_floor is not None:
        set_sigma_floor(generator, cfg.sigma_floor)
    predictor = Predictor(
        generator,
        cfg.ensemble,
        choose_device(cfg.device),
        parse_tile(cfg.tile),
        precision=cfg.precision,
        engine=cfg.engine,
        batch=cfg.batch,
    )
    console = Console()

    def upscale_one(source: Path, target: Path, tell: Callable[[float], None]) -> _Done:
        if is_video(source):
            video = upscale_video(predictor, source, target, encoding, tell)
            return video.bilinear > 0, video.remarks
        photo = upscale_file(predictor, source, target, rendition, tell)
        return photo.bilinear, (_FIRST,) * photo.more_frames

    failures, flat = _upscale_all(to_do, upscale_one, console)
    if flat:
        listed = "\n  ".join([f"{len(flat)} flat: {advice(generator)}:", *map(str, flat)])
        console.print(listed, markup=False, soft_wrap=True)
    others = left_alone(source, outputs)
    if others:
        console.print(f"left alone: {others}", markup=False, soft_wrap=True)
    done, skipped = len(to_do) - len(failures), len(outputs) - len(to_do)
    summary = f"{done} of {len(outputs)} pictures upscaled"
    if skipped:
        summary += f", {skipped} skipped (there already)"
    if failures:
        raise DataError("\n  ".join([f"{summary}, {len(failures)} failed:", *failures]))
    console.print(f"{summary}: {folder}", markup=False, soft_wrap=True)


def _name(rendition: OutputOptions, source: Path) -> str:
    if is_video(source):
        return f"{source.stem}{rendition.suffix}{output_suffix(source)}"
    return rendition.name(source)


def _find(with_videos: bool, folder: Path) -> list[Path]:
    return list_images(folder) + (list_videos(folder) if with_videos else [])


def _upscale_all(
    outputs: dict[Path, Path],
    upscale_one: Callable[[Path, Path, Callable[[float], None]], _Done],
    console: Console,
) -> tuple[list[str], list[Path]]:
    """Do what can be done; return why the others failed, and which came out bilinear.

    Raises:
        DataError: the disk is full, so that the rest would be computed in vain.
    """
    say = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    failures: list[str] = []
    flat: list[Path] = []
    with UpscaleProgress(outputs, console) as pace:
        for tried, (source, target) in enumerate(outputs.items()):
            try:
                with pace.picture(source) as tell:
                    bilinear, remarks = upscale_one(source, target, tell)
            except DataError as error:
                if getattr(error.__cause__, "errno", None) == errno.ENOSPC:
                    done = f"{tried - len(failures)} of {len(outputs)} pictures upscaled"
                    raise DataError(f"{error}\n{done}; existing=skip goes on from there") from error
                failures.append(str(error))
                say(f"failed: {error}")
            except KeyboardInterrupt:
                sys.stderr.write(f"interrupted at {source}; existing=skip goes on from there\n")
                raise SystemExit(130) from None
            else:
                for remark in remarks:
                    say(f"{source}: {remark}")
                if bilinear:
                    flat.append(source)
                    say(f"flat, see below: {source}")
    return failures, flat


main = entry_point("upscale", upscale)

if __name__ == "__main__":
    main()
