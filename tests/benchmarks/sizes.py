"""Sizes of the benchmark's work: on a CPU, on an accelerator, and for its tests."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Size:
    batch: int
    patch: int
    lr: tuple[int, int]  # picture to upscale: height and width, pixels
    small: tuple[int, int]  # the same for the self-ensemble
    warmup: int
    repeats: int
    iterations: int  # of the real training command, a multiple of 6
    upscalings: int  # how often each way of upscaling is timed
    network_sides: tuple[int, int] = (128, 64)  # lr picture of the networks, and of the largest
    features: int = 64
    blocks: int = 5
    discriminator_features: int = 64
    # Resizing one picture of the size below, and crops: how many, and their side in pixels.
    crops: tuple[int, int] = (16, 512)
    # Reading.
    pictures: int = 12
    picture: tuple[int, int] = (1356, 2040)  # height and width, pixels; DIV2K's usual size
    patches: int = 32  # in each timing
    fed_batch: int = 16
    fed: tuple[int, int] = (12, 400)  # batches of the simulated training, decoded and packed


CPU = Size(
    batch=4,
    patch=128,
    lr=(339, 510),
    small=(64, 64),
    warmup=2,
    repeats=9,
    iterations=6,
    upscalings=3,
)
ACCELERATOR = Size(
    batch=16,
    patch=128,
    lr=(339, 510),
    small=(64, 64),
    warmup=5,
    repeats=25,
    iterations=300,
    upscalings=25,
)
QUICK = Size(
    batch=2, patch=64, lr=(16, 20), small=(12, 12), warmup=1, repeats=2, iterations=6, upscalings=2,
    network_sides=(16, 12),
    features=8, blocks=1, discriminator_features=8,
    crops=(2, 64), pictures=2, picture=(200, 240), patches=3, fed_batch=2, fed=(3, 5),
)  # fmt: skip
