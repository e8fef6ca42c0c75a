"""Contact sheet: random results of one picture side by side, with what was done to each."""

import math
import textwrap
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from srrescgan.data.seeds import derive_seed
from srrescgan.degradations import RandomDegradation
from srrescgan.degrade.pairs import PairMaker
from srrescgan.errors import ConfigError, DataError
from srrescgan.images import read_image, write_png

_COLUMNS = 4
_ZOOM = 2
_GAP = 8
_FONT_SIZE = 11
_LINE = 14


def write_contact_sheet(source: Path, target: Path, maker: PairMaker, draws: int) -> None:
    """Degrade a picture with ``draws`` seeds, and write all results as one PNG.

    Every pixel of lr is shown as 2 x 2 pixels. Below each result are the operations that its seed
    drew, in order.

    Args:
        source: one picture.
        target: the PNG to write; an existing file is not replaced.
        maker: of lr pictures; its ``seed`` chooses the seeds.
        draws: number of results, at least 1.

    Raises:
        ConfigError: ``draws`` is below 1, ``source`` is no picture, ``target`` is not the name of a
            new PNG, or pairs are asked for.
        DataError: the picture cannot be read.
    """
    if draws < 1:
        raise ConfigError(f"draws={draws}: must be at least 1")
    if maker.pairs != "none":
        raise ConfigError(f"draws= shows lr pictures only: leave out pairs={maker.pairs}")
    if not source.is_file():
        raise ConfigError(f"input={source}: with draws=, expected one picture")
    if target.suffix.lower() != ".png":
        raise ConfigError(f"output={target}: with draws=, expected a file that ends in .png")
    if target.exists():
        raise DataError(f"{target} exists already: choose another output=, or remove it")
    original = read_image(source)
    tiles = []
    for index in range(draws):
        seed = derive_seed(maker.seed, "draw", index)
        (lr,) = maker.make(original, source.name, seed).values()
        tiles.append((lr, _caption(maker, seed)))
    write_png(target, contact_sheet(tiles))


def contact_sheet(tiles: list[tuple[np.ndarray, str]]) -> np.ndarray:
    """Arrange pictures of one size, each ``(h, w, 3)`` uint8, and their captions."""
    height, width = (side * _ZOOM for side in tiles[0][0].shape[:2])
    font = ImageFont.load_default(_FONT_SIZE)
    columns = min(_COLUMNS, len(tiles))
    characters = max(8, int(width / font.getlength("0")))
    captions = [textwrap.wrap(caption, characters) for _, caption in tiles]
    lines = max(map(len, captions))
    cell = height + _LINE * lines + 2 * _GAP
    rows = math.ceil(len(tiles) / columns)
    size = (columns * (width + _GAP) + _GAP, rows * cell + _GAP)
    sheet = Image.new("RGB", size, "white")
    pen = ImageDraw.Draw(sheet)
    for index, ((picture, _), caption) in enumerate(zip(tiles, captions, strict=True)):
        row, column = divmod(index, columns)
        left, top = _GAP + column * (width + _GAP), _GAP + row * cell
        enlarged = picture.repeat(_ZOOM, axis=0).repeat(_ZOOM, axis=1)
        sheet.paste(Image.fromarray(enlarged), (left, top))
        for number, line in enumerate(caption):
            pen.text((left, top + height + 2 + number * _LINE), line, "black", font)
    return np.asarray(sheet)


def _caption(maker: PairMaker, seed: int) -> str:
    if isinstance(maker.degradation, RandomDegradation):
        return ", ".join(map(str, maker.degradation.draw(seed)))
    return f"seed {seed}"
