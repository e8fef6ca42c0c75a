"""Reports as one HTML file: no server, no network, nothing beside it."""

import base64
import io
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import jinja2
import numpy as np
from PIL import Image

from srrescgan.files import replacing

_TEMPLATE = jinja2.Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True).from_string(
    """\
<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{{ title }}</title>
<style>
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; max-width: 70rem; margin: 2rem auto; padding: 0 1rem; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { padding: .3rem .8rem; border-bottom: 1px solid #8886; text-align: left; }
td.number { text-align: right; font-variant-numeric: tabular-nums; }
figure { margin: 1rem 0; }
img { max-width: 100%; }
figcaption { opacity: .8; }
</style>
<h1>{{ title }}</h1>
{% for kind, content in parts %}
{% if kind == "heading" %}
<h2>{{ content }}</h2>
{% elif kind == "text" %}
<p>{{ content }}</p>
{% elif kind == "table" %}
<table>
<tr>{% for cell in content[0] %}<th>{{ cell }}</th>{% endfor %}</tr>
{% for row in content[1] %}
<tr>{% for cell in row %}<td{% if cell is number %} class="number"{% endif %}>{{ cell }}</td>\
{% endfor %}</tr>
{% endfor %}
</table>
{% else %}
<figure><img alt="{{ content[1] }}" src="data:image/png;base64,{{ content[0] }}">
<figcaption>{{ content[1] }}</figcaption></figure>
{% endif %}
{% endfor %}
</html>
"""
)


@dataclass
class Page:
    """A report that grows from top to bottom and is written as one self-contained file.

    Everything given as text is escaped.

    Args:
        title: of the page and its first heading.
    """

    title: str
    _parts: list[tuple[str, object]] = field(default_factory=list)

    def heading(self, text: str) -> None:
        """Begin a section."""
        self._parts.append(("heading", text))

    def text(self, text: str) -> None:
        """Add a paragraph."""
        self._parts.append(("text", text))

    def table(self, header: Sequence[str], rows: Sequence[Sequence[str | int | float]]) -> None:
        """Add a table; numbers are set to the right and shown as they are: round them first."""
        self._parts.append(("table", (list(header), [list(row) for row in rows])))

    def picture(self, image: np.ndarray, caption: str) -> None:
        """Add a picture, ``(H, W, 3)`` or ``(H, W)`` uint8, kept without loss."""
        file = io.BytesIO()
        Image.fromarray(image).save(file, format="PNG")
        self.png(file.getvalue(), caption)

    def png(self, data: bytes, caption: str) -> None:
        """Add a picture that is a PNG file already."""
        self._parts.append(("png", (base64.b64encode(data).decode(), caption)))

    def write(self, path: Path) -> None:
        """Write the page, whole or not at all; makes the folder if need be."""
        with replacing(path) as temporary:
            temporary.write_text(
                _TEMPLATE.render(title=self.title, parts=self._parts), encoding="utf-8"
            )
