"""Contact sheet: the worst regions of an evaluation as one picture, for a README or a slide."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from srrescgan.eval.comparison_item import ComparisonItem, ItemPicture
from srrescgan.eval.evaluation import ScoreColumn
from srrescgan.eval.windows import Window, surroundings

GAP = 12
"""Pixels between tiles and at the edge of the sheet."""
LINE = 18
"""Pixels from one line of text to the next."""

_BACKGROUND = (255, 255, 255)
_INK = (24, 24, 27)
_FAINT = (110, 110, 118)
_EMPTY = (236, 236, 238)
_FONT_SIZE = 13


def contact_sheet(
    items: Sequence[ComparisonItem],
    methods: Sequence[str],
    columns: Sequence[ScoreColumn],
    reference_method: str,
    size: int = 96,
    zoom: int = 2,
) -> np.ndarray:
    """Draw one row per image: lr, every method and hr, around the reference method's worst region.

    All tiles of a row show the same place. Pixels are enlarged without interpolation, lr to the
    same size. The scores of the whole image are written below each method.

    Args:
        items: the images, from top to bottom.
        methods: from left to right; a method without a picture has an empty tile.
        columns: the scores to write.
        reference_method: name of the method whose worst region is shown.
        size: side of a tile, in hr pixels.
        zoom: side of an enlarged hr pixel.

    Returns:
        ``(H, W, 3)`` uint8 RGB.

    Raises:
        ValueError: there are no images.
    """
    if not items:
        raise ValueError("a contact sheet needs at least one image")
    labels = ["lr", *methods, *(["hr"] if any(_find(item, "hr", "hr") for item in items) else [])]
    side = size * zoom
    step = (side + GAP, LINE + side + LINE * len(columns) + 2 * GAP)
    width, height = GAP + step[0] * len(labels), 2 * GAP + LINE + step[1] * len(items)
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for index, label in enumerate(labels):
        _write(draw, (GAP + index * step[0], GAP), label, _INK, side)
    for row, item in enumerate(items):
        top = 2 * GAP + LINE + row * step[1]
        title = f"{item.set} / {item.name}"
        _write(draw, (GAP, top), title, _FAINT, width - 2 * GAP)
        place = _place(item, reference_method, size)
        for index, label in enumerate(labels):
            left = GAP + index * step[0]
            kind = label if label in ("lr", "hr") else "method"
            picture = _find(item, kind, label)
            box = (left, top + LINE, left + side - 1, top + LINE + side - 1)
            draw.rectangle(box, fill=_EMPTY)
            if picture is not None:
                sheet.paste(_tile(item, picture, place, zoom), (left, top + LINE))
                for line, column in enumerate(columns):
                    if column.key in picture.scores:
                        text = _score(picture.scores[column.key], column)
                        at = (left, top + LINE + side + LINE * line + LINE // 4)
                        _write(draw, at, text, _INK, side)
    return np.array(sheet)


def _find(item: ComparisonItem, kind: str, label: str) -> ItemPicture | None:
    matches = (p for p in item.pictures if p.kind == kind and p.label == label)
    return next(matches, None)


def _place(item: ComparisonItem, reference_method: str, size: int) -> Window:
    """The part of the item that a row of tiles shows, on the grid of lr pixels."""
    subject = _find(item, "method", reference_method)
    worst = next(p.worst for p in (subject, *item.pictures) if p is not None and p.worst)
    middle = Window(
        (worst.top + worst.height // 2) // item.scale * item.scale,
        (worst.left + worst.width // 2) // item.scale * item.scale,
        *(item.scale, item.scale),
    )
    region = item.region
    return surroundings(middle, size, region.height, region.width, item.scale)


def _tile(item: ComparisonItem, picture: ItemPicture, place: Window, zoom: int) -> Image.Image:
    pixels = picture.pixels()
    if picture.kind == "lr":
        place, zoom = place.divided(item.scale), zoom * item.scale
    return Image.fromarray(place.of(pixels).repeat(zoom, axis=0).repeat(zoom, axis=1))


def _score(value: float, column: ScoreColumn) -> str:
    number = f"{value:.{column.decimals}f}" if math.isfinite(value) else str(value)
    return f"{column.key} {number}"


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, ink: tuple[int, int, int], room: int
) -> None:
    """Write a line, shortened with an ellipsis to ``room`` pixels."""
    font = ImageFont.load_default(_FONT_SIZE)
    whole = text
    while draw.textlength(text, font=font) > room and len(text) > 1:
        whole = whole[:-1]
        text = whole + "…"
    draw.text(at, text, fill=ink, font=font)
