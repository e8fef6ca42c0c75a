"""The worst places of an evaluation on one static picture, for a README or a slide."""

import math
from collections.abc import Sequence

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from srrescgan.eval.columns import Column
from srrescgan.eval.crops import Window, surroundings
from srrescgan.eval.exhibit import Exhibit, Picture

GAP = 12
"""Pixels between tiles and around the sheet."""
LINE = 18
"""Pixels from one line of text to the next."""

_BACKGROUND = (255, 255, 255)
_INK = (24, 24, 27)
_FAINT = (110, 110, 118)
_EMPTY = (236, 236, 238)
_FONT_SIZE = 13


def contact_sheet(
    exhibits: Sequence[Exhibit],
    methods: Sequence[str],
    columns: Sequence[Column],
    judged: str,
    size: int = 96,
    zoom: int = 2,
) -> np.ndarray:
    """Draw a line per image: lr, every method and hr, around the judged method's worst place.

    Every tile shows the same place, its pixels enlarged without interpolation; lr is enlarged to
    the same size. Under each method stand its scores of the whole image, with their protocols.

    Args:
        exhibits: the images, from top to bottom.
        methods: from left to right; where one has no picture its tile is empty.
        columns: the scores to write.
        judged: name of the method whose worst place is shown.
        size: side of the place, in hr pixels.
        zoom: side of a pixel.

    Returns:
        ``(H, W, 3)`` uint8 RGB.

    Raises:
        ValueError: there is no exhibit.
    """
    if not exhibits:
        raise ValueError("a contact sheet needs at least one image")
    labels = ["lr", *methods, *(["hr"] if any(_find(e, "hr", "hr") for e in exhibits) else [])]
    side = size * zoom
    step = (side + GAP, LINE + side + LINE * len(columns) + 2 * GAP)
    width, height = GAP + step[0] * len(labels), 2 * GAP + LINE + step[1] * len(exhibits)
    sheet = Image.new("RGB", (width, height), _BACKGROUND)
    draw = ImageDraw.Draw(sheet)
    for index, label in enumerate(labels):
        _write(draw, (GAP + index * step[0], GAP), label, _INK, side)
    for line, exhibit in enumerate(exhibits):
        top = 2 * GAP + LINE + line * step[1]
        title = f"{exhibit.set} / {exhibit.name}"
        _write(draw, (GAP, top), title, _FAINT, width - 2 * GAP)
        place = _place(exhibit, judged, size)
        for index, label in enumerate(labels):
            left = GAP + index * step[0]
            kind = label if label in ("lr", "hr") else "method"
            picture = _find(exhibit, kind, label)
            box = (left, top + LINE, left + side - 1, top + LINE + side - 1)
            draw.rectangle(box, fill=_EMPTY)
            if picture is not None:
                sheet.paste(_tile(exhibit, picture, place, zoom), (left, top + LINE))
                for row, column in enumerate(columns):
                    if column.key in picture.scores:
                        text = _score(picture.scores[column.key], column)
                        at = (left, top + LINE + side + LINE * row + LINE // 4)
                        _write(draw, at, text, _INK, side)
    return np.array(sheet)


def _find(exhibit: Exhibit, kind: str, label: str) -> Picture | None:
    found = (p for p in exhibit.pictures if p.kind == kind and p.label == label)
    return next(found, None)


def _place(exhibit: Exhibit, judged: str, size: int) -> Window:
    """The part of the exhibit that a line of tiles shows, on the grid of lr pixels."""
    subject = _find(exhibit, "method", judged)
    worst = next(p.worst for p in (subject, *exhibit.pictures) if p is not None and p.worst)
    middle = Window(
        (worst.top + worst.height // 2) // exhibit.scale * exhibit.scale,
        (worst.left + worst.width // 2) // exhibit.scale * exhibit.scale,
        *(exhibit.scale, exhibit.scale),
    )
    region = exhibit.region
    return surroundings(middle, size, region.height, region.width, exhibit.scale)


def _tile(exhibit: Exhibit, picture: Picture, place: Window, zoom: int) -> Image.Image:
    pixels = picture.pixels()
    if picture.kind == "lr":
        place, zoom = place.divided(exhibit.scale), zoom * exhibit.scale
    return Image.fromarray(place.of(pixels).repeat(zoom, axis=0).repeat(zoom, axis=1))


def _score(value: float, column: Column) -> str:
    number = f"{value:.{column.decimals}f}" if math.isfinite(value) else str(value)
    return f"{column.key} {number}"


def _write(
    draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, ink: tuple[int, int, int], room: int
) -> None:
    """Write a line, cut off with an ellipsis where there is no more room."""
    font = ImageFont.load_default(_FONT_SIZE)
    whole = text
    while draw.textlength(text, font=font) > room and len(text) > 1:
        whole = whole[:-1]
        text = whole + "…"
    draw.text(at, text, fill=ink, font=font)
