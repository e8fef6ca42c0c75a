"""Upscaling of many files: one failure does not stop the others."""

import errno
import sys
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from rich.console import Console

from srrescgan.errors import DataError
from srrescgan.files import remove_leftovers
from srrescgan.images import list_images
from srrescgan.inference import Predictor
from srrescgan.inference.sinks import OnProgress
from srrescgan.inference.tile_plan import Approximation
from srrescgan.upscale.flat_pictures import advice
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.output_paths import (
    other_files,
    plan_outputs,
    refuse_overwriting,
    without_existing,
)
from srrescgan.upscale.photo import upscale_photo
from srrescgan.upscale.progress import UpscaleProgress
from srrescgan.upscale.video import upscale_video
from srrescgan.videos import Encoding, is_video, list_videos, output_suffix

_FIRST = "only the first of several frames or pages was upscaled"


@dataclass(frozen=True)
class UpscalePlan:
    """Pictures to upscale, checked before a network is loaded."""

    source: Path
    folder: Path
    outputs: Mapping[Path, Path]
    """Output file of each input."""
    to_do: Mapping[Path, Path]
    """Those of them that are not skipped."""
    options: OutputOptions
    encoding: Encoding


@dataclass(frozen=True)
class _Done:
    """Facts about one upscaled picture or video, for the user."""

    bilinear: bool
    """The result, or part of it, is hardly more than bilinear."""
    remarks: tuple[str, ...]
    approximation: Approximation | None


def plan(
    source: Path, folder: Path, options: OutputOptions, encoding: Encoding, with_videos: bool
) -> UpscalePlan:
    """Find the inputs and choose the output of each.

    Args:
        source: a picture, a video, or a folder.
        folder: of the results.
        options: of pictures.
        encoding: of videos.
        with_videos: also upscale the videos in a folder.

    Raises:
        DataError: there is nothing to do, or an original would be overwritten.
    """

    def name(path: Path) -> str:
        if is_video(path):
            return f"{path.stem}{options.suffix}{output_suffix(path)}"
        return options.name(path)

    def find(place: Path) -> list[Path]:
        return list_images(place) + (list_videos(place) if with_videos else [])

    outputs = plan_outputs(source, folder, name, find)
    refuse_overwriting(outputs, source, folder)
    to_do = without_existing(outputs, options.existing)
    return UpscalePlan(source, folder, outputs, to_do, options, encoding)


def upscale_all(work: UpscalePlan, predictor: Predictor, console: Console) -> None:
    """Upscale every input of a plan, and report.

    Raises:
        DataError: inputs could not be used (after all others are done), or the disk is full (at
            once, since the rest could not be written either).
    """
    remove_leftovers(work.to_do.values())
    say = partial(console.print, markup=False, highlight=False, soft_wrap=True)
    failures: list[str] = []
    flat: list[Path] = []
    approximations: Counter[Approximation] = Counter()
    with UpscaleProgress(work.to_do, console) as progress:
        for tried, (source, target) in enumerate(work.to_do.items()):
            try:
                with progress.picture(source) as on_progress:
                    done = _upscale_one(work, predictor, source, target, on_progress)
            except DataError as error:
                if getattr(error.__cause__, "errno", None) == errno.ENOSPC:
                    count = f"{tried - len(failures)} of {len(work.to_do)} pictures upscaled"
                    raise DataError(f"{error}\n{count}; existing=skip continues there") from error
                failures.append(str(error))
                say(f"failed: {error}")
            except KeyboardInterrupt:
                sys.stderr.write(f"interrupted at {source}; existing=skip continues there\n")
                raise SystemExit(130) from None
            else:
                for remark in done.remarks:
                    say(f"{source}: {remark}")
                if done.approximation is not None:
                    approximations[done.approximation] += 1
                if done.bilinear:
                    flat.append(source)
                    say(f"flat, see below: {source}")
    for approximation, pictures in approximations.items():
        say(f"{pictures} upscaled in {approximation}")
    if flat:
        listed = [f"{len(flat)} flat: {advice(predictor.generator)}:", *map(str, flat)]
        say("\n  ".join(listed))
    others = other_files(work.source, work.outputs)
    if others:
        say(f"not upscaled: {others}")
    summary = _summary(work, len(failures))
    if failures:
        raise DataError("\n  ".join([f"{summary}, {len(failures)} failed:", *failures]))
    say(f"{summary}: {work.folder}")


def _summary(work: UpscalePlan, failed: int) -> str:
    done, skipped = len(work.to_do) - failed, len(work.outputs) - len(work.to_do)
    summary = f"{done} of {len(work.outputs)} pictures upscaled"
    return summary + (f", {skipped} skipped (exist already)" if skipped else "")


def _upscale_one(
    work: UpscalePlan, predictor: Predictor, source: Path, target: Path, on_progress: OnProgress
) -> _Done:
    if is_video(source):
        video = upscale_video(predictor, source, target, work.encoding, on_progress)
        return _Done(video.bilinear > 0, video.remarks, video.approximation)
    photo = upscale_photo(predictor, source, target, work.options, on_progress)
    return _Done(photo.bilinear, (_FIRST,) * photo.more_frames, photo.approximation)
