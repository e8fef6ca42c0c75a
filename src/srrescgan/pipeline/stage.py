"""One command of several that follow one another."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Stage:
    """A command of this package, what it is made from, and what it leaves behind.

    Args:
        name: short, for messages and for the name of its record.
        command: ``train``, ``degrade``, ``audit``: what follows ``python -m srrescgan.``.
        keys: its command line, key to value.
        more: the user's own part of it, which comes after and wins; ``None`` for nothing.
        reads: files and folders of pictures that decide what comes out.
        output: a file, or a folder of pictures, that is whole when the stage is done.
        resumes: the command continues an interrupted run with ``ckpt_path=``, and ``output`` is
            ``<run>/checkpoints/last.ckpt``. Other commands find out by themselves what is left.
        replaces: further keys for when the stage replaces what it made of other inputs.
    """

    def __init__(
        self,
        name: str,
        command: str,
        keys: Mapping[str, Any],
        more: Mapping[str, Any] | None,
        reads: Sequence[str],
        output: str,
        resumes: bool = False,
        replaces: Mapping[str, Any] | None = None,
    ) -> None:
        self.name = name
        self.command = command
        self.overrides = command_line({**keys, **(more or {})})
        self.reads = [Path(path).expanduser() for path in reads]
        self.output = Path(output).expanduser()
        self.resumes = resumes
        self.replaces = command_line(replaces or {})
        self.configuration = ""
        """Hash of what the command line composes to: a changed YAML file is another stage."""


def command_line(keys: Mapping[str, Any]) -> list[str]:
    """Keys and values as a command line says them."""
    return [f"{key}={written(value)}" for key, value in keys.items()]


def written(value: Any) -> str:
    r"""A value as a command line says it.

    Example:
        >>> written([1, True, None, "a=b", {"x": 2e-4}])
        "[1,true,null,'a=b',{x:0.0002}]"
        >>> print(written("it's in C:\\"))
        'it\'s in C:\\'
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, str):
        # Backslashes are doubled only before a quote: Hydra takes all others as they are.
        return "'" + re.sub(r"(\\*)('|$)", _escaped, value) + "'"
    return str(value)


def _escaped(found: re.Match[str]) -> str:
    backslashes, quote = found.groups()
    return 2 * backslashes + (f"\\{quote}" if quote else "")
