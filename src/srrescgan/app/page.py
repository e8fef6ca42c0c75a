"""The Gradio components of the page."""

from __future__ import annotations

from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from srrescgan.app.upscaler import PhotoUpscaler
from srrescgan.errors import UserError
from srrescgan.images import SUFFIXES

if TYPE_CHECKING:
    import gradio

TILES = ("auto", 64, 128, 256, 512, 1024, "none")
"""Sides of a tile to choose from, lr pixels."""
STYLE = """
.gradio-container { width: 100%; max-width: 70rem !important; margin: auto; }
"""
PASTE = """
document.addEventListener("paste", async (event) => {
  const files = event.clipboardData.files;
  if (!files.length) return;
  const copy = new DataTransfer();
  copy.items.add(files[0]);
  document.querySelector("#photo button[aria-label=Clear]")?.click();
  await new Promise((shown) => setTimeout(shown, 100));
  const input = document.querySelector("#photo input[type=file]");
  input.files = copy.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});
"""
"""Gradio's file component accepts dropped and chosen files; this script adds pasted ones."""


def build_page(upscaler: PhotoUpscaler) -> gradio.Blocks:
    """Build the page, without Gradio's analytics."""
    import gradio

    with gradio.Blocks(title="srrescgan", analytics_enabled=False) as page:
        gradio.Markdown(f"# Upscale a photo {upscaler.scale} times\nNothing leaves this machine.")
        with gradio.Row():
            with gradio.Column(scale=1, min_width=280):
                photo = gradio.File(
                    label="Photo: drop or paste",
                    file_types=sorted(SUFFIXES),
                    type="filepath",
                    height=170,
                    elem_id="photo",
                )
                options = _options(upscaler)
                button = gradio.Button("Upscale", variant="primary")
            with gradio.Column(scale=3, min_width=320):
                slider = gradio.ImageSlider(
                    label="Bicubic | super-resolved", buttons=["fullscreen"], max_height=640
                )
                note = gradio.Markdown()
                save = gradio.DownloadButton("Save", interactive=False)

        # Gradio reads this signature: the default value requests a progress bar.
        def run(
            path: str | None,
            ensemble: bool,
            flat: bool,
            tile: int | str,
            progress: gradio.Progress = gradio.Progress(),  # noqa: B008
        ) -> tuple[tuple[Path, Path] | None, str, gradio.DownloadButton]:
            if path is None:
                raise gradio.Error("There is no photo yet.", print_exception=False)
            progress(0, "Upscaling")
            try:
                large = upscaler(
                    Path(path), ensemble, flat, tile, lambda share: progress(share, "Upscaling")
                )
            except UserError as error:
                # Show the name of the photo, not Gradio's path. The message is shown as HTML.
                message = escape(str(error).replace(path, Path(path).name))
                raise gradio.Error(message, duration=None, print_exception=False) from error
            ready = gradio.DownloadButton(
                f"Save {large.file.name}", value=large.file, interactive=True
            )
            return large.preview, "\n\n".join(large.remarks), ready

        def clear() -> tuple[None, str, gradio.DownloadButton]:
            return None, "", gradio.DownloadButton("Save", value=None, interactive=False)

        results = [slider, note, save]
        photo.change(clear, outputs=results, show_progress="hidden", api_visibility="private")
        button.click(
            run,
            [photo, *options],
            results,
            concurrency_limit=1,  # there is one device
            show_progress_on=slider,
            api_name="upscale",
        )
    return page


def _options(upscaler: PhotoUpscaler) -> list[gradio.components.Component]:
    import gradio

    return [
        gradio.Checkbox(
            label="Self-ensemble (+)",
            info="Averages over eight rotations and reflections: slightly better, 8 times slower.",
        ),
        gradio.Checkbox(
            label="Mostly flat",
            info="For logos, drawings and scans, whose noise cannot be estimated:"
            f" sigma_floor={upscaler.floor}",
            visible=upscaler.floor is not None,
        ),
        gradio.Dropdown(
            TILES,
            value="auto",
            label="Tile",
            info="Side of a tile in pixels. Smaller tiles take less memory.",
        ),
    ]
