"""Upscale pictures: ``python -m srrescgan.upscale input=FILE_OR_DIR output=DIR weights=FILE``."""

from pathlib import Path

from omegaconf import DictConfig
from rich.console import Console

from srrescgan.config.cli import entry_point, overridden, plain
from srrescgan.inference import Predictor, UpscaleOptions, choose_device
from srrescgan.upscale.batch import plan, upscale_all
from srrescgan.upscale.output_options import OutputOptions
from srrescgan.videos import Encoding
from srrescgan.weights import find_weights, load_pretrained
from srrescgan.weights.build import refuse_unused_scale


def upscale(cfg: DictConfig) -> None:
    """Write a larger picture for every picture; report those that could not be used."""
    config = plain(cfg.generator) if cfg.generator else None
    refuse_unused_scale(overridden("scale"), config)
    files = OutputOptions(
        cfg.format, cfg.quality, cfg.suffix, cfg.existing, cfg.depth, cfg.metadata
    )
    encoding = Encoding(cfg.video.codec, cfg.video.crf, cfg.metadata == "keep")
    places = Path(cfg.input).expanduser(), Path(cfg.output).expanduser()
    work = plan(*places, files, encoding, cfg.video.in_folders)
    options = UpscaleOptions(
        cfg.ensemble,
        cfg.tile,
        cfg.precision,
        cfg.engine,
        cfg.batch,
        cfg.sigma_floor,
        cfg.overlap,
    )
    generator = load_pretrained(find_weights(cfg.weights), config)
    upscale_all(work, Predictor(generator, options, choose_device(cfg.device)), Console())


main = entry_point("upscale", upscale)

if __name__ == "__main__":
    main()
