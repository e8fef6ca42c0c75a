"""The gallery keeps the worst images, whatever comes in whatever order, and their exact pixels."""

import itertools
from dataclasses import replace

import numpy as np
import pytest
from exhibits import COLUMNS, shown

from srrescgan.eval import gallery as gallery_module
from srrescgan.eval.crops import Window
from srrescgan.eval.exhibit import Shown
from srrescgan.eval.gallery import Gallery

SMALL = (16, 16)


def kept(gallery: Gallery) -> list[str]:
    return [exhibit.name for exhibit in gallery.exhibits]


def test_the_images_with_the_largest_lpips_stay_in_any_order() -> None:
    images = [shown(f"i{k}", lpips=k / 10, size=SMALL) for k in range(5)]
    for order in itertools.permutations(images):
        gallery = Gallery(COLUMNS, "sr", count=2)
        for image in order:
            gallery.add(image)
        assert kept(gallery) == ["i4", "i3"]


def test_lpips_decides_although_another_column_stands_first() -> None:
    scores = {"a": {"rgb8/psnr": 40.0, "rgb8/lpips": 0.5}, "b": {"rgb8/psnr": 9.0, "rgb8/lpips": 0}}
    gallery = Gallery(COLUMNS, "sr", count=1)
    for name, own in scores.items():
        gallery.add(replace(shown(name, size=SMALL), scores={"sr": own}))
    assert kept(gallery) == ["a"]


def test_images_that_will_not_stay_are_not_compressed(monkeypatch: pytest.MonkeyPatch) -> None:
    made = []
    real = gallery_module.exhibit
    monkeypatch.setattr(
        gallery_module,
        "exhibit",
        lambda image, *rest: made.append(image.name) or real(image, *rest),
    )
    gallery = Gallery(COLUMNS, "sr", count=1)
    for name, lpips in (("bad", 0.9), ("good", 0.1), ("worse", 0.95), ("fine", 0.0)):
        gallery.add(shown(name, lpips, size=SMALL))
    assert made == ["bad", "worse"]
    assert kept(gallery) == ["worse"]


def test_sets_share_the_places_although_one_is_worse_than_the_other() -> None:
    hard = [shown(f"h{k}", 0.9 + k / 100, "hard", SMALL) for k in range(5)]
    easy = [shown(f"e{k}", 0.1 + k / 100, "easy", SMALL) for k in range(5)]
    for count, expected in ((4, ["h4", "h3", "e4", "e3"]), (5, ["h4", "h3", "h2", "e4", "e3"])):
        gallery = Gallery(COLUMNS, "sr", count)
        for image in hard + easy:
            gallery.add(image)
        assert kept(gallery) == expected


def test_without_lpips_the_first_column_decides_in_its_own_direction() -> None:
    images = [
        replace(shown(name, size=SMALL), scores={"sr": {"rgb8/psnr": psnr}})
        for name, psnr in (("same", float("inf")), ("bad", 20.0), ("good", 30.0))
    ]
    gallery = Gallery(COLUMNS, "sr", count=2)
    for image in images:
        gallery.add(image)
    assert kept(gallery) == ["bad", "good"]


def test_an_image_on_which_the_method_failed_comes_last_and_is_kept_if_there_is_room() -> None:
    good = shown("good", 0.1, size=SMALL)
    failed = replace(good, name="failed", made={"bicubic": good.made["bicubic"]}, scores={})
    gallery = Gallery(COLUMNS, "sr", count=2)
    gallery.add(failed)
    gallery.add(good)
    assert kept(gallery) == ["good", "failed"]


def test_pictures_come_back_as_they_went_in() -> None:
    image = shown("i", size=(100, 132))
    gallery = Gallery(COLUMNS, "sr")
    gallery.add(image)
    pictures = gallery.exhibits[0].pictures
    assert [p.label for p in pictures] == ["lr", "bicubic", "sr", "hr"]
    expected = [image.lr, *image.made.values(), image.hr]
    for picture, original in zip(pictures, expected, strict=True):
        np.testing.assert_array_equal(picture.pixels(), original)


def test_a_large_image_is_cut_down_around_its_worst_place() -> None:
    image = shown("i", size=(400, 600), spoiled=(320, 520))
    gallery = Gallery(COLUMNS, "sr", crop=160)
    gallery.add(image)
    (exhibit,) = gallery.exhibits
    assert (exhibit.height, exhibit.width) == (400, 600)
    region = exhibit.region
    assert (region.height, region.width) == (160, 160)
    lr, _, sr, hr = exhibit.pictures
    np.testing.assert_array_equal(hr.pixels(), region.of(image.hr))
    np.testing.assert_array_equal(lr.pixels(), region.divided(4).of(image.lr))
    worst = sr.worst.shifted(region.top, region.left)
    assert worst.top <= 320
    assert worst.left <= 520
    assert worst.top + worst.height >= 352
    assert worst.left + worst.width >= 552
    error = worst.of(image.made["sr"]).astype(float) - worst.of(image.hr)
    assert exhibit.measure == "RMSE"
    assert sr.badness == pytest.approx(np.sqrt((error**2).mean()))


def test_an_image_of_as_many_pixels_as_a_crop_is_kept_whole() -> None:
    for size, expected in (((100, 160), (100, 160)), ((100, 168), (100, 128))):
        gallery = Gallery(COLUMNS, "sr", crop=128)
        gallery.add(shown("i", size=size))
        region = gallery.exhibits[0].region
        assert (region.height, region.width) == expected


def test_a_map_of_one_s_own_says_where_it_is_worst() -> None:
    def corner(sr: np.ndarray, hr: np.ndarray) -> np.ndarray:
        assert sr.shape == hr.shape
        error = np.zeros(sr.shape[:2])
        error[-1, -1] = 1
        return error

    gallery = Gallery(COLUMNS, "sr", error_map=corner)
    gallery.add(shown("i", size=(128, 160), spoiled=(0, 0)))
    picture = gallery.exhibits[0].pictures[2]
    assert gallery.exhibits[0].measure == "LPIPS"
    assert picture.worst == Window(32, 64, 96, 96)
    assert picture.badness == 1 / 96**2


def test_without_truth_it_shows_where_bicubic_was_changed_most() -> None:
    gallery = Gallery(COLUMNS, "sr", error_map=lambda sr, hr: pytest.fail("there is no hr"))
    gallery.add(shown("i", size=(200, 200), truth=False, spoiled=(160, 4)))
    (exhibit,) = gallery.exhibits
    assert [p.label for p in exhibit.pictures] == ["lr", "bicubic", "sr"]
    assert exhibit.measure == "RMS difference from bicubic"
    assert exhibit.pictures[2].worst.top >= 96


def test_pictures_that_do_not_fit_together_are_refused() -> None:
    good = shown("i")
    with pytest.raises(ValueError, match="set5/i: lr is"):
        Shown("set5", "i", good.lr, {"sr": good.made["sr"][:-4]}, {}, good.hr)
    with pytest.raises(ValueError, match="set5/i"):
        Shown("set5", "i", good.lr, {}, {}, good.hr)
