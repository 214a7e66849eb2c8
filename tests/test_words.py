"""Words: verbs for functions, no shipping client in the connectors, and plain English."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
# Participles that do not end in "ed". Those that are a verb's imperative too (read, put, split,
# run, cut, set) are verbs.
_IRREGULAR = """
    begun bound bought broken brought built caught chosen dealt done drawn driven fallen felt
    forgotten found frozen given gone got grown had heard held hidden kept known laid led left lent
    lit lost made meant met paid proven risen said seen sent shaken shot shown sold spent spoken
    spun stolen stood struck stuck sworn taken taught thought thrown told torn understood won worn
    woven written
"""
IRREGULAR = frozenset(_IRREGULAR.split())
LARGEST_SHARE = 0.01
# Data of the wire that names ShipStation: keys that WooCommerce's official ShipStation plugin
# writes into an order, and what it writes into a note.
ON_THE_WIRE = re.compile(
    r"woocommerce_shipstation/shipstation_(?:is_gift|gift_message)|\(ShipStation\\\)"
)
NOT_USED = (
    r"\blest\b",
    r"\banew\b",
    r"\btold of\b",
    r"\bgives how many\b",
    r"\ball the same\b",
    r"\bto be had\b",
    r"\ba must\b",
    r"\bwhat came\b",
)


def texts(*patterns: str) -> Iterator[tuple[str, str]]:
    """Path and text of the files that match, data and this file left out."""
    for pattern in patterns:
        for file in sorted(ROOT.glob(pattern)):
            path = file.relative_to(ROOT).as_posix()
            if not path.startswith((".venv/", "tests/fixtures/")) and file != Path(__file__):
                yield path, file.read_text(encoding="utf-8")


def is_bare_participle(name: str) -> bool:
    """Whether a function's name is one participle and nothing else."""
    word = name.strip("_")
    return "_" not in word and (word.endswith("ed") or word in IRREGULAR)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("_told", True),
        ("mapped", True),
        ("_found", True),
        ("mark_dead", False),
        ("is_held", False),
        ("read", False),
        ("split", False),
    ],
)
def test_a_bare_participle_is_known(name: str, *, bare: bool) -> None:
    assert is_bare_participle(name) is bare


def test_functions_are_verbs_and_seldom_bare_participles() -> None:
    names = [
        (path, node.name)
        for path, text in texts("proxy/**/*.py", "connectors/**/*.py")
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    bare = [f"{path}: {name}" for path, name in names if is_bare_participle(name)]
    assert len(bare) <= LARGEST_SHARE * len(names), bare


def test_the_connectors_have_never_heard_of_a_shipping_client() -> None:
    named = [
        f"{path}:{number}: {line.strip()}"
        for path, text in texts("connectors/**/*.py", "connectors/**/*.yaml")
        for number, line in enumerate(text.splitlines(), 1)
        if re.search("shipstation|shiprush|shipworks", ON_THE_WIRE.sub("", line), re.IGNORECASE)
    ]
    assert named == []


@pytest.mark.parametrize("phrase", NOT_USED)
def test_plain_words_are_used(phrase: str) -> None:
    places = ("proxy/**/*.py", "connectors/**/*.py", "connectors/**/*.yaml", "*.md", "docs/**/*.md")
    found = [
        f"{path}:{text.count(chr(10), 0, match.start()) + 1}"
        for path, text in texts(*places, "tests/**/*.py", "settings.yaml", "pyproject.toml")
        for match in re.finditer(phrase.replace(" ", r"\s+"), text, re.IGNORECASE)
    ]
    assert found == []
