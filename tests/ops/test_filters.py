import numpy as np
import pytest
import torch

from srrescgan.ops.filters import high_pass, low_pass


@pytest.fixture
def golden(shared):
    arrays = np.load(shared / "goldens" / "misc_modules.npz")
    return {name: torch.from_numpy(arrays[name]) for name in arrays.files}


@pytest.mark.reference
@pytest.mark.parametrize(
    ("name", "value_range", "function", "options"),
    [
        ("fs.FilterLow9", 255, low_pass, {"kernel_size": 9}),
        ("fs.FilterHigh9", 255, high_pass, {"kernel_size": 9}),
        ("fs.Gauss9_low", 255, low_pass, {"kernel_size": 9, "kind": "gaussian"}),
        ("dsgan.FilterLow5_pad_incl", 1, low_pass, {"kernel_size": 5}),
        ("dsgan.FilterLow5_nopad(color)", 1, low_pass, {"kernel_size": 5, "pad": False}),
        ("dsgan.FilterHigh5_exclpad", 1, high_pass, {"kernel_size": 5, "include_pad": False}),
        ("dsgan.Gauss5_low", 1, low_pass, {"kernel_size": 5, "kind": "gaussian", "sigma": 5 / 6}),
    ],
)
def test_equals_the_reference(golden, name, value_range, function, options):
    image = golden["filter_in"].float() * (value_range / 255)
    # A sum of 81 float32 terms: some units in the last place of the largest.
    torch.testing.assert_close(
        function(image, **options), golden[name], rtol=0, atol=1e-6 * value_range
    )


def test_low_and_high_frequencies_add_up_to_the_image():
    image = torch.rand(2, 3, 12, 15)
    for options in ({}, {"include_pad": False}, {"kind": "gaussian"}):
        rebuilt = low_pass(image, 5, **options) + 2 * (high_pass(image, 5, **options) - 0.5)
        torch.testing.assert_close(rebuilt, image)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"kernel_size": 4}, "odd"),
        ({"kernel_size": 5, "kind": "median"}, "'box' or 'gaussian', got 'median'"),
        ({"kernel_size": 5, "sigma": 1.0}, "no sigma"),
        ({"kernel_size": 5, "kind": "gaussian", "pad": False}, "always pads"),
        ({"kernel_size": 5, "kind": "gaussian", "include_pad": False}, "always pads"),
    ],
)
def test_refuses_options_that_do_not_fit(options, message):
    with pytest.raises(ValueError, match=message):
        low_pass(torch.rand(1, 3, 8, 8), **options)
