"""The one template environment."""

from pathlib import Path

import jinja2
import pytest

from srrescgan.html.templates import render, write_document

TEXTS = {
    "page.html.j2": "<p>{{ name }}</p>",
    "card.md.j2": "{% if 1 %}\n# {{ name }}\n{% endif %}\n\n",
}


@pytest.fixture(autouse=True)
def templates(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("srrescgan.html.templates.resource_text", lambda package, name: TEXTS[name])


def test_pages_are_escaped_and_other_texts_are_not(tmp_path: Path) -> None:
    values = {"name": "a & <b>"}
    assert render("escaping", "page.html.j2", values) == "<p>a &amp; &lt;b&gt;</p>"
    write_document(tmp_path / "a.md", "escaping", "card.md.j2", values)
    assert (tmp_path / "a.md").read_bytes() == b"# a & <b>\n"


def test_a_missing_value_is_an_error() -> None:
    with pytest.raises(jinja2.UndefinedError, match="name"):
        render("missing", "page.html.j2", {})
