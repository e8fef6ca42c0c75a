"""The contact sheet shows the pixels themselves, in the worst region."""

from dataclasses import replace

import numpy as np
import pytest
from comparison_items import COLUMNS, evaluation_and_worst_cases, image_result

from srrescgan.eval.contact_sheet import GAP, LINE, contact_sheet

SIDE, ZOOM = 32, 2


def tile(sheet: np.ndarray, line: int, column: int) -> np.ndarray:
    side = SIDE * ZOOM
    step = LINE + side + 2 * LINE + 2 * GAP
    top = 2 * GAP + LINE + line * step + LINE
    left = GAP + column * (side + GAP)
    return sheet[top : top + side, left : left + side]


def enlarged(picture: np.ndarray, times: int) -> np.ndarray:
    return np.kron(picture, np.ones((times, times, 1), np.uint8))


def test_tiles_are_the_worst_place_of_every_picture() -> None:
    images = [
        image_result("a", 0.9, spoiled=(0, 0)),
        image_result("b", 0.1, spoiled=(64, 96), seed=1),
    ]
    items = evaluation_and_worst_cases(*images)[1].items
    sheet = contact_sheet(items, ["bicubic", "sr"], COLUMNS, "sr", size=SIDE, zoom=ZOOM)
    for line, (image, item) in enumerate(zip(images, items, strict=True)):
        worst = item.pictures[2].worst
        middle = (worst.top + worst.height // 2, worst.left + worst.width // 2)
        shown_sr = tile(sheet, line, 2)[::ZOOM, ::ZOOM]
        places = [
            (y, x)
            for y in range(0, 96 - SIDE + 1, 4)
            for x in range(0, 128 - SIDE + 1, 4)
            if (image.outputs["sr"][y : y + SIDE, x : x + SIDE] == shown_sr).all()
        ]
        ((y, x),) = places
        assert y <= middle[0] <= y + SIDE
        assert x <= middle[1] <= x + SIDE
        place, lr_place = np.s_[y : y + SIDE, x : x + SIDE], np.s_[y // 4 :, x // 4 :]
        small = image.lr[lr_place][: SIDE // 4, : SIDE // 4]
        np.testing.assert_array_equal(tile(sheet, line, 0), enlarged(small, 4 * ZOOM))
        for column, picture in ((1, image.outputs["bicubic"]), (3, image.hr)):
            np.testing.assert_array_equal(tile(sheet, line, column), enlarged(picture[place], ZOOM))


def test_each_score_stands_under_its_method() -> None:
    items = evaluation_and_worst_cases(image_result("a", 0.25))[1].items
    with_scores = contact_sheet(items, ["bicubic", "sr"], COLUMNS, "sr", SIDE, ZOOM)
    other = evaluation_and_worst_cases(replace(image_result("a", 0.25), scores={}))[1].items
    without = contact_sheet(other, ["bicubic", "sr"], COLUMNS, "sr", SIDE, ZOOM)
    changed = np.argwhere((with_scores != without).any(axis=2))
    side = SIDE * ZOOM
    below = 2 * GAP + LINE + LINE + side
    assert (changed[:, 0] >= below).all()
    assert (changed[:, 0] < below + 3 * LINE).all()
    columns = set((changed[:, 1] - GAP) // (side + GAP))
    assert columns == {1, 2}


def test_a_missing_picture_leaves_an_empty_tile_and_long_names_are_shortened() -> None:
    good = image_result("名" * 300, size=(16, 16))
    image = replace(good, outputs={"bicubic": good.outputs["bicubic"]}, hr=None)
    items = evaluation_and_worst_cases(image)[1].items
    sheet = contact_sheet(items, ["bicubic", "sr"], COLUMNS, "sr", SIDE, ZOOM)
    assert len(np.unique(tile(sheet, 0, 2).reshape(-1, 3), axis=0)) == 1
    assert (sheet[:, -GAP:] == 255).all()


def test_no_image_is_an_error() -> None:
    with pytest.raises(ValueError, match="at least one"):
        contact_sheet([], ["sr"], COLUMNS, "sr")
