import numpy as np
import pytest
import torch

from srrescgan.ops.noise import _HIGH_PASS, MIN_SIZE, estimate_sigma, streamed_sigma


def plain_estimate(channel: np.ndarray) -> float:
    """The definition, in float64: filter, decimate, lower median."""
    for axis in (0, 1):
        padded = np.pad(channel, [(7, 7) if axis == i else (0, 0) for i in (0, 1)], mode="reflect")
        windows = np.lib.stride_tricks.sliding_window_view(padded, 14, axis)
        channel = (windows @ np.array(_HIGH_PASS)).take(range(0, windows.shape[axis], 2), axis)
    ordered = np.sort(np.abs(channel), axis=None)
    return ordered[(ordered.size - 1) // 2] / 0.6745


# 14 gives 8 coefficients along the side, an even number, whose lower middle counts; 15 too.
@pytest.mark.parametrize(("height", "width"), [(14, 14), (15, 17), (8, 31)])
def test_equals_its_definition(height, width):
    image = torch.rand(2, 3, height, width)
    expected = [np.mean([plain_estimate(c) for c in sample]) for sample in image.double().numpy()]
    torch.testing.assert_close(
        estimate_sigma(image), torch.tensor(expected).float(), rtol=3e-4, atol=0
    )


@pytest.mark.parametrize("sigma", [0.004, 0.02, 0.1])
def test_finds_the_sigma_of_white_noise(sigma):
    ramp = torch.linspace(0.4, 0.5, 256).expand(2, 3, 256, 256)
    image = ramp + sigma * torch.randn(2, 3, 256, 256)
    # The MAD of n normal values has a relative deviation of 1.17 / sqrt(n): 0.5 % here.
    torch.testing.assert_close(
        estimate_sigma(image), torch.tensor([sigma, sigma]), rtol=0.03, atol=0
    )


def test_unit_is_that_of_unit_range_images_for_byte_range_too():
    image = torch.rand(2, 3, 40, 33)
    torch.testing.assert_close(
        estimate_sigma(255 * image), estimate_sigma(image), rtol=1e-4, atol=0
    )


def test_other_images_of_the_batch_do_not_matter():
    dark = torch.randint(0, 2, (1, 3, 32, 32)).float()
    bright = 255 * torch.rand(1, 3, 32, 32)
    together = estimate_sigma(torch.cat([dark, bright]))
    assert torch.equal(together, torch.cat([estimate_sigma(dark), estimate_sigma(bright)]))


def test_is_a_constant_to_autograd():
    assert not estimate_sigma(torch.rand(1, 3, 16, 16, requires_grad=True)).requires_grad


def test_autocast_does_not_touch_it():
    image = torch.rand(2, 3, 32, 24)
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = estimate_sigma(image)
    assert inside.dtype == torch.float32
    assert torch.equal(inside, estimate_sigma(image))


@pytest.mark.parametrize(("height", "width"), [(MIN_SIZE, MIN_SIZE), (MIN_SIZE, 21), (9, 8)])
def test_takes_the_smallest_images(height, width):
    sigma = estimate_sigma(torch.rand(2, 1, height, width))
    assert sigma.shape == (2,)
    assert (sigma > 0).all()


@pytest.mark.parametrize(("height", "width"), [(7, 30), (30, 7)])
def test_refuses_a_smaller_one_and_says_the_limit(height, width):
    with pytest.raises(ValueError, match=rf"at least 8 x 8 pixels, got {height} x {width}"):
        estimate_sigma(torch.rand(1, 3, height, width))


@pytest.mark.reference
@pytest.mark.parametrize("case", ["rand_1x3x17x23", "smoothnoise_1x3x40x52"])
def test_equals_the_reference(shared, case):
    golden = np.load(shared / "goldens" / "generator_main_small.npz")
    sigma = estimate_sigma(torch.from_numpy(golden[f"{case}.up"]))
    torch.testing.assert_close(
        255 * sigma, torch.from_numpy(golden[f"{case}.sigma255"]), rtol=3e-4, atol=0
    )


# 0.5 / 255: no value exceeds 1, so that they are taken for those of a dark picture in [0, 1].
@pytest.mark.parametrize("white", [1.0, 255.0, 0.5 / 255])
@pytest.mark.parametrize(("height", "width"), [(8, 8), (9, 17), (40, 33), (101, 20)])
def test_some_rows_at_a_time_give_the_same_bits(height, width, white):
    image = white * torch.rand(1, 3, height, width)
    for step in (1, 17, 20, 1000):
        asked = []

        def rows(start, stop, asked=asked):
            asked.append(stop - start)
            return image[:, :, start:stop]

        assert torch.equal(streamed_sigma(rows, height, step), estimate_sigma(image))
        assert max(asked) <= max(step, 2 * MIN_SIZE) + 14


def test_rows_of_too_small_an_image():
    with pytest.raises(ValueError, match="at least 8 x 8 pixels, got 20 x 7"):
        streamed_sigma(lambda start, stop: torch.zeros(1, 3, stop - start, 7), 20, 8)
