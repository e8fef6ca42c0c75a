import io
import json

import numpy as np
import pytest
import torch
from PIL import Image, features

from srrescgan.degradations import JPEG


def _photo(height: int, width: int, seed: int) -> np.ndarray:
    """Noise of half the contrast: what bicubic overshoots stays inside 0-255."""
    return np.random.default_rng(seed).integers(64, 192, (height, width, 3)).astype(np.uint8)


def _tensor(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).permute(2, 0, 1)[None].float() / 255


def _array(batch: torch.Tensor) -> np.ndarray:
    return (batch[0] * 255).round().byte().permute(1, 2, 0).numpy()


@pytest.mark.parametrize("quality", [10, 30, 90])
def test_equals_a_jpeg_file_of_pillow(quality):
    photo = _photo(45, 70, seed=1)
    file = io.BytesIO()
    Image.fromarray(photo).save(file, format="JPEG", quality=quality)
    result = JPEG(quality=quality)(_tensor(photo), [0])
    np.testing.assert_array_equal(_array(result), np.array(Image.open(file)))


@pytest.mark.reference
def test_equals_the_reference_file(shared):
    made_with = json.loads((shared / "goldens" / "io_train_scalars.json").read_text())
    ours, theirs = features.version("libjpeg_turbo") or "", made_with["libjpeg_turbo"]
    if ours.split(".")[0] != theirs.split(".")[0]:
        pytest.skip("another libjpeg than the golden's decodes to other pixels")
    goldens = np.load(shared / "goldens" / "misc_io_dsgan.npz")
    result = JPEG(quality=30)(_tensor(goldens["met_a"]), [0])
    np.testing.assert_array_equal(_array(result), goldens["jpeg30"])


def test_samples_are_independent_and_ordered():
    photos = torch.cat([_tensor(_photo(24, 32, seed=index)) for index in range(3)])
    jpeg = JPEG(quality=30)
    alone = torch.cat([jpeg(photo[None], [7]) for photo in photos])
    assert torch.equal(jpeg(photos, [0, 1, 2]), alone)
    assert not torch.equal(alone, photos)


@pytest.mark.parametrize("quality", [0, 96])
def test_quality_out_of_range_is_refused(quality):
    with pytest.raises(ValueError, match="from 1 to 95"):
        JPEG(quality=quality)
