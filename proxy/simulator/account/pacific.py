"""The account's times: Pacific wall time without a zone, as ShipStation's API has them.

Sources: docs.shipstation.com, API v1, "Requirements" (Pacific time) and the samples of its list
calls (seven digits of a second, no zone).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from enum import StrEnum
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")
_EXPECTED = "yyyy-mm-dd hh:mm:ss in Pacific time, without a zone"
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}(?:[ T]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,7})?)?)?", re.ASCII)


class TwiceHour(StrEnum):
    """How a query's time within the autumn hour that comes twice is understood.

    ShipStation does not document it. `wall` compares local times as written, so that both hours
    match; `first` and `second` take one of the two.
    """

    WALL = "wall"
    FIRST = "first"
    SECOND = "second"


def write_pacific(moment: datetime) -> str:
    """`2026-03-02T01:15:27.4130000`: the Pacific wall time of an aware moment."""
    wall = cut_zone(moment)
    return f"{wall:%Y-%m-%dT%H:%M:%S}.{wall.microsecond:06d}0"


def cut_zone(moment: datetime) -> datetime:
    """What a clock in Los Angeles shows at an aware moment, without a zone."""
    return moment.astimezone(PACIFIC).replace(tzinfo=None, fold=0)


def parse_pacific(text: str) -> datetime:
    """The wall time, without a zone, that a query gives; a day alone is its midnight.

    Raises ValueError for anything else, times with a zone among them.
    """
    plain = text[:40].strip()
    if not _TIME.fullmatch(plain):
        raise ValueError(f"expected {_EXPECTED}, found {text[:40]!r}")
    try:
        return datetime.fromisoformat(plain[:26])
    except ValueError as error:
        raise ValueError(f"expected {_EXPECTED}, found {text[:40]!r}") from error


def read_moment(text: str, twice: TwiceHour = TwiceHour.FIRST) -> datetime:
    """The aware moment that a query's time means. Raises ValueError."""
    return place_wall(parse_pacific(text), twice)


def place_wall(wall: datetime, twice: TwiceHour = TwiceHour.FIRST) -> datetime:
    """The moment at which a clock in Los Angeles shows `wall`, aware UTC."""
    return wall.replace(tzinfo=PACIFIC, fold=int(twice is TwiceHour.SECOND)).astimezone(UTC)
