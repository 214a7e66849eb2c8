"""The window that a poll means. ShipStation asks in whole minutes, and the last one counts in full
(ShipStation's Custom Store Development Guide).
"""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.orders import Window


def read_minutes(start: datetime, end: datetime) -> Window:
    """The span between two minutes as asked, aware times; both minutes belong to it.

    A `start` that carries seconds stays as it is; `end` is always moved to the end of its minute.
    Raises `ValueError` where the end lies before the start.
    """
    return Window(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC).replace(second=59, microsecond=999_999),
    )
