"""The orders that a walk is to give: of one status list, changed in a span, and not given yet."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from datetime import datetime, timedelta

from connectors.orders import RejectedOrder
from connectors.reading.rows import digest_row
from connectors.woocommerce.mapping.decoding import Row

HOUR = timedelta(hours=1)


def name_row(row: Row) -> Hashable:
    """An identity for a row of a list: its id, or what is known of one that has none."""
    if row.id:
        return row.id
    if isinstance(row.order, RejectedOrder):
        return row.modified, row.order.reason, row.order.record
    return row.modified, digest_row(row.raw)


def name_rows(rows: Sequence[Row]) -> list[Hashable]:
    """An identity for each row."""
    return [name_row(row) for row in rows]


def is_of_place(name: Hashable) -> bool:
    """Whether the row of this name has no id: it may be named by its place, which it has in one
    list only.
    """
    return not isinstance(name, int)


class Span:
    """Both ends are inclusive; None means no bound.

    `seen` holds the ids that were given; the walks of one window share it.
    """

    def __init__(
        self, status: str, start: datetime | None, end: datetime | None, seen: set[int]
    ) -> None:
        self.status = status
        self.start = start.replace(microsecond=0) if start is not None else None
        self.end = end
        self.seen = seen
        self._nameless: set[Hashable] = set()

    @property
    def low(self) -> datetime | None:
        """Where walks begin: an hour early, because WooCommerce reads a bound an hour late that
        falls into the hour that the shop's clock skips in spring.
        """
        return self.start - HOUR if self.start is not None else None

    def take_fresh(self, rows: Iterable[Row]) -> list[Row]:
        """The rows of the span that were not given before; from now on they count as given."""
        found = []
        for row in rows:
            if not self.has_time(row.modified):
                continue
            if row.id:
                if row.id in self.seen:
                    continue
                self.seen.add(row.id)
            elif (name := name_row(row)) in self._nameless:
                continue
            else:
                self._nameless.add(name)
            found.append(row)
        return found

    def has_time(self, modified: datetime | None) -> bool:
        """Whether a change lies in the span; a row whose time cannot be read is not hidden."""
        if modified is None:
            return True
        return (self.start is None or self.start <= modified) and (
            self.end is None or modified <= self.end
        )
