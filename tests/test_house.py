"""The house rules that a machine can count: short files, short functions, folders that can be read
at a glance, few layers, and a first sentence in each module that says what it is for.
"""

from __future__ import annotations

import ast
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PACKAGES = ("proxy", "connectors")
LINES_OF_A_FILE = 300
LINES_OF_A_FUNCTION = 60
MODULES_OF_A_FOLDER = 16
LAYERS_OF_A_PACKAGE = 12


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


def test_no_folder_holds_more_modules_than_can_be_read_at_a_glance() -> None:
    count: dict[str, int] = {}
    for path, _ in modules(*PACKAGES, "tests"):
        folder, _, name = path.rpartition("/")
        count[folder] = count.get(folder, 0) + (name != "__init__.py")
    full = {folder: number for folder, number in count.items() if number > MODULES_OF_A_FOLDER}
    assert full == {}, f"give what belongs together a folder: over {MODULES_OF_A_FOLDER} modules"


@pytest.mark.parametrize("package", PACKAGES)
def test_a_package_has_few_layers(package: str) -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    (layers,) = (
        contract["layers"]
        for contract in settings["contracts"]
        if contract["type"] == "layers" and contract["containers"] == [package]
    )
    assert len(layers) <= LAYERS_OF_A_PACKAGE


def test_every_module_says_first_what_it_is_for() -> None:
    silent = [path for path, text in modules(*PACKAGES) if not ast.get_docstring(ast.parse(text))]
    assert silent == []


def test_no_test_module_bears_the_name_of_a_standard_one() -> None:
    names = sys.stdlib_module_names
    assert [path for path, _ in modules("tests") if Path(path).stem in names] == []


def test_both_packages_tell_type_checkers_that_they_are_typed() -> None:
    assert [name for name in PACKAGES if not (ROOT / name / "py.typed").is_file()] == []
