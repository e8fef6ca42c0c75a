"""Noise of photographs: which places are taken, and what is added."""

from pathlib import Path

import numpy as np
import pytest
import torch

from srrescgan.data import HRFolder, SRDataModule
from srrescgan.degradations import Bicubic, Compose, NoiseInjection, NoisePatches
from srrescgan.errors import DataError
from srrescgan.images import write_png

SIZE = 32


def _photo(
    seed: int, sigma: float, rows: int = 2, columns: int = 3, level: int = 100
) -> np.ndarray:
    """Windows with noise of this standard deviation, gray so that its variance is known."""
    rng = np.random.default_rng(seed)
    gray = rng.normal(level, sigma, (rows * SIZE, columns * SIZE, 1)).round().clip(0, 255)
    return gray.repeat(3, axis=2).astype(np.uint8)


def _collected(folder: Path, **arguments) -> np.ndarray:
    return NoisePatches(str(folder), **{"size": SIZE, **arguments}).patches.numpy()


def _sorted(windows: np.ndarray) -> np.ndarray:
    flat = windows.reshape(len(windows), -1)
    return flat[np.lexsort(flat.T)]


def test_the_flat_windows_of_a_photograph_are_collected(tmp_path: Path) -> None:
    photo = _photo(0, sigma=3)  # variance 9: flat
    photo[:SIZE, :SIZE] = _photo(1, sigma=6, rows=1, columns=1)  # variance 36: texture
    photo[SIZE:, SIZE : 2 * SIZE] = _photo(2, sigma=3, rows=1, columns=1, level=20)  # dark
    write_png(tmp_path / "a.png", photo)
    windows = [
        photo[y : y + SIZE, x : x + SIZE].transpose(2, 0, 1)
        for y in (0, SIZE)
        for x in (0, SIZE, 2 * SIZE)
    ]
    flat = np.stack([windows[i] for i in (1, 2, 3, 4, 5)])
    assert np.array_equal(_sorted(_collected(tmp_path)), _sorted(flat))
    bright = np.stack([windows[i] for i in (1, 2, 3, 5)])
    assert np.array_equal(_sorted(_collected(tmp_path, min_mean=50)), _sorted(bright))
    assert len(_collected(tmp_path, max_variance=40)) == 6
    # Exactly one window wide and high, beside a remainder: the published code would miss it.
    write_png(tmp_path / "a.png", photo[SIZE : 2 * SIZE + 5, : SIZE + 5])
    assert np.array_equal(_collected(tmp_path), windows[3][None])


def test_memory_is_bounded_and_shared_among_the_photographs(tmp_path: Path, monkeypatch) -> None:
    for index in range(6):
        write_png(
            tmp_path / f"sub{index % 2}" / f"{index}.png",
            _photo(index, sigma=3, level=40 * index + 20),
        )
    patches = _collected(tmp_path, max_patches=8, max_per_photo=2)
    assert patches.shape == (8, 3, SIZE, SIZE)
    levels = np.round(patches.mean(axis=(1, 2, 3)) / 20)
    assert sorted(np.unique(levels, return_counts=True)[1]) == [2, 2, 2, 2]

    def other_order(self: Path, pattern: str):
        return iter(sorted(original(self, pattern), reverse=True))

    original = Path.rglob
    monkeypatch.setattr(Path, "rglob", other_order)
    assert np.array_equal(_collected(tmp_path, max_patches=8, max_per_photo=2), patches)


def test_the_photographs_are_read_once_and_not_before_the_first_use(tmp_path: Path) -> None:
    injection = NoiseInjection(NoisePatches(str(tmp_path / "later"), size=SIZE))
    write_png(tmp_path / "later" / "a.png", _photo(0, sigma=3))
    image = torch.full((1, 3, 16, 16), 0.5)
    first = injection(image, [0])
    (tmp_path / "later" / "a.png").unlink()
    assert torch.equal(injection(image, [0]), first)


def test_the_noise_is_a_crop_of_a_patch_without_its_mean(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", _photo(0, sigma=3))
    source = NoisePatches(str(tmp_path), size=SIZE)
    crops = source.patches.double().unfold(2, 20, 1).unfold(3, 24, 1) / 255  # (N, 3, y, x, 20, 24)
    centered = crops - crops.mean(dim=(-2, -1), keepdim=True)
    seen = set()
    for seed in range(40):
        noise = NoiseInjection(source)(torch.full((1, 3, 20, 24), 0.5), [seed])[0] - 0.5
        assert noise.mean(dim=(1, 2)).abs().max() < 1e-6
        different = (centered - noise[:, None, None]).abs().amax(dim=(1, 4, 5))
        (match,) = (different < 1e-6).nonzero().tolist()
        seen.add(tuple(match))
    indices, tops, lefts = zip(*seen, strict=True)
    assert len(seen) > 30
    assert set(indices) == set(range(6))
    assert {min(tops), max(tops), min(lefts), max(lefts)} == {0, 12, 8}


def test_an_image_larger_than_a_patch_is_filled_with_different_crops(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", _photo(0, sigma=4))
    injection = NoiseInjection(NoisePatches(str(tmp_path), size=SIZE))
    noise = injection(torch.full((1, 3, 70, 97), 0.5), [5])[0] - 0.5
    blocks = [
        noise[:, y : y + 6, x : x + 1].flatten() for y in (0, 32, 64) for x in (0, 32, 64, 96)
    ]
    assert min(block.std().item() for block in blocks) > 0.5 / 255
    different = {block.numpy().tobytes() for block in blocks}
    assert len(different) > 6  # of 12 tiles; a repeated tile would be the same each time
    # Noise of the photograph's strength; 6790 values estimate sd within 0.9 % (one sigma).
    assert noise[0].std().item() * 255 == pytest.approx(4, rel=0.05)


def test_bright_and_dark_pixels_are_clamped(tmp_path: Path) -> None:
    write_png(tmp_path / "a.png", _photo(0, sigma=3))
    injection = NoiseInjection(NoisePatches(str(tmp_path), size=SIZE))
    result = injection(torch.tensor([0.0, 1.0]).view(2, 1, 1, 1).expand(2, 3, 16, 16), [1, 2])
    assert (result.min(), result.max()) == (0, 1)
    assert ((result > 0) & (result < 1)).float().mean() > 0.3


@pytest.mark.parametrize(
    ("photo", "arguments", "message"),
    [
        (_photo(0, sigma=7), {}, r"variances .* from 4\d\.\d to 4\d\.\d; below 20 .*max_variance="),
        (_photo(0, sigma=3), {"size": 256}, r"window of 256 x 256 .*smaller size="),
        (_photo(0, sigma=3, level=30), {"min_mean": 50}, "mean gray level above 50"),
    ],
)
def test_a_folder_without_flat_windows_says_what_was_seen(
    photo: np.ndarray, arguments: dict, message: str, tmp_path: Path
) -> None:
    write_png(tmp_path / "a.png", photo)
    with pytest.raises(DataError, match=message):
        _collected(tmp_path, **arguments)


def test_an_empty_folder_and_wrong_arguments_are_explained(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no images"):
        _collected(tmp_path)
    with pytest.raises(ValueError, match="noise_source=FOLDER"):
        NoisePatches(None)
    with pytest.raises(ValueError, match="max_patches"):
        NoisePatches("a", max_patches=0)


def test_training_is_refused_before_it_starts_and_paired_sets_need_no_noise(
    photo_folder, tmp_path: Path
) -> None:
    folder = HRFolder(str(photo_folder(count=1)), 4)
    gone = Compose([Bicubic(4), NoiseInjection(NoisePatches(str(tmp_path / "gone")))])
    module = SRDataModule(None, {"photos": folder}, gone, 4, batch_size=1, iterations=1)
    with pytest.raises(DataError, match="gone does not exist"):
        module.setup("fit")
    module = SRDataModule(
        None, {"photos": folder}, gone, 4, 1, 1, val_degradations={"photos": Bicubic(4)}
    )
    module.setup("fit")
