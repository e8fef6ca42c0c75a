"""The local page through Gradio."""

import json
import os
import socket
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import numpy as np
import pytest
import torch
from PIL import Image
from small_network import small_network

from srrescgan.app import PhotoUpscaler, serve, server
from srrescgan.app.page import build_page
from srrescgan.errors import ConfigError

gradio = pytest.importorskip("gradio")


class VisitedError(Exception):
    """The test has seen what it wanted."""


@pytest.fixture
def upscaler() -> PhotoUpscaler:
    return PhotoUpscaler(small_network(), torch.device("cpu"))


@pytest.fixture
def press(upscaler, tmp_path, monkeypatch):
    """What the button calls."""
    monkeypatch.setenv("GRADIO_TEMP_DIR", str(tmp_path / "gradio"))
    page = build_page(upscaler)
    return next(event.fn for event in page.fns.values() if event.api_name == "upscale")


def test_the_button_gives_slider_remarks_and_file(press, tmp_path) -> None:
    pixels = np.random.default_rng(0).integers(0, 256, (16, 20, 3)).astype(np.uint8)
    Image.fromarray(pixels).save(tmp_path / "walk.png")
    shown, note, save = press(str(tmp_path / "walk.png"), False, False, "auto")
    assert [path.name for path in shown] == ["before.png", "after.png"]
    assert "40 × 32 pixels" in note
    assert save.value["orig_name"] == "walk_x2.png"
    assert save.interactive


def test_errors_name_the_photo_and_not_the_servers_folder(press, tmp_path) -> None:
    path = tmp_path / "<b>walk.png"
    path.write_bytes(b"no picture")
    with pytest.raises(gradio.Error, match="is not an image") as caught:
        press(str(path), False, False, "auto")
    assert caught.value.message.startswith("&lt;b&gt;walk")
    assert str(tmp_path) not in caught.value.message
    with pytest.raises(gradio.Error, match="no photo yet"):
        press(None, False, False, "auto")


def test_it_is_for_this_machine_alone_and_leaves_nothing(upscaler) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    seen: list[Path] = []

    def visit(address: str) -> None:
        assert address == f"http://127.0.0.1:{port}/"
        with urlopen(f"{address}config") as answer:
            config = json.load(answer)
        assert config["analytics_enabled"] is False
        assert config["stylesheets"] == []  # no fonts of Google's
        seen.append(Path(os.environ["GRADIO_TEMP_DIR"]))
        assert seen[0].is_dir()
        with pytest.raises(ConfigError, match=f"port={port} cannot be used"):
            serve(upscaler, port, pytest.fail)
        raise VisitedError

    with pytest.raises(VisitedError):
        serve(upscaler, port, visit)
    assert not seen[0].exists()
    with pytest.raises(URLError):
        urlopen(f"http://127.0.0.1:{port}/")
    assert os.environ.get("GRADIO_TEMP_DIR") != str(seen[0])


def test_without_the_extra_it_says_what_to_install(upscaler, monkeypatch) -> None:
    monkeypatch.setattr(server, "find_spec", lambda name: None)
    with pytest.raises(ConfigError, match=r"pip install 'srrescgan\[app\]'"):
        serve(upscaler, 7860, pytest.fail)
