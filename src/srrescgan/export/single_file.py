"""Merges modules of this package into one file that runs without the package."""

import ast
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

_PACKAGE = __name__.split(".")[0]


@dataclass(frozen=True)
class _Module:
    """A parsed module."""

    name: str
    body: str
    """Its source without docstring and imports, with comments."""
    defined: frozenset[str]
    """Names bound at its top level, except imports."""
    external_imports: tuple[str, ...]
    """Imports of other packages, one statement for each name."""
    internal_imports: tuple[tuple[str, str], ...]
    """Imports of this package: module and name."""


def single_file(modules: Sequence[str], title: str) -> str:
    """Merge modules, and every module of this package that they import, into one source text.

    The code is copied literally, ordered so that names are defined before they are used. Only the
    docstrings of modules are dropped, and imports move to the top. So there is no second version
    of the code to be maintained.

    Args:
        modules: full names, for instance ``srrescgan.generators.srresdnet``.
        title: comment at the top of the file, of any number of lines.

    Raises:
        ValueError: the modules cannot be merged: two define the same name, one imports this
            package in another way than ``from srrescgan.module import name``, or the imports are
            circular.
    """
    parts: dict[str, _Module] = {}
    for module in modules:
        parts |= _with_dependencies(module, ())
    owners: dict[str, str] = {}
    for part in parts.values():
        for name in sorted(part.defined):
            if name in owners:
                raise ValueError(f"{owners[name]} and {part.name} both define {name}")
            owners[name] = part.name
        for source, name in part.internal_imports:
            if name not in parts[source].defined:
                raise ValueError(f"{part.name}: {source} does not define {name} itself")
    imports = sorted({line for part in parts.values() for line in part.external_imports})
    head = "\n".join(f"# {line}".rstrip() for line in title.splitlines())
    bodies = [f"# From {part.name}.\n\n{part.body.strip()}" for part in parts.values()]
    return "\n\n\n".join(["\n".join([head, "", *imports]), *bodies]) + "\n"


def _with_dependencies(name: str, importers: tuple[str, ...]) -> dict[str, _Module]:
    if name in importers:
        raise ValueError(f"{' imports '.join([*importers, name])}")
    module = _parse(name)
    modules: dict[str, _Module] = {}
    for source, _ in module.internal_imports:
        modules |= _with_dependencies(source, (*importers, name))
    return modules | {name: module}


def _parse(name: str) -> _Module:
    spec = find_spec(name)
    if spec is None or spec.origin is None:
        raise ValueError(f"there is no module {name}")
    source = Path(spec.origin).read_text(encoding="utf-8")
    tree = ast.parse(source)
    _refuse_other_imports(name, tree)
    lines: list[str | None] = list(source.splitlines())
    internal: list[tuple[str, str]] = []
    external: list[str] = []
    defined: set[str] = set()
    for index, statement in enumerate(tree.body):
        if isinstance(statement, ast.Import | ast.ImportFrom):
            if _is_ours(statement):
                assert isinstance(statement, ast.ImportFrom)
                internal += [(str(statement.module), alias.name) for alias in statement.names]
            else:
                external += _one_by_one(statement)
        elif index > 0 or not _is_text(statement):
            defined |= _bound(statement)
            continue
        assert statement.end_lineno is not None
        lines[statement.lineno - 1 : statement.end_lineno] = [None] * (
            statement.end_lineno - statement.lineno + 1
        )
    body = "\n".join(line for line in lines if line is not None)
    return _Module(name, body, frozenset(defined), tuple(external), tuple(internal))


def _refuse_other_imports(name: str, tree: ast.Module) -> None:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) and _is_ours(node):
            plain = isinstance(node, ast.ImportFrom) and not node.level
            if not plain or node not in tree.body or any(alias.asname for alias in node.names):
                raise ValueError(
                    f"{name}, line {node.lineno}: expected `from {_PACKAGE}.module import name` at"
                    f" the top level, got `{ast.unparse(node)}`"
                )


def _is_ours(statement: ast.Import | ast.ImportFrom) -> bool:
    if isinstance(statement, ast.ImportFrom):
        return bool(statement.level) or str(statement.module).split(".")[0] == _PACKAGE
    return any(alias.name.split(".")[0] == _PACKAGE for alias in statement.names)


def _one_by_one(statement: ast.Import | ast.ImportFrom) -> list[str]:
    start = f"from {statement.module} import" if isinstance(statement, ast.ImportFrom) else "import"
    return [f"{start} {ast.unparse(alias)}" for alias in statement.names]


def _is_text(statement: ast.stmt) -> bool:
    return isinstance(statement, ast.Expr) and isinstance(statement.value, ast.Constant)


def _bound(statement: ast.stmt) -> set[str]:
    if isinstance(statement, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        return {statement.name}
    return {
        node.id
        for node in ast.walk(statement)
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)
    }
