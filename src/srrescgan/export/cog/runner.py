"""Cog's runner of an exported generator. ``target=cog`` copies this file as ``run.py``.

Imports cog; only Cog imports it. Arguments of ``Input`` must be literals: Cog reads the file
without running it.
"""

# ruff: noqa: B008 (Cog reads the inputs from the default values)
import tempfile
from pathlib import Path as FilePath

from cog import BaseRunner, Input, Path

from srrescgan.images import FORMATS
from srrescgan.inference import Predictor, UpscaleOptions, choose_device
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.upscale.photo import upscale_photo
from srrescgan.weights import load_pretrained

WEIGHTS = "weights.safetensors"


class Runner(BaseRunner):
    """Upscales pictures with the weights next to this file."""

    def setup(self) -> None:
        """Load the network once."""
        self.generator = load_pretrained(FilePath(__file__).with_name(WEIGHTS))
        self.device = choose_device("auto")

    def run(
        self,
        image: Path = Input(description="Picture to upscale", accept="image/*"),
        ensemble: bool = Input(
            description="Average over eight rotations and reflections: better, 8 times slower",
            default=False,
        ),
        tile: int = Input(
            description="Side of a tile in input pixels; smaller tiles need less memory;"
            " 0: automatic",
            default=0,
            ge=0,
        ),
        output_format: str = Input(
            description="Format of the result",
            choices=["png", "jpg", "webp", "tiff"],
            default="png",
        ),
        quality: int = Input(description="Quality of jpg and webp", default=95, ge=1, le=100),
        keep_metadata: bool = Input(
            description="Keep EXIF, XMP and text; the color profile is always kept", default=True
        ),
    ) -> Path:
        """Upscale one picture; transparency, 16 bits and color profile are kept."""
        output_options = OutputOptions(
            format=output_format,
            quality=quality if FORMATS[output_format].quality else None,
            metadata="keep" if keep_metadata else "strip",
        )
        upscaling = UpscaleOptions(ensemble, tile or "auto")
        predictor = Predictor(self.generator, upscaling, self.device)
        target = FilePath(tempfile.mkdtemp(), f"upscaled{FORMATS[output_format].suffix}")
        upscale_photo(predictor, FilePath(image), target, output_options)
        return Path(target)
