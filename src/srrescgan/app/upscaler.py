"""What the page's button does."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import mkdtemp

import torch
from torch import nn

from srrescgan.app.preview import is_part, write_preview
from srrescgan.errors import DataError
from srrescgan.images import image_size
from srrescgan.inference import Predictor, UpscaleOptions
from srrescgan.types import ProjectedGenerator
from srrescgan.upscale.flat_pictures import advice, useful_floor
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.photo import upscale_photo


@dataclass(frozen=True)
class LargePhoto:
    """A photo that was upscaled."""

    file: Path
    """A PNG with the depth, the transparency and the metadata of the photo."""
    shown: tuple[Path, Path] | None
    """Before and after for a slider, if that can be shown."""
    remarks: tuple[str, ...]
    """What there is to say, as Markdown."""


class PhotoUpscaler:
    """Upscales the photos of a page, one at a time, as :mod:`srrescgan.upscale` does.

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
        tell: Callable[[float], None] = lambda share: None,
    ) -> LargePhoto:
        """Upscale one photo into a new folder beside it.

        Args:
            source: the photo.
            ensemble: use the self-ensemble.
            flat: never estimate less noise than :attr:`floor`.
            tile: as for :func:`srrescgan.inference.parse_tile`.
            tell: told what share of the photo is done.

        Raises:
            UserError: the photo cannot be upscaled.
        """
        options = UpscaleOptions(ensemble, tile, sigma_floor=self.floor if flat else None)
        predictor = Predictor(self.generator, options, self.device)
        folder = Path(mkdtemp(dir=source.parent))
        target = folder / f"{source.stem}_x{self.scale}.png"
        upscaled = upscale_photo(predictor, source, target, OutputOptions(), tell)
        height, width = image_size(target)
        remarks = [f"{width} × {height} pixels, as PNG."]
        shown = None
        try:
            shown = write_preview(source, target, folder)
        except DataError:  # it was upscaled, and has more pixels than we read
            remarks.append("Too large to be shown here: save it.")
        if shown is not None and is_part((width, height)):
            remarks.append("Shown is its middle.")
        if upscaled.more_frames:
            remarks.append("The file holds more pictures than this one, its first.")
        if upscaled.bilinear:
            remarks.append(
                f"**Too flat:** {advice(self.generator)}. On this page, that is *Mostly flat*."
            )
        return LargePhoto(target, shown, tuple(remarks))
