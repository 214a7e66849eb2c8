"""What is wrong with settings, said so that a person can mend it: where, what was expected, what
was found, and what was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from connectors.places import Path
from connectors.quoting import count_things, make_printable

# How many problems are told at once, and how many characters of each and of its path.
_MOST_TOLD = 100
_MOST_TEXT = 1000
_MOST_PATH = 200


class Problem(msgspec.Struct, frozen=True, kw_only=True, order=True):
    """One fault.

    `line` and `column` count from 1; `path` is the keys that lead there, empty for the file as a
    whole.
    """

    line: int
    column: int
    path: str = ""
    message: str

    def __str__(self) -> str:
        """One printable line, however long what was typed is and whatever it does to a terminal."""
        parts = (f"{self.line}:{self.column}", _cut(self.path, _MOST_PATH), self.message)
        text = _cut(": ".join(part for part in parts if part), _MOST_TEXT)
        return make_printable(text)


class SettingsError(Exception):
    """The settings cannot be used.

    `problems` holds every fault found, in the order of the file; `str()` is one line for each of
    the first hundred, and one for all others.
    """

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        lines = [f"{file}:{problem}" for problem in self.problems[:_MOST_TOLD]]
        if more := len(self.problems) - len(lines):
            first = self.problems[_MOST_TOLD]
            lines.append(
                f"{file}:{first.line}:{first.column}: {count_things(more, 'more problem')}"
            )
        super().__init__("\n".join(lines))


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1]}…"


def shown_path(path: Path) -> str:
    """`("stores", "north", "credentials", 1)` as `stores.north.credentials[1]`."""
    text = ""
    for step in path:
        text += f"[{step}]" if isinstance(step, int) else f".{step}" if text else str(step)
    return text


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """`; did you mean 'rate'?`, or nothing when no known word is near."""
    plain = {_fold_word(name): name for name in known}
    near = difflib.get_close_matches(_fold_word(word), plain, n=1, cutoff=0.6)
    return f"; did you mean {plain[near[0]]!r}?" if near else ""


def _fold_word(word: str) -> str:
    return word[:_MOST_PATH].lower().replace("-", "").replace("_", "").replace(" ", "")
