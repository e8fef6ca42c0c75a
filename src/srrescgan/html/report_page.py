"""A report page: headings, text, tables and pictures in one HTML file."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.files import replacing
from srrescgan.html.templates import render


@dataclass
class Page:
    """A report, filled from top to bottom and written as one self-contained file.

    Everything given as text is escaped.

    Args:
        title: of the page and its first heading.
    """

    title: str
    _parts: list[tuple[str, object]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Start a section."""
        self._parts.append(("heading", text))

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(("text", text))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
        """Add a table. Numbers are right-aligned and not rounded."""
        self._parts.append(("table", (list(header), [list(row) for row in rows])))

    def picture(self, image: np.ndarray, caption: str) -> None:
        """Add a picture, ``(H, W, 3)`` or ``(H, W)`` uint8, losslessly."""
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="PNG")
        self.png(file.getvalue(), caption)

    def png(self, data: bytes, caption: str) -> None:
        """Add a picture given as the content of a PNG file."""
        self._parts.append(("png", (base64.b64encode(data).decode(), caption)))

    def write(self, path: Path) -> None:
        """Write the page, completely or not at all; create its folder if necessary."""
        html = render(__package__, "report.html.j2", {"title": self.title, "parts": self._parts})
        with replacing(path) as temporary:
            temporary.write_text(html, encoding="utf-8")
