"""Gradio's server, reachable from this machine only."""

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from tempfile import TemporaryDirectory

from srrescgan.app.page import PASTE, STYLE, build_page
from srrescgan.app.upscaler import PhotoUpscaler
from srrescgan.errors import ConfigError

HOST = "127.0.0.1"
_FONTS = ("system-ui", "sans-serif")  # system fonts: nothing is downloaded
_FOLDER_VARIABLE = "GRADIO_TEMP_DIR"


def serve(upscaler: PhotoUpscaler, port: int, on_ready: Callable[[str], None]) -> None:
    """Serve the page until Ctrl-C.

    It answers this machine only and sends nothing anywhere. At the end, uploads and results are
    deleted.

    Args:
        upscaler: upscales the photos.
        port: of this machine.
        on_ready: called with the address once it answers.

    Raises:
        ConfigError: the extra is not installed, or the port is taken.
    """
    if find_spec("gradio") is None:
        raise ConfigError("the page needs Gradio: pip install 'srrescgan[app]'")
    import gradio

    theme = gradio.themes.Base(font=_FONTS, font_mono=_FONTS).set(
        block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Gradio sends requests to itself
    with _temporary_folder():
        page = build_page(upscaler)
        try:
            _, address, _ = page.launch(
                server_name=HOST,
                server_port=port,
                share=False,
                quiet=True,
                show_error=True,
                footer_links=[],
                run_history=False,
                enable_monitoring=False,
                ssr_mode=False,
                pwa=False,
                mcp_server=False,
                theme=theme,
                css=STYLE,
                js=PASTE,
                prevent_thread_lock=True,
            )
        except OSError as error:
            raise ConfigError(
                f"port={port} cannot be used ({error}): choose another one"
            ) from error
        try:
            on_ready(address)
            page.block_thread()
        finally:
            page.close(verbose=False)


@contextmanager
def _temporary_folder() -> Iterator[None]:
    """Let Gradio keep its files in a temporary folder of its own, deleted at the end."""
    before = os.environ.get(_FOLDER_VARIABLE)
    with TemporaryDirectory(prefix="srrescgan-", ignore_cleanup_errors=True) as folder:
        os.environ[_FOLDER_VARIABLE] = folder
        try:
            yield
        finally:
            del os.environ[_FOLDER_VARIABLE]
            if before is not None:
                os.environ[_FOLDER_VARIABLE] = before
