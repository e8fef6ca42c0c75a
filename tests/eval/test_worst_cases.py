"""The worst images are kept, whatever comes in whatever order, with their exact pixels."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from comparison_items import COLUMNS, image_result

from srrescgan.eval import worst_cases
from srrescgan.eval.comparison_item import ImageResult
from srrescgan.eval.windows import Window
from srrescgan.eval.worst_cases import WorstCases

SMALL = (16, 16)


def kept(worst: WorstCases) -> list[str]:
    return [item.name for item in worst.items]


def test_the_images_with_the_largest_lpips_stay_in_any_order() -> None:
    images = [image_result(f"i{k}", lpips=k / 10, size=SMALL) for k in range(5)]
    for order in itertools.permutations(images):
        worst = WorstCases(COLUMNS, "sr", count=2)
        for image in order:
            worst.add(image)
        assert kept(worst) == ["i4", "i3"]


def test_lpips_decides_although_another_column_stands_first() -> None:
    scores = {"a": {"rgb8/psnr": 40.0, "rgb8/lpips": 0.5}, "b": {"rgb8/psnr": 9.0, "rgb8/lpips": 0}}
    worst = WorstCases(COLUMNS, "sr", count=1)
    for name, own in scores.items():
        worst.add(replace(image_result(name, size=SMALL), scores={"sr": own}))
    assert kept(worst) == ["a"]


def test_images_that_will_not_stay_are_not_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = worst_cases.comparison_item
    monkeypatch.setattr(
        worst_cases,
        "comparison_item",
        lambda image, *rest: made.append(image.name) or real(image, *rest),
    )
    worst = WorstCases(COLUMNS, "sr", count=1)
    for name, lpips in (("bad", 0.9), ("good", 0.1), ("worse", 0.95), ("fine", 0.0)):
        worst.add(image_result(name, lpips, size=SMALL))
    assert made == ["bad", "worse"]
    assert kept(worst) == ["worse"]


def test_sets_share_the_places_although_one_is_worse_than_the_other() -> None:
    hard = [image_result(f"h{k}", 0.9 + k / 100, "hard", SMALL) for k in range(5)]
    easy = [image_result(f"e{k}", 0.1 + k / 100, "easy", SMALL) for k in range(5)]
    for count, expected in ((4, ["h4", "h3", "e4", "e3"]), (5, ["h4", "h3", "h2", "e4", "e3"])):
        worst = WorstCases(COLUMNS, "sr", count)
        for image in hard + easy:
            worst.add(image)
        assert kept(worst) == expected


def test_without_lpips_the_first_column_decides_in_its_own_direction() -> None:
    images = [
        replace(image_result(name, size=SMALL), scores={"sr": {"rgb8/psnr": psnr}})
        for name, psnr in (("same", float("inf")), ("bad", 20.0), ("good", 30.0))
    ]
    worst = WorstCases(COLUMNS, "sr", count=2)
    for image in images:
        worst.add(image)
    assert kept(worst) == ["bad", "good"]


def test_an_image_on_which_the_method_failed_comes_last_and_is_kept_if_there_is_room() -> None:
    good = image_result("good", 0.1, size=SMALL)
    failed = replace(good, name="failed", outputs={"bicubic": good.outputs["bicubic"]}, scores={})
    worst = WorstCases(COLUMNS, "sr", count=2)
    worst.add(failed)
    worst.add(good)
    assert kept(worst) == ["good", "failed"]


def test_pictures_are_compressed_without_loss() -> None:
    image = image_result("i", size=(100, 132))
    worst = WorstCases(COLUMNS, "sr")
    worst.add(image)
    pictures = worst.items[0].pictures
    assert [p.label for p in pictures] == ["lr", "bicubic", "sr", "hr"]
    expected = [image.lr, *image.outputs.values(), image.hr]
    for picture, original in zip(pictures, expected, strict=True):
        np.testing.assert_array_equal(picture.pixels(), original)


def test_a_large_image_is_cut_down_around_its_worst_place() -> None:
    image = image_result("i", size=(400, 600), spoiled=(320, 520))
    worst = WorstCases(COLUMNS, "sr", crop=160)
    worst.add(image)
    (item,) = worst.items
    assert (item.height, item.width) == (400, 600)
    region = item.region
    assert (region.height, region.width) == (160, 160)
    lr, _, sr, hr = item.pictures
    np.testing.assert_array_equal(hr.pixels(), region.of(image.hr))
    np.testing.assert_array_equal(lr.pixels(), region.divided(4).of(image.lr))
    worst = sr.worst.shifted(region.top, region.left)
    assert worst.top <= 320
    assert worst.left <= 520
    assert worst.top + worst.height >= 352
    assert worst.left + worst.width >= 552
    error = worst.of(image.outputs["sr"]).astype(float) - worst.of(image.hr)
    assert item.error_name == "RMSE"
    assert sr.error == pytest.approx(np.sqrt((error**2).mean()))


def test_an_image_of_as_many_pixels_as_a_crop_is_kept_whole() -> None:
    for size, expected in (((100, 160), (100, 160)), ((100, 168), (100, 128))):
        worst = WorstCases(COLUMNS, "sr", crop=128)
        worst.add(image_result("i", size=size))
        region = worst.items[0].region
        assert (region.height, region.width) == expected


def test_a_custom_error_map_selects_the_worst_region() -> None:
    def corner(sr: np.ndarray, hr: np.ndarray) -> np.ndarray:
        assert sr.shape == hr.shape
        error = np.zeros(sr.shape[:2])
        error[-1, -1] = 1
        return error

    worst = WorstCases(COLUMNS, "sr", error_map=corner)
    worst.add(image_result("i", size=(128, 160), spoiled=(0, 0)))
    picture = worst.items[0].pictures[2]
    assert worst.items[0].error_name == "LPIPS"
    assert picture.worst == Window(32, 64, 96, 96)
    assert picture.error == 1 / 96**2


def test_without_truth_it_shows_where_bicubic_was_changed_most() -> None:
    worst = WorstCases(COLUMNS, "sr", error_map=lambda sr, hr: pytest.fail("there is no hr"))
    worst.add(image_result("i", size=(200, 200), truth=False, spoiled=(160, 4)))
    (item,) = worst.items
    assert [p.label for p in item.pictures] == ["lr", "bicubic", "sr"]
    assert item.error_name == "RMS difference from bicubic"
    assert item.pictures[2].worst.top >= 96


def test_pictures_that_do_not_fit_together_are_refused() -> None:
    good = image_result("i")
    with pytest.raises(ValueError, match="set5/i: lr is"):
        ImageResult("set5", "i", good.lr, {"sr": good.outputs["sr"][:-4]}, {}, good.hr)
    with pytest.raises(ValueError, match="set5/i"):
        ImageResult("set5", "i", good.lr, {}, {}, good.hr)


def test_an_image_without_the_first_column_comes_after_those_with_it() -> None:
    niqe = replace(COLUMNS[1], key="rgb8/niqe", metric="niqe")
    worst = WorstCases((niqe, *COLUMNS), "sr", count=2)
    for name, own in {"a": {"rgb8/niqe": 9.0}, "b": {"rgb8/niqe": 3.0, "rgb8/lpips": 0.1}}.items():
        worst.add(replace(image_result(name, size=SMALL), scores={"sr": own}))
    assert kept(worst) == ["b", "a"]
