"""Gradio's server, for this machine alone."""

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
_FONTS = ("system-ui", "sans-serif")  # those of the machine: nothing is asked from the internet
_PLACE = "GRADIO_TEMP_DIR"


def serve(upscaler: PhotoUpscaler, port: int, opened: Callable[[str], None]) -> None:
    """Show the page until Ctrl-C.

    It answers this machine only and sends nothing anywhere. What was uploaded and made is removed
    in the end.

    Args:
        upscaler: what does the work.
        port: of this machine.
        opened: told the address once it answers.

    Raises:
        ConfigError: the extra is not installed, or the port is taken.
    """
    if find_spec("gradio") is None:
        raise ConfigError("the page needs Gradio: pip install 'srrescgan[app]'")
    import gradio

    theme = gradio.themes.Base(font=_FONTS, font_mono=_FONTS).set(
        block_info_text_color="*neutral_600", block_info_text_color_dark="*neutral_300"
    )
    logging.getLogger("httpx").setLevel(logging.WARNING)  # Gradio asks itself two things
    with _own_folder():
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
            raise ConfigError(f"port={port} cannot be used ({error}): choose another") from error
        try:
            opened(address)
            page.block_thread()
        finally:
            page.close(verbose=False)


@contextmanager
def _own_folder() -> Iterator[None]:
    """Let Gradio keep its files in a folder that is removed, and not beside other people's."""
    before = os.environ.get(_PLACE)
    with TemporaryDirectory(prefix="srrescgan-", ignore_cleanup_errors=True) as folder:
        os.environ[_PLACE] = folder
        try:
            yield
        finally:
            del os.environ[_PLACE]
            if before is not None:
                os.environ[_PLACE] = before
