"""The one template environment, for pages and for plain texts."""

from collections.abc import Mapping
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Any

import jinja2


def render(package: str, template: str, values: Mapping[str, Any]) -> str:
    """Fill in a template. In ``*.html.j2`` every value is escaped unless marked ``|safe``.

    Args:
        package: full name of the package that holds the template.
        template: its file name, for instance ``report.html.j2``.
        values: by name.

    Raises:
        jinja2.UndefinedError: the template uses a value that is missing.
    """
    return _ENVIRONMENT.get_template(f"{package}/{template}").render(values)


def write_document(path: Path, package: str, template: str, values: Mapping[str, Any]) -> None:
    """Fill in a template and write it as a text file; arguments and errors as :func:`render`."""
    text = render(package, template, values).strip() + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")


def resource_text(package: str, name: str) -> str:
    """Content of a text file inside a package."""
    return resource_files(package).joinpath(name).read_text(encoding="utf-8")


def _load(name: str) -> str:
    return resource_text(*name.split("/", 1))


_ENVIRONMENT = jinja2.Environment(
    loader=jinja2.FunctionLoader(_load),
    autoescape=lambda name: name is not None and name.endswith(".html.j2"),
    trim_blocks=True,
    lstrip_blocks=True,
    undefined=jinja2.StrictUndefined,
)
