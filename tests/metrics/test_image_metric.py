import pytest
import torch

from srrescgan.errors import DataError
from srrescgan.metrics import NIQE, PSNR, ColorDrift, Protocol
from srrescgan.metrics.image_metric import ImageMetric

GRAY = torch.rand(1, 1, 8, 8)
RGB = torch.rand(1, 3, 8, 8)


@pytest.mark.parametrize(
    ("sr", "hr", "complaint"),
    [
        (RGB, torch.rand(1, 3, 8, 12), r"sr is \(1, 3, 8, 8\), hr is \(1, 3, 8, 12\)"),
        (RGB, RGB.expand(2, -1, -1, -1), "different shapes"),
        (RGB, GRAY, r"hr has to be RGB.*\(1, 1, 8, 8\)"),
        (GRAY, GRAY, "sr has to be RGB"),
        (RGB[0], RGB[0], r"sr has to be RGB, \(B, 3, H, W\)"),
    ],
)
def test_pictures_that_do_not_compare(sr, hr, complaint):
    with pytest.raises(DataError, match=complaint):
        PSNR(Protocol())(sr, hr)


@pytest.mark.parametrize("bad", [torch.nan, torch.inf, -torch.inf])
def test_pictures_that_are_not_finite(bad):
    broken = RGB.clone()
    broken[0, 2, 3, 4] = bad
    with pytest.raises(DataError, match=r"sr image holds NaN .* diverged"):
        PSNR(Protocol())(broken, RGB)
    with pytest.raises(DataError, match=r"hr image holds NaN or infinite values$"):
        PSNR(Protocol())(RGB, broken)
    with pytest.raises(DataError, match="lr image holds NaN"):
        ColorDrift(Protocol())(RGB.repeat(1, 1, 4, 4), broken)


def test_a_batch_of_other_length_is_refused_where_sizes_differ_anyway():
    with pytest.raises(DataError, match="different shapes"):
        ColorDrift(Protocol())(torch.rand(2, 3, 16, 16), torch.rand(1, 3, 4, 4))


def test_missing_and_unused_references(tmp_path):
    with pytest.raises(TypeError, match="call it with hr"):
        PSNR(Protocol())(RGB)
    with pytest.raises(TypeError, match="without a reference"):
        NIQE(Protocol())(RGB, RGB)


GOOD = {"higher_is_better": False, "decimals": 3, "description": "mean absolute error"}


def metric_class(**attributes) -> type[ImageMetric]:
    return type(
        "MeanError",
        (ImageMetric,),
        {"score": lambda self, *pictures: pictures[0].mean()} | attributes,
    )


def test_a_metric_with_all_attributes_works():
    assert metric_class(**GOOD)(Protocol())(RGB, RGB).shape == (1,)


@pytest.mark.parametrize("name", GOOD)
def test_a_metric_without_an_attribute_is_refused_when_it_is_defined(name):
    attributes = {key: value for key, value in GOOD.items() if key != name}
    with pytest.raises(TypeError, match=rf"MeanError\.{name} is missing: expected"):
        metric_class(**attributes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("reference", "gt"),
        ("higher_is_better", "no"),
        ("decimals", 2.0),
        ("decimals", -1),
        ("decimals", True),
        ("description", ""),
        ("description", "A sentence."),
        ("reserved_name", 3),
        ("needs_same_size", None),
    ],
)
def test_a_metric_with_a_wrong_attribute_is_refused_when_it_is_defined(name, value):
    with pytest.raises(TypeError, match=rf"MeanError\.{name} is .*: expected"):
        metric_class(**GOOD | {name: value})
