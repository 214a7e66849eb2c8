"""The house rules that a machine can count: short files, short functions, and a first line in each
module that says what it is for.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("proxy", "connectors")
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60


def modules(*folders: str) -> Iterator[tuple[str, str]]:
    """Each module's path and text."""
    for folder in folders:
        for file in sorted((ROOT / folder).rglob("*.py")):
            yield str(file.relative_to(ROOT)), file.read_text(encoding="utf-8")


def length(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines from `def` on; decorators, which may be tables of cases, are not counted."""
    return (function.end_lineno or function.lineno) - function.lineno + 1


def test_no_file_is_longer_than_may_be_read_in_one_go() -> None:
    long = {
        path: lines
        for path, text in modules(*PACKAGES, "tests")
        if (lines := len(text.splitlines())) > LINES_OF_A_FILE
    }
    assert long == {}, f"split by meaning what is over {LINES_OF_A_FILE} lines"


def test_no_function_is_longer_than_a_screen() -> None:
    long = {
        f"{path}:{node.lineno} {node.name}": length(node)
        for path, text in modules(*PACKAGES, "tests")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
        and length(node) > LINES_OF_A_FUNCTION
    }
    assert long == {}, f"split by meaning what is over {LINES_OF_A_FUNCTION} lines"


def test_every_module_says_first_what_it_is_for() -> None:
    assert [
        path for path, text in modules(*PACKAGES) if not ast.get_docstring(ast.parse(text))
    ] == []
