"""``imresize`` against MATLAB's published files, the reference code's outputs and torch."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from srrescgan.ops.resize import imresize


def _batch(image: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(image).float().div(255)[None]


@pytest.mark.reference
@pytest.mark.parametrize(
    ("source", "golden", "scale"),
    [
        ("imresize_in", "imresize_quarter", Fraction(1, 4)),
        ("imresize_in", "imresize_half", Fraction(1, 2)),
        ("imresize_odd_in", "imresize_odd_quarter", 0.25),
        ("imresize_odd_in", "imresize_odd_half", 0.5),
        ("imresize_odd_in", "imresize_up4", 4),
    ],
)
def test_equals_the_reference_code(shared, source, golden, scale):
    goldens = np.load(shared / "goldens" / "misc_modules.npz")
    image, expected = goldens[source], goldens[golden]
    if golden == "imresize_up4":
        image = image[:, :12, :15]
    result = imresize(_batch(image), scale)[0].clamp(0, 1).numpy()
    # Both sum at most 2 x 16 float32 products of values below 1: a few rounding steps of 6e-8.
    np.testing.assert_allclose(result, expected, rtol=0, atol=2e-6)


@pytest.mark.reference
def test_equals_every_published_lr_file_bit_for_bit(shared):
    pairs = [
        (path, path.parents[1] / "LR_bicubic_X4" / f"{path.stem}x4.png")
        for path in sorted((shared / "photos" / "benchmark").glob("*/HR/*.png"))
    ]
    assert len(pairs) == 19
    for hr_path, lr_path in pairs:
        hr = np.array(Image.open(hr_path).convert("RGB")).transpose(2, 0, 1)
        hr = hr[:, : hr.shape[1] // 4 * 4, : hr.shape[2] // 4 * 4]
        lr = np.array(Image.open(lr_path).convert("RGB")).transpose(2, 0, 1)
        result = imresize(_batch(hr), Fraction(1, 4), quantise=True)[0] * 255
        np.testing.assert_array_equal(result.round().numpy().astype(np.uint8), lr, err_msg=hr_path)


@pytest.mark.parametrize("scale", [Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), 2, 3, 4])
def test_interior_equals_torch_antialiased_bicubic(scale):
    # torch renormalises the kernel at the border instead of mirroring, so only the interior agrees.
    image = torch.rand(2, 3, 48, 60, dtype=torch.float64)  # torch's weights follow the type
    size = [int(extent * scale) for extent in image.shape[-2:]]
    expected = F.interpolate(image, size=size, mode="bicubic", antialias=True)
    inner = (..., slice(8, -8), slice(8, -8)) if scale >= 2 else (..., slice(3, -3), slice(3, -3))
    torch.testing.assert_close(imresize(image, scale)[inner], expected[inner], rtol=0, atol=1e-12)


def test_border_is_mirrored_with_the_edge_repeated():
    image = torch.rand(1, 3, 24, 32)
    padded = np.pad(image.numpy(), ((0, 0), (0, 0), (8, 8), (8, 8)), mode="symmetric")
    whole = imresize(torch.from_numpy(padded), Fraction(1, 4))[..., 2:-2, 2:-2]
    torch.testing.assert_close(imresize(image, Fraction(1, 4)), whole, rtol=0, atol=1e-6)


@pytest.mark.parametrize("length", [1, 5, 12, 37])
@pytest.mark.parametrize(
    "scale", [1, Fraction(1, 2), Fraction(1, 3), Fraction(1, 4), Fraction(2, 5)]
)
def test_every_output_is_the_weighted_sum_its_definition_says(length, scale):
    row = torch.rand(length, dtype=torch.float64)
    reach = 1 / float(scale)
    expected = []
    for output in range(math.ceil(length * scale)):
        centre = (output + 0.5) * reach - 0.5
        near = range(math.floor(centre - 2 * reach), math.ceil(centre + 2 * reach) + 1)
        weights = [_keys((centre - position) / reach) for position in near]
        values = [_mirrored(row, position) * w for position, w in zip(near, weights, strict=True)]
        expected.append(sum(values) / sum(weights))
    expected = torch.stack(expected)
    wide = imresize(row.view(1, 1, 1, -1).expand(1, 1, 8, -1), scale)
    tall = imresize(row.view(1, 1, -1, 1).expand(1, 1, -1, 8), scale)
    for result in (wide[0, 0, 0], tall[0, 0, :, 0]):
        torch.testing.assert_close(result, expected, rtol=0, atol=1e-12)


def _keys(x: float) -> float:
    x = abs(x)
    if x <= 1:
        return 1.5 * x**3 - 2.5 * x**2 + 1
    return -0.5 * x**3 + 2.5 * x**2 - 4 * x + 2 if x < 2 else 0.0


def _mirrored(row: torch.Tensor, position: int) -> torch.Tensor:
    while not 0 <= position < len(row):
        position = -1 - position if position < 0 else 2 * len(row) - 1 - position
    return row[position]


@pytest.mark.parametrize(("extent", "scale", "expected"), [(37, Fraction(1, 4), 10), (5, 3, 15)])
def test_output_size_is_rounded_up(extent, scale, expected):
    assert imresize(torch.rand(1, 1, extent, extent), scale).shape[-2:] == (expected, expected)


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (6, 3)])
def test_images_smaller_than_the_kernel_keep_their_mean_color(size):
    image = torch.full((1, 3, *size), 0.25)
    result = imresize(image, Fraction(1, 4))
    torch.testing.assert_close(result, torch.full_like(result, 0.25))


def test_halves_round_up_after_each_axis():
    # Half of 0 and 1 is 0.5: one after the first axis already, as MATLAB rounds.
    image = torch.tensor([0.0, 1.0]).repeat(8).view(1, 1, 16, 1).expand(1, 1, 16, 16) / 255
    # By symmetry about the middle between the two rows, every inner output is (0 + 1) / 2 = 0.5.
    assert (imresize(image, Fraction(1, 2), quantise=True)[..., 2:-2, 2:-2] * 255 == 1).all()


def test_samples_do_not_influence_each_other():
    image = torch.rand(3, 3, 20, 20)
    alone = torch.cat([imresize(sample[None], Fraction(1, 4)) for sample in image])
    assert torch.equal(imresize(image, Fraction(1, 4)), alone)


def test_gradients_flow():
    image = torch.rand(1, 1, 8, 8, dtype=torch.float64, requires_grad=True)
    assert torch.autograd.gradcheck(lambda x: imresize(x, Fraction(1, 2)), image)


@pytest.mark.parametrize(
    ("image", "scale", "message"),
    [
        (torch.rand(3, 8, 8), 2, r"B, C, H, W"),
        (torch.rand(1, 3, 0, 8), 2, r"at least 1"),
        (torch.zeros(1, 3, 8, 8, dtype=torch.uint8), 2, r"floating"),
        (torch.rand(1, 3, 8, 8), 0, r"scale > 0"),
    ],
)
def test_unusable_input_is_named(image, scale, message):
    with pytest.raises(ValueError, match=message):
        imresize(image, scale)


@pytest.mark.gpu
def test_gpu_gives_the_same_8_bit_pixels():
    image = torch.randint(0, 256, (2, 3, 64, 64)) / 255
    on_gpu = imresize(image.cuda(), Fraction(1, 4), quantise=True).cpu()
    assert torch.equal(on_gpu, imresize(image, Fraction(1, 4), quantise=True))
