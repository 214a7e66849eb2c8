"""Quirks: the ways in which shops break their word, by name."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import msgspec

Put = Callable[[Any], set[str]]
EVERY = "*"
"""Stands among the ids of orders that a quirk may cost, for all of them."""
COUNTED = r"counts \d+ orders?, (but|and) \d+ were found"
"""The remark that names both numbers."""


class Quirk(msgspec.Struct, frozen=True, kw_only=True):
    """`put` puts it on a `Liar` and gives the ids of the orders that it may cost.

    `fails`: the error that is an honest answer to it, as a regular expression; empty: orders go out
    nevertheless. `tells`: the remark by which orders are told that no answer shows. `needs`: the
    evidence without which nobody could notice it; `spoils`: the evidence that it takes away. `ways`
    are the ways of reading that it is drawn for, all if empty.
    """

    name: str
    put: Put
    fails: str = ""
    tells: str = ""
    needs: frozenset[str] = frozenset()
    spoils: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()


class Catalog:
    """Quirks in the sequence in which they were added: the plainest first, to which an example
    shrinks.
    """

    def __init__(self, *parts: Catalog) -> None:
        self._quirks = {quirk.name: quirk for part in parts for quirk in part}

    def __iter__(self) -> Iterator[Quirk]:
        return iter(self._quirks.values())

    def __len__(self) -> int:
        return len(self._quirks)

    def __getitem__(self, name: str) -> Quirk:
        return self._quirks[name]

    def add(
        self,
        *,
        fails: str = "",
        tells: str = "",
        needs: Sequence[str] = (),
        spoils: Sequence[str] = (),
        ways: Sequence[str] = (),
    ) -> Callable[[Put], Put]:
        """Add a function as the quirk of its name."""

        def register(put: Put) -> Put:
            name = getattr(put, "__name__", "").replace("_", " ")
            self._quirks[name] = Quirk(
                name=name,
                put=put,
                fails=fails,
                tells=tells,
                needs=frozenset(needs),
                spoils=frozenset(spoils),
                ways=frozenset(ways),
            )
            return put

        return register

    def leave_out(self, *names: str) -> Catalog:
        """The catalog without these."""
        kept = Catalog(self)
        for name in names:
            del kept._quirks[name]
        return kept

    def list_names(self, way: str) -> list[str]:
        """The quirks that may be drawn for a way of reading."""
        return [quirk.name for quirk in self if not quirk.ways or way in quirk.ways]

    def may_meet(self, names: Sequence[str], lacks: frozenset[str]) -> bool:
        """Whether somebody could notice each of these while the others are there too, in a shop
        that `lacks` some evidence.
        """
        quirks = [self[name] for name in names]
        spoiled = lacks.union(*(quirk.spoils for quirk in quirks))
        return all(quirk.needs.isdisjoint(spoiled) for quirk in quirks)
