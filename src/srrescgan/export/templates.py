"""The texts that go with an exported model."""

from collections.abc import Mapping
from importlib.resources import files as resource_files
from pathlib import Path
from typing import Any

import jinja2


def write_document(path: Path, template: str, values: Mapping[str, Any]) -> None:
    """Fill in one of the ``.j2`` files of this package, and write it.

    Args:
        path: the file to write.
        template: for instance ``cog/readme.md.j2``.
        values: by name.

    Raises:
        jinja2.UndefinedError: the template asks for a value that is not given.
    """
    environment = jinja2.Environment(
        trim_blocks=True, lstrip_blocks=True, undefined=jinja2.StrictUndefined
    )
    source = resource_files("srrescgan.export").joinpath(template).read_text(encoding="utf-8")
    text = environment.from_string(source).render(values).strip() + "\n"
    path.write_text(text, encoding="utf-8", newline="\n")
