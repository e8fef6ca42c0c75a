"""The exported page in a browser: what is saved is what Python computes."""

import functools
import http.server
import io
import threading
import warnings
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image
from screens import sync_api
from skimage import data
from small_network import CONFIG, small_network
from torch import nn

from srrescgan import SuperResolver
from srrescgan.errors import ConfigError
from srrescgan.export.web import write_web
from srrescgan.export.web.runtime import read_runtime
from srrescgan.generators import Compact, SRResDNet
from srrescgan.upscale.flat_pictures import useful_floor

pytestmark = pytest.mark.browser
pytest.importorskip("onnxscript", reason="needs the extra onnx")
pytest.importorskip("onnxruntime", reason="needs the extra onnx")

HANDLE = 30
"""Pixels either side of the border that the handle and its shadow may cover."""
LONG = 60_000
"""Milliseconds that the browser may take on a busy machine; it needs two seconds."""


@pytest.fixture(scope="session")
def onnxruntime_web() -> None:
    """What the page computes with, in the user's cache folder after the first time."""
    try:
        read_runtime()
    except ConfigError as error:
        if "npm" in str(error).split(":")[0] and "SHA-256" not in str(error):
            pytest.skip(str(error))
        raise


@pytest.fixture(scope="module")
def network() -> SRResDNet:
    """Like the released one, with a projection that is idle on photos."""
    torch.manual_seed(1)
    network = SRResDNet(features=4, blocks=1, alpha_init=10)
    network.model.conv_out.weight_g.data *= 12
    return network.eval()


@pytest.fixture(scope="module")
def site(network, onnxruntime_web, tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("web") / "site"
    assert "index.html" in write_web(network, {}, folder, Path("tiny.pth"))
    return folder / "index.html"


@pytest.fixture(scope="module")
def served(onnxruntime_web, tmp_path_factory) -> Iterator[str]:
    """Address of a page with another scale and noise estimate, from a plain file server."""
    folder = tmp_path_factory.mktemp("web") / "served"
    write_web(small_network(), CONFIG, folder, Path("small.safetensors"))

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_) -> None:
            pass

    handler = functools.partial(Quiet, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}/index.html"
        server.shutdown()


def photo(height: int, width: int) -> np.ndarray:
    """A cat's face with a camera's noise, uint8."""
    clean = data.chelsea()[60 : 60 + height, 120 : 120 + width]
    noisy = clean + np.random.default_rng(0).normal(0, 8, clean.shape)
    return noisy.round().clip(0, 255).astype(np.uint8)


def file(pixels: np.ndarray, name: str = "my.photo.png", **options) -> dict:
    """A picture as a file that is chosen."""
    content = io.BytesIO()
    Image.fromarray(pixels).save(content, format=options.pop("format", "PNG"), **options)
    return {"name": name, "mimeType": "image/png", "buffer": content.getvalue()}


def finish(page) -> np.ndarray:
    """Wait for the result and save it."""
    sync_api.expect(page.locator("#save")).to_be_visible(timeout=LONG)
    with page.expect_download() as download:
        page.locator("#save").click()
    assert download.value.suggested_filename.startswith("my.photo_x")
    return np.asarray(Image.open(download.value.path()))


def upscaled(page, pixels: np.ndarray) -> np.ndarray:
    page.locator("#file").set_input_files(file(pixels))
    return finish(page)


def in_python(network: nn.Module, pixels: np.ndarray, floor: float = 0.0) -> np.ndarray:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # that a picture is flat
        return SuperResolver(network, device="cpu", sigma_floor=floor or None)(pixels)


def bilinear(pixels: np.ndarray, scale: int) -> np.ndarray:
    lr = torch.from_numpy(pixels).permute(2, 0, 1)[None].float()
    large = torch.nn.functional.interpolate(lr, scale_factor=scale, mode="bilinear")
    return large[0].permute(1, 2, 0).round().numpy().astype(np.uint8)


def assert_equal(found: np.ndarray, expected: np.ndarray) -> None:
    assert found.shape == expected.shape
    assert np.abs(found.astype(int) - expected).max() <= 2


def test_a_photo_in_tiles_is_the_photo_as_a_whole(open_page, site, network) -> None:
    pixels = photo(67, 133)  # 268 x 532: two by three tiles, the last of 12 and 20 pixels
    expected = in_python(network, pixels)
    assert np.abs(expected.astype(int) - bilinear(pixels, 4)).mean() > 4
    page = open_page(site)
    assert_equal(upscaled(page, pixels), expected)
    assert "133 × 67 became 532 × 268" in page.locator("#sizes").inner_text()
    assert not page.locator("#flat").is_visible()
    # A second one, of a single tile, by the workers that are there already.
    assert_equal(upscaled(page, pixels[:9, :8]), in_python(network, pixels[:9, :8]))


def test_the_projection_is_that_of_the_whole_picture(open_page, site, network) -> None:
    pixels = photo(70, 90)
    pixels[:, 50:] = (200, 180, 30)  # more than half of a tile, less than half of the picture
    expected = in_python(network, pixels)
    shortened = np.abs(expected.astype(int) - bilinear(pixels, 4))[:, :190].mean()
    free = np.abs(in_python(network, pixels, 1.0).astype(int) - bilinear(pixels, 4))[:, :190].mean()
    assert 0.2 * free < shortened < 0.8 * free
    assert_equal(upscaled(open_page(site), pixels), expected)


def test_a_flat_picture_is_reported_and_fixed(open_page, site, network) -> None:
    pixels = photo(40, 60)
    pixels[10:, 5:] = 255
    page = open_page(site)
    assert_equal(upscaled(page, pixels), in_python(network, pixels))
    assert "Half or more of this picture is flat" in page.locator("#flat").inner_text()
    page.get_by_role("button", name="Upscale it as a photo with noise").click()
    sync_api.expect(page.locator("#flat")).to_be_hidden(timeout=LONG)
    expected = in_python(network, pixels, useful_floor(network))
    assert np.abs(expected.astype(int) - bilinear(pixels, 4)).max() > 10
    assert_equal(finish(page), expected)


def test_transparency_is_kept(open_page, site, network) -> None:
    # Alphas and colors that come through a canvas unchanged, which multiplies them in 8 bits.
    color = photo(45, 71) // 15 * 15
    alpha = np.full((45, 71, 1), 255, np.uint8)
    alpha[5:30, 8:20], alpha[20:, 33:50] = 51, 85
    alpha[:, 60:] = 0
    pixels = np.concatenate([color * (alpha > 0), alpha], axis=2)
    assert_equal(upscaled(open_page(site), pixels), in_python(network, pixels))


def test_it_can_be_served(open_page, served) -> None:
    pixels = photo(61, 150)
    assert_equal(upscaled(open_page(served), pixels), in_python(small_network(), pixels))


@pytest.fixture(scope="module")
def compact() -> Compact:
    """A local network, which changes its anchor by several levels."""
    torch.manual_seed(2)
    return Compact(scale=3, features=6, layers=3, residual_init=1).eval()


def test_a_local_network_in_tiles_is_the_photo_as_a_whole(
    open_page, compact, onnxruntime_web, tmp_path
) -> None:
    config = {"scale": 3, "features": 6, "layers": 3}
    write_web(compact, config, tmp_path / "site", Path("compact.pth"))
    page = open_page(tmp_path / "site/index.html")
    assert "Compact" in page.locator("details").first.text_content()
    pixels = photo(97, 190)  # 291 x 570: two by three tiles
    expected = in_python(compact, pixels)
    assert np.abs(expected.astype(int) - pixels.repeat(3, 0).repeat(3, 1)).mean() > 4
    assert_equal(upscaled(page, pixels), expected)
    assert not page.locator("#flat").is_visible()
    flat = np.full((2, 1, 3), 200, np.uint8)  # no noise has to be measured
    assert_equal(upscaled(page, flat), in_python(compact, flat))
    color = photo(45, 71) // 15 * 15
    alpha = np.full((45, 71, 1), 255, np.uint8)
    alpha[5:30, 8:20] = 51
    transparent = np.concatenate([color, alpha], axis=2)
    assert_equal(upscaled(page, transparent), in_python(compact, transparent))


def test_a_photo_is_turned_as_its_camera_said(open_page, site, network) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # a quarter turn to the right
    page = open_page(site)
    chosen = file(photo(30, 50), format="JPEG", quality=98, subsampling=0, exif=exif)
    page.locator("#file").set_input_files(chosen)
    found = finish(page)
    assert found.shape == (200, 120, 3)
    upright = np.asarray(Image.open(io.BytesIO(chosen["buffer"])).transpose(Image.ROTATE_270))
    # Two decoders of JPEG need not agree to the last level.
    assert np.abs(found.astype(int) - in_python(network, upright)).mean() < 1


def test_the_border_moves_by_mouse_and_keys(open_page, site) -> None:
    page = open_page(site, width=390, height=800, is_mobile=True, has_touch=True)
    upscaled(page, photo(60, 60))
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    handle, stage = page.locator("#handle"), page.locator("#scroller")

    def seen() -> np.ndarray:
        return np.asarray(Image.open(io.BytesIO(stage.screenshot())).convert("RGB")).astype(int)

    before = seen()
    grip, box = handle.bounding_box(), stage.bounding_box()
    page.mouse.move(grip["x"] + grip["width"] / 2, grip["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + 60, steps=3)
    page.mouse.up()
    assert handle.get_attribute("aria-valuenow") == "25"
    changed = np.abs(seen() - before).mean(axis=(0, 2))
    quarter, half = len(changed) // 4, len(changed) // 2
    assert changed[quarter + HANDLE : half - HANDLE].min() > 1  # was before, is after
    # What is drawn anew may differ by a fraction of a level where the old drawing begins.
    assert changed[: quarter - HANDLE].max() < 0.5
    assert changed[half + HANDLE :].max() < 0.5
    handle.focus()
    for key in ("ArrowRight", "PageUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert handle.get_attribute("aria-valuenow") == "26"
    page.keyboard.press("End")
    assert handle.get_attribute("aria-valuenow") == "100"


def test_a_failed_picture_is_reported_and_the_next_is_upscaled(open_page, site, network) -> None:
    page = open_page(site)
    chooser, problem = page.locator("#file"), page.locator("#problem")
    chooser.set_input_files({"name": "a.png", "mimeType": "image/png", "buffer": b"no picture"})
    sync_api.expect(problem).to_contain_text("“a.png” is not a picture that this browser can read")
    chooser.set_input_files(file(np.zeros((2001, 2000, 3), np.uint8)))
    sync_api.expect(problem).to_contain_text("2000 × 2001 pixels, 4.0 megapixels. The limit")
    chooser.set_input_files(file(np.zeros((9, 8200, 3), np.uint8)))
    sync_api.expect(problem).to_contain_text("longest side this page can process is 8191")
    chooser.set_input_files(file(np.zeros((30, 1, 3), np.uint8)))
    sync_api.expect(problem).to_contain_text("at least")
    pixels = photo(20, 21)
    paste = """([bytes]) => {
        const clipboardData = new DataTransfer();
        const picture = new File([Uint8Array.from(bytes)], "my.photo.png", { type: "image/png" });
        clipboardData.items.add(picture);
        dispatchEvent(new ClipboardEvent("paste", { clipboardData }));
    }"""
    page.evaluate(paste, [list(file(pixels)["buffer"])])
    assert_equal(finish(page), in_python(network, pixels))
    assert not problem.is_visible()


def test_cancelling_stops_at_once_and_another_can_follow(open_page, site, network) -> None:
    page = open_page(site)
    page.locator("#file").set_input_files(file(photo(220, 320).repeat(2, 0).repeat(2, 1)))
    sync_api.expect(page.locator("#phase")).to_contain_text("left", timeout=LONG)
    page.get_by_role("button", name="Cancel").click()
    assert not page.locator("#working").is_visible()
    sync_api.expect(page.locator("#status")).to_have_text("Cancelled.")
    pixels = photo(20, 21)
    assert_equal(upscaled(page, pixels), in_python(network, pixels))


def test_a_browser_without_webassembly_gets_a_message(browser, site) -> None:
    page = browser.new_page()
    page.add_init_script("delete globalThis.WebAssembly")
    page.goto(site.as_uri())
    sync_api.expect(page.locator("#problem")).to_contain_text("lacks WebAssembly")
    assert not page.locator("#drop").is_visible()
    page.close()


def test_the_page_may_not_connect_to_anything(browser, served) -> None:
    page = browser.new_page()
    page.goto(served)
    reached = "fetch(location.href).then(() => 'reached', () => 'forbidden')"
    assert page.evaluate(reached) == "forbidden"
    page.close()
