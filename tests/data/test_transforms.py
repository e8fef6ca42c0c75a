from collections import Counter

import numpy as np
import pytest

from srrescgan.data.transforms import PatchTransform


def _coordinates(height: int, width: int) -> np.ndarray:
    """An image whose pixels are their own (row, column), so that a patch says where it is from."""
    rows, columns = np.mgrid[0:height, 0:width]
    return np.stack([rows, columns, np.zeros_like(rows)], axis=-1).astype(np.uint8)


@pytest.mark.parametrize("augment", [False, True])
def test_hr_and_lr_patches_show_the_same_place(augment):
    hr, lr = _coordinates(80, 96), _coordinates(20, 24)
    transform = PatchTransform(scale=4, patch_size=32, augment=augment)
    for seed in range(40):
        hr_patch, lr_patch = transform(hr, lr, seed)
        assert hr_patch.shape == (32, 32, 3)
        assert lr_patch is not None
        # The mean of a 4 x 4 block of hr coordinates, over 4, is its lr pixel's.
        blocks = hr_patch.reshape(8, 4, 8, 4, 3).mean(axis=(1, 3))
        np.testing.assert_allclose((blocks - 1.5)[..., :2] / 4, lr_patch[..., :2])


def test_every_position_is_reached_and_none_beyond():
    hr = _coordinates(9, 8)
    transform = PatchTransform(scale=1, patch_size=6, augment=False)
    corners = Counter(tuple(transform(hr, None, seed)[0][0, 0, :2]) for seed in range(600))
    assert set(corners) == {(row, column) for row in range(4) for column in range(3)}
    # 50 expected at each of 12 places, standard deviation 6.8.
    assert all(15 < count < 90 for count in corners.values())


def test_all_eight_symmetries_come_equally_often():
    image = _coordinates(4, 4)
    transposed = image.transpose(1, 0, 2)
    symmetries = {
        turned.tobytes(): 0
        for base in (image, transposed)
        for turned in (base, base[::-1], base[:, ::-1], base[::-1, ::-1])
    }
    transform = PatchTransform(scale=1, patch_size=4, augment=True)
    for seed in range(800):
        symmetries[transform(image, None, seed)[0].tobytes()] += 1
    # 100 expected of each, standard deviation 9.4.
    assert len(symmetries) == 8
    assert all(60 < count < 140 for count in symmetries.values())


def test_the_seed_decides_alone():
    image = np.random.default_rng(0).integers(0, 256, (40, 40, 3)).astype(np.uint8)
    first = PatchTransform(scale=1, patch_size=8, augment=True)
    second = PatchTransform(scale=1, patch_size=8, augment=True)
    for seed in range(5):
        first(image, None, seed)  # a history that must not matter
    np.random.seed(7)  # noqa: NPY002
    for seed in (3, 2**62 + 1):
        patch = first(image, None, seed)[0]
        np.testing.assert_array_equal(patch, second(image, None, seed)[0])
        assert not np.array_equal(patch, first(image, None, seed + 1)[0])


def test_position_and_symmetry_are_independent():
    image = _coordinates(9, 9)
    transform = PatchTransform(scale=1, patch_size=8, augment=True)
    outcomes = Counter()
    for seed in range(640):
        patch = transform(image, None, seed)[0]
        place = patch[..., :2].min(axis=(0, 1))
        outcomes[tuple(place), tuple(patch[0, 0, :2] > place)] += 1
    # 4 places x 4 corners that may come to lie at the top left: 40 expected of each, sd 6.1.
    assert len(outcomes) == 16
    assert all(15 < count < 75 for count in outcomes.values())
