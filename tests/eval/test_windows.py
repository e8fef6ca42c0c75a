"""The worst region is found, on the grid of lr, whatever the picture's size."""

import numpy as np
import pytest

from srrescgan.eval.windows import Window, surroundings, worst_window


def test_the_worst_window_is_the_one_a_search_of_all_finds() -> None:
    error = np.random.default_rng(0).random((37, 53)) ** 4
    means = {
        (top, left): error[top : top + 8, left : left + 8].mean()
        for top in range(0, 37 - 8 + 1, 4)
        for left in range(0, 53 - 8 + 1, 4)
    }
    window, value = worst_window(error, size=8, step=4)
    best = max(means, key=lambda place: means[place])
    assert (window.top, window.left, window.height, window.width) == (*best, 8, 8)
    assert value == pytest.approx(means[best], rel=1e-12)


@pytest.mark.parametrize("size", [(8, 64), (64, 8), (8, 8), (4, 4)])
def test_a_picture_smaller_than_the_window_is_the_window_on_that_side(size) -> None:
    window, _ = worst_window(np.ones(size), size=32, step=4)
    assert (window.height, window.width) == (min(size[0], 32), min(size[1], 32))


def test_surroundings_hold_the_window_stay_inside_and_on_the_grid() -> None:
    for top in range(0, 40 - 8 + 1, 4):
        for left in range(0, 88 - 8 + 1, 4):
            around = surroundings(Window(top, left, 8, 8), 34, height=40, width=88, step=4)
            assert 0 <= around.top <= top
            assert top + 8 <= around.top + around.height <= 40
            assert 0 <= around.left <= left
            assert left + 8 <= around.left + around.width <= 88
            assert (around.height, around.width) == (32, 32)
            assert around.top % 4 == around.left % 4 == 0
