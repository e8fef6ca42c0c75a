"""One command of several that follow one another."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Stage:
    """A command of this package, the files it is made from, and the file it leaves behind.

    Args:
        name: short, for messages and for the folder of its record.
        command: ``train``, ``degrade``, ``audit``: what follows ``python -m srrescgan.``.
        overrides: its command line.
        more: the user's own part of it, which comes after and wins, by key; ``None`` for nothing.
        reads: files and folders of pictures that decide what comes out.
        output: a file that is there when the stage is done, and gone or replaced when it is not.
        resumes: the command continues an interrupted run with ``ckpt_path=``, and ``output`` is
            ``<run>/checkpoints/last.ckpt``. Other commands find out by themselves what is left.
        replaces: added to the command line when the stage replaces what it made of other inputs.
    """

    def __init__(
        self,
        name: str,
        command: str,
        overrides: Sequence[str],
        more: Mapping[str, Any] | None,
        reads: Sequence[str],
        output: str,
        resumes: bool = False,
        replaces: Sequence[str] = (),
    ) -> None:
        self.name = name
        self.command = command
        self.overrides = [
            *overrides,
            *(f"{key}={written(value)}" for key, value in (more or {}).items()),
        ]
        self.reads = [Path(path).expanduser() for path in reads]
        self.output = Path(output).expanduser()
        self.resumes = resumes
        self.replaces = list(replaces)


def written(value: Any) -> str:
    """A value as a command line says it.

    Example:
        >>> written([1, True, None, "a b", {"x": 2e-4}])
        "[1,true,null,'a b',{x:0.0002}]"
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{written(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, str):
        return "'" + value.replace("'", "\\'") + "'"
    return str(value)
