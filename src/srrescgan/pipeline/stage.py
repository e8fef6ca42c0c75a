"""Stage: one command of the pipeline."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any


class Stage:
    """A command of this package with its inputs and its output.

    Args:
        name: short name, for messages and for the file of its record.
        command: ``train``, ``degrade`` or ``audit``: what follows ``python -m srrescgan.``.
        keys: its command line, key to value.
        more: further keys of the user, which override ``keys``; ``None`` for none.
        reads: files and folders of pictures that affect the output.
        output: a file, or a folder of pictures, that is complete when the stage is finished.
        resumes: the command resumes an interrupted run with ``ckpt_path=``, and ``output`` is
            ``<run>/checkpoints/last.ckpt``. Other commands detect by themselves what is left to do.
        replaces: further keys for replacing an output that was made from other inputs.
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
        """Hash of the composed configuration, so that a changed YAML file counts as a change."""


def command_line(keys: Mapping[str, Any]) -> list[str]:
    """Keys and values as command-line overrides."""
    return [f"{key}={override_value(value)}" for key, value in keys.items()]


def override_value(value: Any) -> str:
    r"""A value in the syntax of a command-line override.

    Example:
        >>> override_value([1, True, None, "a=b", {"x": 2e-4}])
        "[1,true,null,'a=b',{x:0.0002}]"
        >>> print(override_value("it's in C:\\"))
        'it\'s in C:\\'
    """
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    if isinstance(value, Mapping):
        return "{" + ",".join(f"{key}:{override_value(item)}" for key, item in value.items()) + "}"
    if isinstance(value, list | tuple):
        return "[" + ",".join(map(override_value, value)) + "]"
    if isinstance(value, str):
        # Only backslashes before a quote are doubled; Hydra takes all others literally.
        return "'" + re.sub(r"(\\*)('|$)", _escape, value) + "'"
    return str(value)


def _escape(match: re.Match[str]) -> str:
    backslashes, quote = match.groups()
    return 2 * backslashes + (f"\\{quote}" if quote else "")
