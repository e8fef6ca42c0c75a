"""The three-line API."""

import warnings

import numpy as np
import pytest
import torch
from PIL import Image
from small_network import small_network, write_small_network

import srrescgan
from srrescgan.errors import ConfigError, WeightsError
from srrescgan.generators import SRResDNet
from srrescgan.weights.files import write_pth, write_safetensors


@pytest.fixture
def weights(tmp_path):
    path = tmp_path / "weights.pth"
    write_pth(SRResDNet().state_dict(), path)
    return path


@pytest.fixture
def resolver():
    return srrescgan.SuperResolver(small_network(), device="cpu")


def levels(*shape: int, dtype: str = "uint8") -> np.ndarray:
    values = np.random.default_rng(0).random(shape)
    return (
        values.astype("f4") if dtype == "float32" else (values * np.iinfo(dtype).max).astype(dtype)
    )


@pytest.mark.filterwarnings("ignore:flat picture")  # an untrained network changes next to nothing
def test_a_picture_in_gives_a_picture_of_the_same_kind_four_times_as_large(weights) -> None:
    resolver = srrescgan.SuperResolver.from_pretrained(weights, device="cpu")
    array = levels(9, 12, 3)
    large = resolver(array)
    assert large.shape == (36, 48, 3)
    assert large.dtype == np.uint8
    picture = resolver(Image.fromarray(array))
    assert isinstance(picture, Image.Image)
    assert np.array_equal(np.asarray(picture), large)


def test_the_self_ensemble_is_equivariant() -> None:
    resolver = srrescgan.SuperResolver(small_network(), ensemble=True, device="cpu")
    array = levels(8, 11, 3)
    turned = resolver(np.rot90(array))
    difference = np.abs(np.rot90(resolver(array)).astype(int) - turned)
    assert difference.max() <= 1  # the mean of the same eight results, added in another order


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [(), (1,), (2,), (3,), (4,)])
def test_arrays_keep_layout_and_dtype(resolver, dtype: str, channels: tuple[int, ...]) -> None:
    array = levels(8, 11, *channels, dtype=dtype)
    array.flags.writeable = False  # as Pillow gives them
    large = resolver(array)
    assert large.shape == (16, 22, *channels)
    assert large.dtype == array.dtype
    white = 1 if dtype == "float32" else np.iinfo(dtype).max
    assert abs(large.mean() - array.mean()) < 0.1 * white


@pytest.mark.parametrize("dtype", [torch.uint8, torch.float32, torch.float64, torch.float16])
def test_tensors_keep_layout_and_dtype(resolver, dtype: torch.dtype) -> None:
    batch = torch.from_numpy(levels(2, 3, 8, 11))
    batch = batch if dtype == torch.uint8 else (batch / 255).to(dtype)
    large = resolver(batch)
    assert large.shape == (2, 3, 16, 22)
    assert large.dtype == dtype
    assert torch.equal(resolver(batch[1]), large[1])  # pictures of a batch do not meet


def test_all_kinds_hold_the_same_pixels(resolver) -> None:
    array = levels(8, 11, 3)
    large = resolver(array)
    assert np.array_equal(resolver(Image.fromarray(array)), large)
    tensor = torch.from_numpy(array).permute(2, 0, 1)
    assert np.array_equal(resolver(tensor).permute(1, 2, 0), large)
    floating = resolver((array / 255).astype(np.float32))
    assert np.abs(floating * 255 - large).max() <= 0.501


@pytest.mark.parametrize(
    ("mode", "after"),
    [
        *(("1", "L"), ("L", "L"), ("LA", "LA"), ("P", "RGB"), ("RGB", "RGB"), ("RGBA", "RGBA")),
        *(("CMYK", "RGB"), ("YCbCr", "RGB"), ("I;16", "I;16")),
    ],
)
def test_pil_images_of_any_mode(resolver, mode: str, after: str) -> None:
    if mode == "I;16":
        image = Image.fromarray(levels(8, 11, dtype="uint16"))
    else:
        image = Image.fromarray(levels(8, 11, 3)).convert(mode)
    large = resolver(image)
    assert (large.mode, large.size) == (after, (22, 16))


def test_depth_and_transparency_of_a_pil_image_are_kept(resolver) -> None:
    deep = Image.fromarray(levels(8, 11, dtype="uint16"))
    assert (np.asarray(resolver(deep)) % 257).any()  # widened from 8 bits, all would be multiples
    glass = Image.fromarray(levels(8, 11, 3))
    glass.putalpha(128)
    assert resolver(glass).getchannel("A").getextrema() == (128, 128)


def test_a_color_profile_goes_with_the_picture(resolver) -> None:
    from PIL import ImageCms

    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    image = Image.fromarray(levels(8, 11, 3))
    image.info["icc_profile"] = profile
    assert resolver(image).info["icc_profile"] == profile


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ("photo.png", "PIL image"),
        (np.zeros((8, 8, 3)), "float64"),
        (np.zeros((8, 8, 3), np.int16), "int16"),
        (torch.zeros(3, 8, 8, dtype=torch.int32), "int32"),
    ],
)
def test_another_kind_is_refused(resolver, wrong, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        resolver(wrong)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (np.zeros((8, 8, 5), np.uint8), r"\(8, 8, 5\)"),
        (np.zeros(8, np.uint8), r"\(8,\)"),
        (np.zeros((0, 8, 3), np.uint8), "at least one pixel"),
        (np.full((8, 8), 255, np.float32), r"\[0, 1\].*255"),
        (np.full((8, 8), np.nan, np.float32), r"\[0, 1\].*nan"),
        (np.zeros((2, 2, 3), np.uint8), "at least 8"),
        (torch.zeros(8, 8), r"\(C, h, w\)"),
        (torch.zeros(8, 8, 3), r"\(8, 8, 3\)"),
        (torch.zeros(0, 3, 8, 8), "at least one picture"),
        (-torch.ones(3, 8, 8), r"\[0, 1\]"),
    ],
)
def test_shapes_and_values_are_checked(resolver, wrong, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        resolver(wrong)


def mostly_flat() -> np.ndarray:
    picture = np.full((24, 60, 3), 200, np.uint8)
    picture[:, :16] = levels(24, 16, 3)
    return picture


def test_a_bilinear_result_is_warned_about_with_a_remedy() -> None:
    with pytest.warns(UserWarning, match="sigma_floor=") as caught:
        srrescgan.SuperResolver(small_network(), device="cpu")(mostly_flat())
    assert caught[0].filename == __file__
    floor = float(str(caught[0].message).split("sigma_floor=")[1].split(",")[0])
    mended = srrescgan.SuperResolver(small_network(), device="cpu", sigma_floor=floor)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        mended(mostly_flat())


def test_a_floor_that_cannot_be_is_refused() -> None:
    with pytest.raises(ConfigError, match="sigma_floor=2"):
        srrescgan.SuperResolver(small_network(), device="cpu", sigma_floor=2)


def test_released_weights_are_found_by_name(tmp_path, monkeypatch) -> None:
    write_pth(SRResDNet().state_dict(), tmp_path / "srrescgan_model.pth")
    monkeypatch.setenv("SRRESCGAN_WEIGHTS", str(tmp_path))
    resolver = srrescgan.SuperResolver.from_pretrained("srrescgan", device="cpu")
    assert resolver.scale == 4


def test_a_file_that_says_what_it_is_needs_no_configuration(tmp_path) -> None:
    path = write_small_network(tmp_path / "two.safetensors")
    resolver = srrescgan.SuperResolver.from_pretrained(path, device="cpu")
    assert resolver(levels(8, 9, 3)).shape == (16, 18, 3)


@pytest.mark.parametrize(
    "config",
    [
        {"_target_": "os.system", "command": "touch executed"},
        {
            "_target_": "srrescgan.generators.srresdnet.torch.os.system",
            "command": "touch executed",
        },
        {"_target_": "srrescgan.generators.SRResDNet", "depth": 3},
        {"_target_": "srrescgan.generators.NoSuchNet"},
    ],
)
def test_a_file_can_only_name_a_generator_of_ours(tmp_path, config, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_safetensors({"alpha": torch.zeros(1)}, config, tmp_path / "x.safetensors")
    with pytest.raises(WeightsError):
        srrescgan.SuperResolver.from_pretrained(tmp_path / "x.safetensors")
    assert not (tmp_path / "executed").exists()
