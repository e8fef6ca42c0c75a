"""Inline style and script of a page, and the security policy that allows nothing else."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from srrescgan.html.templates import resource_text


@dataclass(frozen=True)
class PageCode:
    """Contents of a page's ``<style>`` and ``<script>`` elements."""

    style: str
    script: str

    @classmethod
    def with_slider(cls, package: str, style: str, scripts: Sequence[str]) -> "PageCode":
        """Code of a page that compares two pictures with the slider, ``#handle`` in the page.

        Args:
            package: full name of the package that holds the page's own files.
            style: name of its style sheet.
            scripts: names of its scripts, in order; they share one scope with each other and with
                ``slider.js``.
        """
        styles = [resource_text(package, style), resource_text(__package__, "slider.css")]
        texts = [resource_text(package, name) for name in scripts]
        script = "\n".join([resource_text(__package__, "slider.js"), *texts])
        return cls("\n".join(styles), script)

    @property
    def script_source(self) -> str:
        """``script-src`` value of the Content-Security-Policy that allows the script alone."""
        return _csp_hash(self.script)

    @property
    def style_source(self) -> str:
        """``style-src`` value that allows the style sheet alone."""
        return _csp_hash(self.style)


def _csp_hash(text: str) -> str:
    digest = hashlib.sha256(text.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"
