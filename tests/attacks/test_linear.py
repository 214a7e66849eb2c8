"""No text of a stranger's costs more than linear time, in whatever function that takes text.

The functions are found by their types, so that a new one joins by itself.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import typing
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from connectors.upstream.response import Reply
from tests.attacks.measuring import MOST_GROWTH, PIECES, fill_text, find_growth
from tests.attacks.samples import OURS, SAMPLES

PACKAGES = (
    "proxy.doors",
    "proxy.telemetry",
    "connectors.reading",
    "connectors.language",
    "connectors.upstream",
)
_TEXTS = (str, bytes, str | None, bytes | None, str | bytes, Reply)


def list_functions() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function of the packages, by its full name."""
    for package in PACKAGES:
        path = importlib.import_module(package).__path__
        for found in pkgutil.walk_packages(path, f"{package}."):
            if found.name.endswith("__main__"):
                continue
            for name, value in vars(importlib.import_module(found.name)).items():
                function = inspect.unwrap(value) if callable(value) else value
                if (
                    inspect.isfunction(function)
                    and not name.startswith("_")
                    and function.__module__ == found.name
                ):
                    yield f"{found.name}.{name}", function


def list_required(function: Callable[..., Any]) -> list[Any]:
    """The types of the parameters that a call must give."""
    hints = typing.get_type_hints(function)
    return [
        hints.get(parameter.name)
        for parameter in inspect.signature(function).parameters.values()
        if parameter.default is parameter.empty
        and parameter.kind not in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD)
    ]


def give_bytes(function: Callable[[bytes], object]) -> Callable[[str], object]:
    """The same for a text."""
    return lambda text: function(text.encode("utf-8", "replace"))


FUNCTIONS = dict(list_functions())
TAKES_TEXT = {
    name: list_required(function)
    for name, function in FUNCTIONS.items()
    if any(kind in _TEXTS for kind in list_required(function))
}
ALONE = {name: kinds[0] for name, kinds in TAKES_TEXT.items() if kinds in ([str], [bytes])}
CASES: dict[str, Callable[[str], object]] = {
    **{
        name: FUNCTIONS[name] if kind is str else give_bytes(FUNCTIONS[name])
        for name, kind in ALONE.items()
        if name not in OURS
    },
    **SAMPLES,
}


def test_each_function_that_takes_text_is_measured() -> None:
    unknown = TAKES_TEXT.keys() - CASES.keys() - OURS.keys()
    assert not unknown, f"give these a sample in tests/attacks/samples.py: {sorted(unknown)}"


def test_no_sample_is_left_of_a_function_that_has_gone() -> None:
    gone = {name for name in {*SAMPLES, *OURS} if "(" not in name and name not in FUNCTIONS}
    assert not gone, f"take these out of tests/attacks/samples.py: {sorted(gone)}"


@pytest.mark.parametrize("name", CASES)
def test_no_text_costs_more_than_linear_time(name: str) -> None:
    for piece in PIECES:
        growth = find_growth(CASES[name], partial(fill_text, piece, tail="!"))
        assert growth <= MOST_GROWTH, f"{piece!r} again and again"


@pytest.mark.parametrize("name", CASES)
def test_no_mixture_costs_more_than_linear_time(name: str) -> None:
    pieces = st.lists(st.sampled_from(PIECES), min_size=1, max_size=3).map("".join)

    @settings(max_examples=12, deadline=None, database=None, phases=(Phase.generate,))
    @given(pieces, pieces, pieces)
    def measure_mixture(head: str, piece: str, tail: str) -> None:
        growth = find_growth(CASES[name], lambda size: fill_text(piece, size, head=head, tail=tail))
        assert growth <= MOST_GROWTH

    measure_mixture()
