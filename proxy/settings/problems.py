"""What is wrong with settings, said so that a person can mend it: where, what was expected, what
was found, and what was probably meant.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import msgspec

from connectors.places import Path


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
        return ": ".join(
            part for part in (f"{self.line}:{self.column}", self.path, self.message) if part
        )


class SettingsError(Exception):
    """The settings cannot be used.

    `problems` holds every fault found, in the order of the file; `str()` is one line for each.
    """

    def __init__(self, file: str, problems: Iterable[Problem]) -> None:
        self.file = file
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(f"{file}:{problem}" for problem in self.problems))


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
    return word.lower().replace("-", "").replace("_", "").replace(" ", "")
