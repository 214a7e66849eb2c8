"""A request's names and values, found without regard to case, with one rule for repeats."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from proxy.doors.custom_store.errors import WireError


class Pairs(Protocol):
    """Headers or a query: a dict, or a multidict that gives a repeated name once for each value."""

    def items(self) -> Iterable[tuple[str, str]]:
        """Every name with each of its values."""
        ...


class Parameters:
    """Names compared without regard to case, as clients differ (`SS-UserName`, `ss-username`)."""

    def __init__(self, pairs: Pairs) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in pairs.items():
            self._values.setdefault(name.strip().lower(), []).append(value)

    def all(self, name: str) -> list[str]:
        """Every value given for `name`, in order."""
        return self._values.get(name.lower(), [])

    def one(self, name: str) -> str:
        """The value of `name`, stripped, or an empty string if it is not there.

        A shop's URL may already carry a query, so a name may come twice. The same value twice is
        one; of an empty and a full one the full one counts; two different ones raise WireError,
        since either guess could be the wrong window or the wrong order.
        """
        values = {value.strip() for value in self.all(name)} - {""}
        if len(values) > 1:
            raise WireError(f"{name}: expected one value, found {len(values)} different ones")
        return values.pop() if values else ""

    def first(self, name: str) -> str:
        """The first value of `name` that is not empty, stripped; for what no parcel depends on."""
        return next((value.strip() for value in self.all(name) if value.strip()), "")

    def filled_up(self, other: Parameters) -> Parameters:
        """These, and for a name without any value here those of `other`."""
        both = Parameters({})
        both._values = {**other._values, **{n: v for n, v in self._values.items() if any(v)}}
        return both
