"""The data doctor: each defect planted in a folder of good photos, and found."""

import json
import shutil
import struct
import zlib
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import skimage
import torch
from PIL import Image, ImageCms, ImageEnhance
from profiles import gamma_profile
from torch.nn.functional import interpolate

from srrescgan.data import HRFolder, LRFolder, PairedFolder, UnpairedFolder
from srrescgan.doctor import Checkup, DoctorReport, Problem
from srrescgan.images import read_image, to_tensor, to_uint8, write_png
from srrescgan.ops.resize import imresize
from srrescgan.prepare.packing import pack_folder

Examine = Callable[..., DoctorReport]


@pytest.fixture
def examine(tmp_path: Path) -> Examine:
    """``examine(train=dataset, val=dataset, threshold=...)`` with a cache of its own."""

    def run(train=None, val=None, test=None, **settings) -> DoctorReport:
        datasets = {"train": train, "val/photos": val, "test/photos": test}
        checkup = Checkup(workers=2, cache=str(tmp_path / "cache.sqlite"), **settings)
        return checkup.run({name: each for name, each in datasets.items() if each is not None})

    return run


@pytest.fixture
def photos(photo_folder) -> Path:
    return photo_folder("train", count=6)


PHOTOS = ("astronaut.png", "chelsea.png", "coffee.png", "rocket.jpg", "motorcycle_left.png")
"""Real photographs that come inside scikit-image."""


@pytest.fixture
def pairs(tmp_path: Path):
    """Factory: hr photographs and what ``downscale`` (hr tensor -> lr tensor) makes of them."""

    def make(downscale=None, count: int = 5) -> PairedFolder:
        hr, lr = tmp_path / "hr", tmp_path / "lr"
        for index in range(count):
            photo = read_image(Path(skimage.data_dir) / PHOTOS[index % 5])
            left = 120 * (index // 5)
            photo = photo[40:296, left : left + 288]
            small = (downscale or bicubic)(to_tensor(photo)[None])[0].clamp(0, 1)
            write_png(hr / f"{index:04d}.png", photo)
            write_png(lr / f"{index:04d}.png", to_uint8(small))
        return PairedFolder(str(hr), str(lr), 4, 64)

    return make


def bicubic(hr: torch.Tensor) -> torch.Tensor:
    return imresize(hr, Fraction(1, 4)).clamp(0, 1)


def nearest_of_torch(hr: torch.Tensor) -> torch.Tensor:
    return interpolate(hr, scale_factor=0.25, mode="nearest")  # takes pixel 0 of 4


def nearest_of_pillow(hr: torch.Tensor) -> torch.Tensor:
    return hr[..., 2::4, 2::4]


def aligned_corners(hr: torch.Tensor) -> torch.Tensor:
    size = [side // 4 for side in hr.shape[-2:]]
    return interpolate(hr, size=size, mode="bilinear", align_corners=True)


def noisy(hr: torch.Tensor) -> torch.Tensor:
    lr = bicubic(hr)
    return lr + torch.randn(lr.shape, generator=torch.Generator().manual_seed(0)) * 8 / 255


def through_jpeg(hr: torch.Tensor, tmp: Path) -> torch.Tensor:
    Image.fromarray(to_uint8(bicubic(hr)[0])).save(tmp / "through.jpeg", quality=30)
    return to_tensor(read_image(tmp / "through.jpeg"))[None]


def deep_png(path: Path, kind: int) -> None:
    """A 16-bit PNG, grey (kind 0) or color (kind 2); Pillow writes no such color file."""
    values = np.random.default_rng(0).integers(0, 65536, (80, 92, 3 if kind else 1))
    rows = b"".join(b"\0" + row.astype(">u2").tobytes() for row in values)

    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", 92, 80, 16, kind, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def the_only(report: DoctorReport, check: str, severity: str, split: str = "train") -> Problem:
    """Exactly one problem was found, and it is this one."""
    assert [(p.check, p.split) for p in report.problems] == [(check, split)], report.problems
    expected = report.errors if severity == "error" else report.warnings
    assert report.problems == expected
    assert report.problems[0].fix
    return report.problems[0]


class TestHealthy:
    def test_good_folders_have_no_problem(self, examine, pairs, photo_folder):
        val = photo_folder("val", count=9)
        for index in range(6):
            (val / f"000{index}.png").unlink()  # the factory's photos depend on the index only
        report = examine(HRFolder(str(photo_folder("train", 6)), 4, 64), HRFolder(str(val), 4))
        assert report.problems == []
        assert len(report.splits[0].images) == 6
        assert len(report.splits[1].images) == 3

    @pytest.mark.parametrize("downscale", [bicubic, noisy, "jpeg"])
    def test_clean_noisy_and_compressed_lr_is_where_it_should_be(
        self, examine, pairs, tmp_path, downscale
    ):
        made = (lambda hr: through_jpeg(hr, tmp_path)) if downscale == "jpeg" else downscale
        report = examine(pairs(made))
        assert report.problems == []
        assert sum(a.measured for a in report.splits[0].alignments.values()) >= 4


class TestFiles:
    def test_a_picture_cut_short(self, examine, photos):
        bad = photos / "0002.png"
        bad.write_bytes(bad.read_bytes()[:-900])
        problem = the_only(examine(HRFolder(str(photos), 4)), "unreadable", "error")
        assert problem.place == str(bad)
        assert "cut short" in problem.description
        assert problem.fix.startswith("copy or download it again")

    def test_a_file_without_permission_or_content(self, examine, photos):
        (photos / "0001.png").write_bytes(b"")
        problem = the_only(examine(HRFolder(str(photos), 4)), "unreadable", "error")
        assert "is empty (0 bytes)" in problem.description

    def test_sixteen_bits_grey_are_refused_and_color_is_read_with_a_warning(self, examine, photos):
        deep_png(photos / "0001.png", kind=0)
        problem = the_only(examine(HRFolder(str(photos), 4)), "bit_depth", "error")
        assert "16 bits per channel" in problem.description
        assert problem.place.endswith("0001.png")
        deep_png(photos / "0001.png", kind=2)
        problem = the_only(examine(HRFolder(str(photos), 4)), "depth_reduced", "warning")
        assert "upper 8" in problem.description

    @pytest.mark.parametrize(
        ("mode", "suffix"), [("P", "png"), ("L", "png"), ("RGBA", "png"), ("CMYK", "jpg")]
    )
    def test_a_mode_that_is_converted(self, examine, photos, mode, suffix):
        image = Image.open(photos / "0003.png").convert(mode)
        (photos / "0003.png").unlink()
        image.save(photos / f"0003.{suffix}")
        problem = the_only(examine(HRFolder(str(photos), 4)), "color_mode", "warning")
        assert f"(mode {mode})" in problem.description
        assert ("transparency" in problem.description) == (mode == "RGBA")

    def test_a_profile_counts_by_what_it_does_not_by_its_name(self, examine, photos):
        image = Image.open(photos / "0004.png")
        srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
        image.save(photos / "0004.png", icc_profile=srgb)
        assert examine(HRFolder(str(photos), 4)).problems == []
        # The same profile with its red and green primaries swapped, still called sRGB.
        swapped = srgb.replace(b"rXYZ", b"?XYZ").replace(b"gXYZ", b"rXYZ").replace(b"?XYZ", b"gXYZ")
        image.save(photos / "0004.png", icc_profile=swapped)
        problem = the_only(examine(HRFolder(str(photos), 4)), "color_profile", "warning")
        assert "takes the pixels as they are" in problem.description
        assert "convert it to sRGB" in problem.fix

    def test_a_profile_that_changes_colors_by_a_few_levels_counts(self, examine, photos):
        image = Image.open(photos / "0004.png")
        image.save(photos / "0004.png", icc_profile=gamma_profile())
        problem = the_only(examine(HRFolder(str(photos), 4)), "color_profile", "warning")
        levels = int(problem.description.split("up to ")[1].split(" levels")[0])
        # Level 10: sRGB is linear there, 10 / 255 / 12.92; a gamma of 2.2 gives a quarter of it.
        expected = 10 - 255 * 12.92 * (10 / 255) ** 2.2
        assert expected < levels < 20

    def test_a_turned_picture(self, examine, photos):
        image = Image.open(photos / "0005.png")
        exif = image.getexif()
        exif[0x0112] = 6
        image.save(photos / "0005.png", exif=exif)
        problem = the_only(examine(HRFolder(str(photos), 4)), "rotation", "warning")
        assert "other programs may not" in problem.description


class TestNamesAndSizes:
    def test_a_missing_folder_and_a_missing_name(self, examine, photos, tmp_path):
        problem = the_only(examine(HRFolder(str(tmp_path / "gone"), 4)), "missing", "error")
        assert f"{tmp_path / 'gone'} does not exist" in problem.description
        assert problem.fix.startswith("correct the path")
        selected = HRFolder(str(photos), 4, names=["0001", "0009"])
        problem = the_only(examine(selected), "missing", "error")
        assert "no image named 0009" in problem.description

    def test_a_missing_folder_of_partners_is_one_problem(self, examine, pairs, tmp_path):
        dataset = pairs()
        gone = PairedFolder(str(dataset.hr), str(tmp_path / "gone"), 4, 64)
        problem = the_only(examine(gone), "missing", "error")
        assert str(tmp_path / "gone") in problem.description

    def test_orphans_on_both_sides(self, examine, pairs):
        dataset = pairs()
        (dataset.hr / "0000.png").unlink()
        (dataset.lr / "0003.png").unlink()
        report = examine(dataset)
        assert [p.check for p in report.errors] == ["unpaired", "unpaired"]
        assert {p.place: p.description for p in report.errors} == {
            str(dataset.lr / "0000.png"): f"has no hr partner in {dataset.hr}",
            str(dataset.hr / "0003.png"): f"has no lr partner in {dataset.lr}",
        }

    def test_names_outside_the_selection_are_not_checked(self, examine, pairs):
        dataset = pairs()
        (dataset.lr / "0003.png").unlink()
        (dataset.hr / "0004.png").write_bytes(b"")
        selected = PairedFolder(str(dataset.hr), str(dataset.lr), 4, 64, names=["0000", "0002"])
        report = examine(selected)
        assert report.problems == []
        assert len(report.splits[0].images) == 4

    def test_two_files_of_one_name(self, examine, photos):
        Image.open(photos / "0001.png").rotate(90).save(photos / "0001.bmp")
        problem = the_only(examine(HRFolder(str(photos), 4)), "name_clash", "error")
        assert {p.path.name for p in problem.pictures} == {"0001.png", "0001.bmp"}
        assert problem.fix == "keep one of them"

    def test_a_size_off_the_scale(self, examine, photos):
        Image.open(photos / "0001.png").crop((0, 0, 110, 96)).save(photos / "0001.png")
        problem = the_only(examine(HRFolder(str(photos), 4)), "cut_to_scale", "warning")
        assert "96 x 110" in problem.description
        assert "cut it to 96 x 108" in problem.fix

    def test_a_picture_smaller_than_a_patch(self, examine, photos):
        Image.open(photos / "0001.png").crop((0, 0, 60, 96)).save(photos / "0001.png")
        problem = the_only(examine(HRFolder(str(photos), 4, 64)), "too_small", "error")
        assert "96 x 60" in problem.description
        assert "64 x 64" in problem.description

    def test_a_camera_picture_smaller_than_an_lr_patch(self, examine, photos, tmp_path):
        write_png(tmp_path / "real/a.png", read_image(photos / "0000.png")[:15, :40])
        dataset = UnpairedFolder(str(photos), str(tmp_path / "real"), 4, 64)
        problem = the_only(examine(dataset), "too_small", "error")
        assert problem.place == str(tmp_path / "real/a.png")
        assert "16 x 16" in problem.description

    def test_lr_of_the_wrong_size(self, examine, pairs):
        dataset = pairs()
        path = dataset.lr / "0002.png"
        Image.open(path).crop((0, 0, 72, 63)).save(path)
        problem = the_only(examine(dataset), "size_mismatch", "error")
        assert problem.place == str(path)
        assert "63 x 72 (height x width), expected 64 x 72" in problem.description


class TestPairs:
    @pytest.mark.parametrize(
        ("downscale", "down", "stretch"),
        # By how much the sampled pixels lie off the centres of 4 x 4 blocks; aligned corners are
        # (4 n - 1) / (n - 1) apart instead of 4, which adds up to 3/8 at the edge.
        [
            (nearest_of_torch, 1.5 / 4, 0),
            (nearest_of_pillow, -0.5 / 4, 0),
            (aligned_corners, 0, -1.5 / 4),
        ],
    )
    def test_half_pixel_mistakes_are_found_and_measured(
        self, examine, pairs, downscale, down, stretch
    ):
        report = examine(pairs(downscale))
        everywhere = [p for p in report.errors if p.check == "shift" and not p.pictures]
        assert len(everywhere) == 1
        assert everywhere[0].split == "train"
        assert "imresize" in everywhere[0].fix
        found = [a for a in report.splits[0].alignments.values() if a.measured]
        assert len(found) >= 3
        assert np.median([a.down for a in found]) == pytest.approx(down, abs=0.06)
        assert np.median([a.right for a in found]) == pytest.approx(down, abs=0.06)
        assert np.median([a.stretch for a in found]) == pytest.approx(stretch, abs=0.1)

    def test_one_shifted_pair_among_good_ones(self, examine, pairs):
        dataset = pairs()
        hr = to_tensor(read_image(dataset.hr / "0001.png"))[None]
        shifted = bicubic(torch.roll(hr, (2, 0), dims=(2, 3)))  # 2 hr pixels down
        write_png(dataset.lr / "0001.png", to_uint8(shifted[0]))
        problem = the_only(examine(dataset), "shift", "error")
        assert problem.place == str(dataset.lr / "0001.png")
        found = examine(dataset).splits[0].alignments["0001"]
        assert (found.down, found.right) == pytest.approx((0.5, 0), abs=0.05)
        assert f"lies {found.down:+.2f} lr pixels down" in problem.description
        assert the_only(examine(dataset, severity={"shift": "warning"}), "shift", "warning")
        assert examine(dataset, shift=0.6).problems == []

    def test_one_stretched_pair_among_good_ones(self, examine, pairs):
        dataset = pairs()
        hr = to_tensor(read_image(dataset.hr / "0001.png"))[None]
        write_png(dataset.lr / "0001.png", to_uint8(aligned_corners(hr)[0]))
        report = examine(dataset)
        problem = the_only(report, "shift", "error")
        assert problem.place == str(dataset.lr / "0001.png")
        found = report.splits[0].alignments["0001"]
        assert max(abs(found.down), abs(found.right)) < 0.1
        assert found.stretch == pytest.approx(-1.5 / 4, abs=0.1)
        assert f"{found.stretch:+.2f} outwards" in problem.description

    def test_two_pairs_are_too_few_to_judge_a_split_by(self, examine, pairs):
        dataset = pairs(nearest_of_pillow)  # an eighth of a pixel: no single one is bad
        alignments = examine(dataset).splits[0].alignments
        measured = sorted(name for name, found in alignments.items() if found.measured)
        two, three = (
            PairedFolder(str(dataset.hr), str(dataset.lr), 4, 64, names=measured[:count])
            for count in (2, 3)
        )
        assert examine(two).problems == []
        problem = the_only(examine(three), "shift", "error")
        assert problem.place == "all of train"
        assert "median of 3 pairs" in problem.description

    def test_partners_mixed_up(self, examine, pairs):
        dataset = pairs()
        (dataset.lr / "0000.png").rename(dataset.lr / "x")
        (dataset.lr / "0001.png").rename(dataset.lr / "0000.png")
        (dataset.lr / "x").rename(dataset.lr / "0001.png")
        report = examine(dataset)
        assert [p.check for p in report.problems] == ["wrong_partner"] * 2
        assert report.problems == report.errors
        assert "true partners" in report.problems[0].fix


class TestCopies:
    @pytest.mark.parametrize("change", ["jpeg", "smaller", "brighter", "pixels"])
    def test_a_leak_is_found_however_it_was_saved(self, examine, photos, tmp_path, change):
        image = Image.open(photos / "0002.png")
        (tmp_path / "val").mkdir()
        if change == "jpeg":
            image.save(tmp_path / "val/other.jpg", quality=60)
        elif change == "smaller":
            image.resize((56, 48), Image.Resampling.BICUBIC).save(tmp_path / "val/other.png")
        elif change == "brighter":
            ImageEnhance.Brightness(image).enhance(1.05).save(tmp_path / "val/other.png")
        else:
            image.save(tmp_path / "val/other.bmp")
        report = examine(HRFolder(str(photos), 4), HRFolder(str(tmp_path / "val"), 4))
        problem = the_only(report, "leak", "error", split="val/photos")
        assert [p.path.stem for p in problem.pictures] == ["other", "0002"]
        assert ("the same pixels" in problem.description) == (change == "pixels")
        assert problem.fix == "remove it from train or from val/photos"

    def test_a_leak_into_a_test_set_is_found_too(self, examine, photos, tmp_path):
        (tmp_path / "test").mkdir()
        shutil.copy(photos / "0002.png", tmp_path / "test/other.png")
        train, test = HRFolder(str(photos), 4), HRFolder(str(tmp_path / "test"), 4)
        problem = the_only(examine(train, test=test), "leak", "error", split="test/photos")
        assert [p.path.stem for p in problem.pictures] == ["other", "0002"]
        # A picture may be in validation and in the test.
        assert examine(val=test, test=test).problems == []

    def test_a_training_set_of_the_camera_leaks_into_its_validation(
        self, examine, photos, photo_folder, tmp_path
    ):
        camera = tmp_path / "camera"
        camera.mkdir()
        photo_folder("more", 8)
        shutil.copy(tmp_path / "more/0007.png", camera / "a.png")
        train = UnpairedFolder(str(photos), str(camera), 4, 64)
        report = examine(train, LRFolder(str(camera), 4))
        problem = the_only(report, "leak", "error", split="val/photos")
        assert "is the same file as" in problem.description

    def test_copies_within_a_split_are_one_group(self, examine, photos):
        shutil.copy(photos / "0001.png", photos / "a.png")
        Image.open(photos / "0001.png").save(photos / "b.jpg", quality=70)
        problem = the_only(examine(HRFolder(str(photos), 4)), "near_duplicate", "warning")
        assert {p.path.name for p in problem.pictures} == {"0001.png", "a.png", "b.jpg"}

    def test_featureless_pictures_are_not_reported_as_copies(self, examine, photos, tmp_path):
        for index, grey in enumerate((100, 140)):
            write_png(photos / f"grey{index}.png", np.full((96, 96, 3), grey, np.uint8))
        write_png(tmp_path / "val/grey.png", np.full((96, 96, 3), 120, np.uint8))
        report = examine(HRFolder(str(photos), 4), HRFolder(str(tmp_path / "val"), 4))
        assert {p.check for p in report.problems} == {"flat"}


class TestFlat:
    def test_letterbox_bars(self, examine, photos):
        image = read_image(photos / "0001.png").copy()
        image[:64] = 0
        write_png(photos / "0001.png", image)
        problem = the_only(examine(HRFolder(str(photos), 4)), "flat", "warning")
        assert problem.place.endswith("0001.png")
        assert "flat in 67% of its area" in problem.description
        assert examine(HRFolder(str(photos), 4), flat_share=0.7).problems == []

    def test_a_split_that_is_flat_in_large_part(self, examine, photos):
        for path in photos.iterdir():
            image = read_image(path).copy()
            image[:32] = 255
            write_png(path, image)
        problem = the_only(examine(HRFolder(str(photos), 4)), "flat", "warning")
        assert problem.place == "all of train"
        assert problem.description == "33% of all patches are flat"


class TestOrder:
    def test_errors_come_first_whatever_the_order_of_the_checks(self, examine, photos):
        Image.open(photos / "0000.png").crop((0, 0, 95, 96)).save(photos / "0000.png")
        write_png(photos / "0001.png", np.full((96, 96, 3), 90, np.uint8))
        report = examine(HRFolder(str(photos), 4), severity={"flat": "error"})
        assert [p.check for p in report.problems] == ["flat", "cut_to_scale"]
        report = examine(HRFolder(str(photos), 4))
        assert [p.check for p in report.problems] == ["cut_to_scale", "flat"]
        report = examine(HRFolder(str(photos), 4), severity={"cut_to_scale": "ignore"})
        assert [p.check for p in report.problems] == ["flat"]

    def test_problems_of_a_check_come_split_by_split(self, examine, photos):
        for name in ("0001", "0002"):
            write_png(photos / f"{name}.png", np.full((96, 95, 3), 90, np.uint8))
        report = examine(HRFolder(str(photos), 4), HRFolder(str(photos), 4, names=["0001"]))
        found = [(p.check, p.split) for p in report.problems if p.check != "leak"]
        assert found == [
            *[("cut_to_scale", "train")] * 2,
            ("cut_to_scale", "val/photos"),
            ("near_duplicate", "train"),
            *[("flat", "train")] * 3,
            *[("flat", "val/photos")] * 2,
        ]


def test_everything_at_once(examine, pairs, tmp_path):
    dataset = pairs(count=8)
    hr, lr = dataset.hr, dataset.lr
    (hr / "0000.png").write_bytes((hr / "0000.png").read_bytes()[:5000])
    deep_png(lr / "0001.png", kind=0)
    Image.open(lr / "0002.png").convert("L").save(lr / "0002.png")
    Image.open(lr / "0003.png").crop((0, 0, 50, 48)).save(lr / "0003.png")
    (lr / "0004.png").unlink()
    shutil.copy(hr / "0004.png", hr / "copy.png")
    shutil.copy(hr / "0005.png", hr / "0005.bmp")
    (tmp_path / "val").mkdir()
    shutil.copy(hr / "0006.png", tmp_path / "val/a.png")
    report = examine(dataset, HRFolder(str(tmp_path / "val"), 4))
    found = {(p.check, p.pictures[0].path.name) for p in report.problems}
    assert found == {
        ("unreadable", "0000.png"),
        ("bit_depth", "0001.png"),
        ("color_mode", "0002.png"),
        ("size_mismatch", "0003.png"),
        ("unpaired", "0004.png"),
        ("unpaired", "copy.png"),
        ("name_clash", "0005.bmp"),
        ("near_duplicate", "0004.png"),
        ("near_duplicate", "0005.bmp"),
        ("leak", "a.png"),
    }
    report.write_json(tmp_path / "doctor.json")
    content = json.loads((tmp_path / "doctor.json").read_text())
    assert content["may_train"] is False
    assert len(content["problems"]) == len(report.problems)
    assert all(p["fix"] and p["what"] and p["severity"] for p in content["problems"])
    assert content["splits"]["train"]["files"] == 17
    assert content["splits"]["train"]["errors"] == 6
    report.write_html(tmp_path / "doctor.html")
    page = (tmp_path / "doctor.html").read_text()
    assert page.count("<img") == 3  # the copies, side by side
    assert str(hr / "0000.png") in page


def test_a_packed_folder_is_examined_too(examine, photos, tmp_path):
    shutil.copy(photos / "0001.png", photos / "copy.png")
    pack_folder(photos, tmp_path / "packed")
    problem = the_only(examine(HRFolder(str(tmp_path / "packed"), 4)), "near_duplicate", "warning")
    assert "copy (packed)" in problem.description
    pixels = tmp_path / "packed/packed.bin"
    damaged = bytearray(pixels.read_bytes())
    damaged[10] ^= 1
    pixels.write_bytes(bytes(damaged))
    report = examine(HRFolder(str(tmp_path / "packed"), 4), severity={"near_duplicate": "ignore"})
    problem = the_only(report, "unreadable", "error")
    assert problem.place.endswith("0000 (packed)")
    assert problem.fix == "pack the folder again"


@pytest.mark.reference
def test_real_photos_have_no_leak_and_published_pairs_no_shift(examine, shared):
    photos = shared / "photos"
    train, valid = photos / "train/bsds500", photos / "valid/bsds500"
    report = examine(
        HRFolder(str(train), 4, 128), HRFolder(str(valid), 4), severity={"cut_to_scale": "ignore"}
    )
    assert report.problems == []
    assert (len(report.splits[0].images), len(report.splits[1].images)) == (200, 40)
    for name in ("set5", "set14"):
        folder = photos / "benchmark" / name
        pairs = PairedFolder(str(folder / "HR"), str(folder / "LR_bicubic_X4"), 4)
        report = examine(val=pairs)
        assert report.errors == []
        found = report.splits[0].alignments.values()
        assert all(a.measured for a in found)
        assert max(max(abs(a.down), abs(a.right), abs(a.stretch)) for a in found) < 0.03


@pytest.mark.reference
def test_real_camera_noise_does_not_hide_or_feign_a_shift(examine, shared, tmp_path):
    # The noise of a camera: a single shot minus the mean of many, added to the clean lr picture.
    folder = shared / "photos/real/polyu"
    means = sorted((folder / "mean").iterdir())[::7]
    for index, path in enumerate(means):
        hr = read_image(path)
        shot = read_image(folder / "real" / path.name.replace("_mean", "_real"))
        noise = (shot.astype(np.float32) - hr)[:128, :128]
        for name, pixel in (("good", None), ("bad", 0)):
            lr = (
                to_uint8(bicubic(to_tensor(hr)[None])[0])
                if pixel is None
                else hr[pixel::4, pixel::4]
            )
            write_png(tmp_path / name / "hr" / f"{index}.png", hr)
            noised = np.clip(lr + noise, 0, 255).round().astype(np.uint8)
            write_png(tmp_path / name / "lr" / f"{index}.png", noised)
    good, bad = (
        PairedFolder(str(tmp_path / name / "hr"), str(tmp_path / name / "lr"), 4)
        for name in ("good", "bad")
    )
    settings = {"severity": {"flat": "ignore", "near_duplicate": "ignore"}}
    assert examine(good, **settings).errors == []
    assert {p.check for p in examine(bad, **settings).errors} == {"shift"}
