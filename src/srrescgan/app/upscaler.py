"""Upscales the photos of the page."""

from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch import nn

from srrescgan.app.preview import is_cropped, write_preview
from srrescgan.errors import DataError
from srrescgan.images import image_size
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.inference.sinks import OnProgress, no_progress
from srrescgan.types import ProjectedGenerator
from srrescgan.upscale.flat_pictures import advice, useful_floor
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.photo import upscale_photo


@dataclass(frozen=True)
class LargePhoto:
    """An upscaled photo."""

    file: Path
    """A PNG with the bit depth, transparency and metadata of the photo."""
    preview: tuple[Path, Path] | None
    """Before and after for the slider; ``None``: too large to show."""
    remarks: tuple[str, ...]
    """Messages for the user, as Markdown."""


class PhotoUpscaler:
    """Upscales photos one at a time, like :mod:`srrescgan.upscale`.

    Args:
        generator: lr -> sr, in [0, 1].
        device: where to compute.
    """

    def __init__(self, generator: nn.Module, device: torch.device) -> None:
        self.generator = generator
        self.device = device
        self.floor: float | None = None
        """The ``sigma_floor`` for flat pictures; ``None`` for a network that estimates no noise."""
        if isinstance(generator, ProjectedGenerator):
            self.floor = float(f"{useful_floor(generator):.1g}")

    @property
    def scale(self) -> int:
        """Upscaling factor."""
        return int(self.generator.scale)  # type: ignore[arg-type]

    def __call__(
        self,
        source: Path,
        ensemble: bool,
        flat: bool,
        tile: int | str,
        on_progress: OnProgress = no_progress,
    ) -> LargePhoto:
        """Upscale one photo into a new folder next to it.

        Args:
            source: the photo.
            ensemble: use the self-ensemble.
            flat: use :attr:`floor` as the lower bound of the noise estimate.
            tile: as for :func:`srrescgan.inference.parse_tile`.
            on_progress: called with the share of the photo that is done.

        Raises:
            UserError: the photo cannot be upscaled.
        """
        options = UpscaleOptions(ensemble, tile, sigma_floor=self.floor if flat else None)
        predictor = Predictor(self.generator, options, self.device)
        folder = Path(mkdtemp(dir=source.parent))
        target = folder / f"{source.stem}_x{self.scale}.png"
        upscaled = upscale_photo(predictor, source, target, OutputOptions(), on_progress)
        height, width = image_size(target)
        remarks = [f"{width} × {height} pixels, as PNG."]
        preview = None
        try:
            preview = write_preview(source, target, folder)
        except DataError:  # the result has more pixels than we read
            remarks.append("Too large to show here: save it.")
        if preview is not None and is_cropped((width, height)):
            remarks.append("Only its center is shown.")
        if upscaled.more_frames:
            remarks.append("The file contains more pictures; only the first was upscaled.")
        if upscaled.approximation is not None:
            remarks.append(f"Computed in {upscaled.approximation}.")
        if upscaled.bilinear:
            remarks.append(
                f"**Too flat:** {advice(self.generator)}. On this page, that is *Mostly flat*."
            )
        return LargePhoto(target, preview, tuple(remarks))
