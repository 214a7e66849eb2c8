"""What a connector's author imports: complete, loaded when asked for, and enough for a stranger."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from types import ModuleType

import pytest

import connectors
import connectors.testing

ROOT = Path(__file__).parents[2]
SURFACES = [connectors, connectors.testing]
# A stranger's code, and the example that the docs name.
STRANGERS = [
    *(ROOT / "tests/plugin/woodland").rglob("*.py"),
    *(ROOT / "tests/connectors/contract").glob("ledger*.py"),
]


def checked_imports(surface: ModuleType) -> dict[str, str]:
    """Each name that a type checker sees, and the module that it sees it in."""
    tree = ast.parse(Path(str(surface.__file__)).read_text(encoding="utf-8"))
    (block,) = (
        node
        for node in tree.body
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING"
    )
    return {
        alias.asname or alias.name: str(node.module)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }


def imported_modules(source: str) -> Iterator[str]:
    """The modules of ours that a source imports."""
    for node in ast.walk(ast.parse(source)):
        names = (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [str(node.module)]
            if isinstance(node, ast.ImportFrom) and not node.level
            else []
        )
        yield from (name for name in names if name.split(".")[0] in {"connectors", "proxy"})


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_people_and_type_checkers_see_the_same_names(surface: ModuleType) -> None:
    checked = checked_imports(surface)
    assert set(surface.__all__) == set(checked)
    assert set(surface.__all__) <= set(dir(surface))
    for name, module in checked.items():
        assert getattr(surface, name) is getattr(import_module(module), name)


@pytest.mark.parametrize("surface", SURFACES, ids=lambda surface: surface.__name__)
def test_a_name_that_is_not_there_is_an_attribute_error(surface: ModuleType) -> None:
    with pytest.raises(AttributeError, match="has no attribute 'Ordre'"):
        surface.Ordre  # noqa: B018 - asking is the point


@pytest.mark.parametrize("file", STRANGERS, ids=lambda file: file.name)
def test_a_stranger_imports_from_the_surface_alone(file: Path) -> None:
    found = set(imported_modules(file.read_text(encoding="utf-8")))
    assert found <= {"connectors", "connectors.testing"}


def test_the_guide_names_no_module_behind_the_surface() -> None:
    text = (ROOT / "docs/writing-a-connector.md").read_text(encoding="utf-8")
    assert not re.findall(r"connectors\.(?!testing\b)[a-z_]+\b", text)
    for block in re.findall(r"```python\n(.*?)```", text, re.DOTALL):
        assert set(imported_modules(block)) <= {"connectors", "connectors.testing"}
