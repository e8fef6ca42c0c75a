"""Measures how far overlapping tiles are from the whole image, by the overlap.

    python tests/benchmarks/overlaps.py --weights realesrgan --photos DIR --overlaps 64 80 96

Of each photograph a square in the middle is computed as a whole, and its upper left quarter again
as a tile with each overlap. Every third photograph gets Gaussian noise of standard deviation 8,
every third JPEG compression of quality 30. Prints gray levels: the largest difference, the mean,
and the mean along the cuts. RRDBNet's ``overlap_levels`` come from here.
"""

import argparse
import io
import sys
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from srrescgan.images import list_images, read_image, to_tensor
from srrescgan.weights import find_weights, load_pretrained


def main() -> None:
    """Print a Markdown table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--weights", required=True, help="file or name")
    parser.add_argument("--photos", type=Path, required=True)
    parser.add_argument("--count", type=int, default=12, help="photographs")
    parser.add_argument("--side", type=int, default=288, help="of the square, lr pixels")
    parser.add_argument("--overlaps", type=int, nargs="+", default=[48, 64, 80, 96, 112])
    options = parser.parse_args()
    generator = load_pretrained(find_weights(options.weights)).eval()
    generator = generator.to(memory_format=torch.channels_last)
    scale, tile = generator.scale, options.side // 2
    _print(
        "photograph", *(f"overlap {each}: max, mean, along the cuts" for each in options.overlaps)
    )
    _print(*["---"] * (1 + len(options.overlaps)))
    for index, path in enumerate(list_images(options.photos)[: options.count]):
        lr = to_tensor(_degraded(_center(read_image(path), options.side), index))[None]
        with torch.inference_mode():
            whole = _levels(generator(lr))
            cells = []
            for overlap in options.overlaps:
                side = tile + overlap
                part = _levels(generator(lr[..., :side, :side]))
                apart = (part - whole[..., : scale * side, : scale * side]).abs()
                apart = apart[..., : scale * tile, : scale * tile]
                cuts = max(apart[..., -1, :].mean().item(), apart[..., -1].mean().item())
                cells.append(f"{apart.max().item():.3f}, {apart.mean().item():.5f}, {cuts:.3f}")
        _print(path.name + ("", ", noise 8", ", JPEG 30")[index % 3], *cells)


def _print(*cells: str) -> None:
    sys.stdout.write(f"| {' | '.join(cells)} |\n")
    sys.stdout.flush()


def _levels(sr: Tensor) -> Tensor:
    return 255 * sr.clamp(0, 1)


def _center(picture: np.ndarray, side: int) -> np.ndarray:
    top, left = ((length - side) // 2 for length in picture.shape[:2])
    return picture[max(top, 0) : max(top, 0) + side, max(left, 0) : max(left, 0) + side]


def _degraded(picture: np.ndarray, index: int) -> np.ndarray:
    if index % 3 == 1:
        noise = np.random.default_rng(0).normal(0, 8, picture.shape)
        return np.clip(picture + noise, 0, 255).round().astype(np.uint8)
    if index % 3 == 2:
        file = io.BytesIO()
        Image.fromarray(picture).save(file, "JPEG", quality=30)
        return np.array(Image.open(file))
    return picture


if __name__ == "__main__":
    main()
