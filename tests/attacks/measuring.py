"""Texts drawn to hurt, and the CPU time that a function spends on them."""

from __future__ import annotations

import contextlib
import time
from collections.abc import Callable
from typing import Any

SMALL, LARGE = 4_096, 65_536
# Linear is 16, n·log n 21, quadratic 256.
MOST_GROWTH = 64
# Below this a measurement is noise: no text of 64 KB hurts in a millisecond.
_FLOOR = 0.000_02
_RUNS = 5

PIECES = (
    *("<", "<a ", "<a>", "<!--", "<script>", "</script", "<br", "<title>", "</p "),
    *("&", "&#1", "&#99999999", "&amp", "&amp;", "?", "?_", "?token=", "&token=", ";key=", "="),
    *(
        "a.",
        "a",
        "a-",
        "_",
        "a://",
        "://",
        "a://b",
        "a@",
        "@",
        "a@b ",
        "auth",
        "basic ",
        "bearer a",
    ),
    *('"', '"token":"', '"token" ', '\\"', "\\", "'", "[parameters: ", "]\n", "[parameters: ]"),
    *(" ", "\t", "\n", " \n", "\n ", "\r", "\r\n", "\v", "a b ", "\N{NO-BREAK SPACE}"),
    *("[", "]", "{", '{"a":', "[[", "[1,", "(", ")", "((", "{{", "{%", '<>;a="', "<a>;b=c", ",<"),
    *("0", "9", "1.", "-", "+", "1e", "0000-00-00", "2026-", "%", "%25", "/", "//", "../", ":"),
    *("é", "e\u0301", "\u0301\u0316", "\u1e9b\u0323", "\N{ZERO WIDTH JOINER}", "\U0001f1e6"),
    *(
        "\U0001f468\u200d",
        "\x1b]0;",
        "\x00",
        "\x85",
        "\u202e",
        "\ufeff",
        "İ",
        "ß",
        "\ud800",
        "\udc00",
    ),
    *("usps ", "united states ", "expected `", "Expected `a`, got ", " - at `$", "T", "Z", "GMT "),
)
"""What a text that hurts is made of: beginnings without an end, ends without a beginning, what is
written in more than one way.
"""


def fill_text(piece: str, size: int, *, head: str = "", tail: str = "") -> str:
    """`head`, `piece` again and again, `tail`: `size` characters in all."""
    middle = max(0, size - len(head) - len(tail))
    return (head + (piece * (middle // len(piece) + 1))[:middle] + tail)[:size]


def measure(function: Callable[[Any], object], argument: object) -> float:
    """CPU seconds of one call. An error is an answer like any other."""
    begun = time.thread_time()
    with contextlib.suppress(Exception):
        function(argument)
    return time.thread_time() - begun


def find_growth(function: Callable[[Any], object], make: Callable[[int], Any]) -> float:
    """How many times the CPU time of a small text a large one costs, best of five each; 0 for what
    is too quick to tell.
    """
    large = make(LARGE)
    most = measure(function, large)
    if most <= MOST_GROWTH * _FLOOR:
        return 0.0
    small = make(SMALL)
    least = max(_FLOOR, min(measure(function, small) for _ in range(_RUNS)))
    for _ in range(_RUNS):
        if most <= MOST_GROWTH * least:
            break
        most = min(most, measure(function, large))
    return most / least
