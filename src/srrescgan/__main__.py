"""The ``srrescgan`` program: lists the commands, or runs one of them.

``srrescgan NAME key=value ...`` and ``python -m srrescgan NAME key=value ...`` both run what
``python -m srrescgan.NAME key=value ...`` runs.
"""

import ast
import os
import runpy
import sys
from pathlib import Path

from srrescgan.errors import nearest

_PACKAGE = Path(__file__).parent


def main() -> int:
    """List the commands, or run the one that the command line names; return an exit code."""
    name, *arguments = sys.argv[1:] or ["--help"]
    known = commands()
    if name in ("-h", "--help"):
        width = max(map(len, known))
        lines = [f"  {command:{width}}  {text}" for command, text in known.items()]
        sys.stdout.write(
            "usage: srrescgan COMMAND key=value ...\n\n"
            + "\n".join(lines)
            + "\n\nsrrescgan COMMAND --help shows the keys of a command.\n"
        )
        return 0
    if name not in known:
        sys.stderr.write(
            f"error: no command named {name!r}{nearest(name, known)}"
            f" (available: {', '.join(known)})\n"
        )
        return 2
    # As `python -m` does it: a `_target_` may name a module in the current folder, and `__main__`
    # is the command's own module, which job launchers and DDP look up.
    if not sys.flags.safe_path and os.getcwd() not in sys.path:
        sys.path.insert(0, os.getcwd())
    sys.argv = [name, *arguments]
    runpy.run_module(f"srrescgan.{name}", run_name="__main__", alter_sys=True)
    return 0


def commands() -> dict[str, str]:
    """Every command with its description, in alphabetical order; no command is imported."""
    modules = sorted(_PACKAGE.glob("*/__main__.py"))
    return {path.parent.name: _description(path) for path in modules}


def _description(path: Path) -> str:
    """First line of a module's docstring, without the usage that follows the colon."""
    docstring = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    return docstring.partition("\n")[0].partition(": ``")[0].rstrip(".")


if __name__ == "__main__":
    raise SystemExit(main())
