"""Run benchmarks and print what they measured."""

from __future__ import annotations

import importlib
import pkgutil
import sys
from collections.abc import Sequence
from pathlib import Path

_HERE = Path(__file__).parent


class UsageError(Exception):
    """The words on the command line name no benchmark, or lack its arguments."""


def main(words: Sequence[str]) -> int:
    """Run the benchmarks named, or all that need no arguments."""
    known = [
        module.name
        for module in pkgutil.iter_modules([str(_HERE)])
        if not module.name.startswith("_")
    ]
    try:
        runs = parse_runs(words, known) if words else [(name, []) for name in known]
    except UsageError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    for name, arguments in runs:
        sys.stdout.write(f"{name}\n")
        expected = list_arguments(name)
        lines = (
            importlib.import_module(f"{__package__}.{name}").run(*arguments)
            if len(arguments) == len(expected)
            else [f"left out: it needs {' '.join(expected)}"]
        )
        for line in lines:
            sys.stdout.write(f"  {line}\n")
            sys.stdout.flush()
    return 0


def parse_runs(words: Sequence[str], known: Sequence[str]) -> list[tuple[str, list[str]]]:
    """Each benchmark named, with the words after it that are its arguments. Raises UsageError."""
    left, runs = list(words), []
    while left:
        name = left.pop(0)
        if name not in known:
            raise UsageError(f"No benchmark called {name}; there are: {', '.join(known)}.")
        expected = list_arguments(name)
        arguments, left = left[: len(expected)], left[len(expected) :]
        if len(arguments) < len(expected):
            raise UsageError(f"{name} needs {' '.join(expected)}.")
        runs.append((name, arguments))
    return runs


def list_arguments(name: str) -> Sequence[str]:
    """The names of the arguments that a benchmark needs: its module's `ARGUMENTS`, if it has
    any.
    """
    expected: Sequence[str] = getattr(
        importlib.import_module(f"{__package__}.{name}"), "ARGUMENTS", ()
    )
    return expected


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
