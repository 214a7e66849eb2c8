"""The machine that runs a pattern's instructions on a text: Pike's, which follows all ways side by
side.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

Test = Callable[[str], bool]


class Step(NamedTuple):
    """One instruction: `take` a character that passes `test`, `jump` by one of `ways` (the
    preferred first), `save` the place.
    """

    kind: str
    test: Test | None = None
    ways: tuple[int, ...] = ()
    slot: int = 0


_Thread = tuple[int, tuple[int, ...]]


def run_program(program: Sequence[Step], text: str, slots: int) -> tuple[int, ...] | None:
    """Follow all ways side by side; of those that match, the one that started first and was
    preferred wins.
    """
    threads: list[_Thread] = []
    found: tuple[int, ...] | None = None
    for at in range(len(text) + 1):
        if found is None:
            threads.append((0, (-1,) * slots))
        char = text[at : at + 1]
        following: list[_Thread] = []
        for where, saved in _spread_threads(program, threads, at, len(text)):
            step = program[where]
            if step.test is None:
                found = saved
                break
            if char and step.test(char):
                following.append((where + 1, saved))
        threads = following
        if found is not None and not threads:
            break
    return found


def _spread_threads(
    program: Sequence[Step], threads: Sequence[_Thread], at: int, end: int
) -> Iterator[_Thread]:
    """Every instruction that waits for a character or has matched, reached once, in order of
    preference.
    """
    seen: set[int] = set()
    pending = list(reversed(threads))
    while pending:
        where, saved = pending.pop()
        if where in seen:
            continue
        seen.add(where)
        step = program[where]
        if step.kind == "jump":
            pending.extend((where + way, saved) for way in reversed(step.ways))
        elif step.kind == "save":
            pending.append((where + 1, (*saved[: step.slot], at, *saved[step.slot + 1 :])))
        elif (step.kind == "start" and at == 0) or (step.kind == "end" and at == end):
            pending.append((where + 1, saved))
        elif step.kind in {"take", "match"}:
            yield where, saved
