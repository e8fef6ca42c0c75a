"""The worked example of CONTRIBUTING is the code and the configuration of the package."""

import ast
import re
from pathlib import Path

import yaml

ROOT = Path(__file__).resolve().parents[2]


def block(language: str) -> str:
    text = (ROOT / "CONTRIBUTING.md").read_text()
    return re.search(rf"```{language}\n(.*?)```", text, re.DOTALL)[1]


def without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        documented = isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef)
        if documented and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def test_the_example_network_is_the_one_of_the_package() -> None:
    source = (ROOT / "src/srrescgan/generators/compact.py").read_text()
    assert without_docstrings(block("python")) == without_docstrings(source)


def test_the_example_file_is_the_one_of_the_package() -> None:
    file = (ROOT / "conf/generator/compact.yaml").read_text()
    assert yaml.safe_load(block("yaml")) == yaml.safe_load(file)
    assert block("yaml").strip() == file.strip()
