"""A report is one file that shows what it was given and loads nothing."""

import base64
import io
import re
from pathlib import Path

import numpy as np
from PIL import Image

from srrescgan.html.report_page import Page


def test_a_page_holds_its_parts_in_order_and_needs_nothing_else(tmp_path: Path) -> None:
    image = np.random.default_rng(0).integers(0, 256, (5, 7, 3), np.uint8)
    page = Page("Report <1>")
    page.heading("First")
    page.text("a < b & c")
    page.table(["name", "value"], [["<script>alert(1)</script>", 0.5]])
    page.picture(image, "noise")
    page.write(tmp_path / "new" / "report.html")
    html = (tmp_path / "new" / "report.html").read_text()
    places = [html.index(part) for part in ("First", "a &lt; b &amp; c", "&lt;script&gt;", "noise")]
    assert places == sorted(places)
    assert "<script" not in html
    assert not re.findall(r"(?:src|href)=[\"'](?!data:)", html)
    (data,) = re.findall(r"data:image/png;base64,([^\"]+)", html)
    shown = np.array(Image.open(io.BytesIO(base64.b64decode(data))))
    np.testing.assert_array_equal(shown, image)
    assert '<td class="number">0.5</td>' in html
