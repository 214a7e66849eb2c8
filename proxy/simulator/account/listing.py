"""The lists of the API: filtered, sorted and cut into pages, as docs.shipstation.com, API v1,
describes each of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, time, timedelta
from typing import Any, TypeAlias

import msgspec

from proxy.simulator.account.pacific import (
    TwiceHour,
    cut_zone,
    parse_pacific,
    place_wall,
    read_moment,
)
from proxy.simulator.account.traits import Traits

Row: TypeAlias = Any
Test: TypeAlias = Callable[[Row], bool]
# What a filter makes of the text in the query. Raises ValueError.
Filter: TypeAlias = Callable[[str, TwiceHour], Test]
DEFAULT_PAGE = 100
_LONGEST_NUMBER = 9


class Listing(msgspec.Struct, frozen=True, kw_only=True):
    """One list: its name in the answer, its filters by parameter in lower case, and the attributes
    by which it can be sorted, the first by default.
    """

    name: str
    filters: Mapping[str, Filter]
    sorts: Mapping[str, str]


def list_page(
    rows: Iterable[Row],
    listing: Listing,
    query: Mapping[str, str],
    traits: Traits,
) -> tuple[list[Row], dict[str, int]]:
    """The rows of the page asked for, and `total`, `page`, `pages` of the answer.

    A page larger than the account's largest is cut to it. Parameters that a list does not know have
    no effect. Raises ValueError for what cannot be understood, and for spans that are too long.
    """
    twice = traits.twice_hour
    given = {name.lower(): text for name, text in query.items() if text}
    _check_spans(given, traits.longest_span)
    tests = [
        listing.filters[name](text, twice)
        for name, text in given.items()
        if name in listing.filters
    ]
    found = [row for row in rows if all(test(row) for test in tests)]
    attribute = _choose_sort(listing, given)
    backwards = given.get("sortdir", "ASC").upper() == "DESC"
    found.sort(key=lambda row: _write_key(getattr(row, attribute), twice), reverse=backwards)
    page = _read_number(given, "page", 1)
    size = min(_read_number(given, "pagesize", DEFAULT_PAGE), traits.largest_page)
    counts = {"total": len(found), "page": page, "pages": -(-len(found) // size)}
    return found[(page - 1) * size : page * size], counts


def equals(path: str) -> Filter:
    """Fits rows whose attribute is the text given; a path has points."""
    return lambda text, _: lambda row: _fold(_read(row, path)) == text.casefold()


def begins(path: str) -> Filter:
    """Fits rows whose attribute begins with the text given."""
    return lambda text, _: lambda row: _fold(_read(row, path)).startswith(text.casefold())


def contains(path: str) -> Filter:
    """Fits rows whose attribute contains the text given."""
    return lambda text, _: lambda row: text.casefold() in _fold(_read(row, path))


def contains_in_items(text: str, _: TwiceHour) -> Test:
    """Fits orders with a line whose SKU or name contains the text."""
    word = text.casefold()
    return lambda row: any(
        word in item.sku.casefold() or word in item.name.casefold() for item in row.items
    )


def fits_nothing(_text: str, _: TwiceHour) -> Test:
    """Fits no row: a filter on what no order of a custom store has."""
    return lambda _row: False


def span(parameter: str, attribute: str) -> dict[str, Filter]:
    """The two filters of a date, both ends included."""

    def from_start(text: str, twice: TwiceHour) -> Test:
        start = _read_time(text, twice)
        return lambda row: _is_dated(row, attribute) and _key(row, attribute, twice) >= start

    def to_end(text: str, twice: TwiceHour) -> Test:
        end = _read_time(text, twice)
        return lambda row: _is_dated(row, attribute) and _key(row, attribute, twice) <= end

    return {f"{parameter}start": from_start, f"{parameter}end": to_end}


def read_flag(text: str | None) -> bool:
    """Whether a query's switch is on: `true` or `1`, in any case."""
    return (text or "").casefold() in {"true", "1"}


def _read(row: Row, path: str) -> object:
    value = row
    for name in path.split("."):
        value = getattr(value, name)
    return value


def _fold(value: object) -> str:
    return "" if value is None else str(value).casefold()


def _is_dated(row: Row, attribute: str) -> bool:
    return getattr(row, attribute) is not None


def _key(row: Row, attribute: str, twice: TwiceHour) -> Any:
    return _write_key(getattr(row, attribute), twice)


def _write_key(value: object, twice: TwiceHour) -> Any:
    """What a value is compared by: for dates the Pacific wall time, or the moment, as the account
    understands queries.
    """
    if isinstance(value, datetime):
        return cut_zone(value) if twice is TwiceHour.WALL else value
    if isinstance(value, date):
        midnight = datetime.combine(value, time.min)
        return midnight if twice is TwiceHour.WALL else place_wall(midnight)
    return "" if value is None else value


def _read_time(text: str, twice: TwiceHour) -> datetime:
    return parse_pacific(text) if twice is TwiceHour.WALL else read_moment(text, twice)


def _check_spans(given: Mapping[str, str], longest: timedelta | None) -> None:
    for name, text in given.items():
        end = given.get(f"{name.removesuffix('start')}end")
        if longest is None or end is None or not name.endswith("datestart"):
            continue
        if parse_pacific(end) - parse_pacific(text) > longest:
            raise ValueError(f"{name}: expected a span of at most {longest.days} days")


def _choose_sort(listing: Listing, given: Mapping[str, str]) -> str:
    wanted = given.get("sortby", "").casefold()
    if not wanted:
        return next(iter(listing.sorts.values()))
    for name, attribute in listing.sorts.items():
        if name.casefold() == wanted:
            return attribute
    raise ValueError(f"sortBy: expected one of {', '.join(listing.sorts)}, found {wanted!r}")


def _read_number(given: Mapping[str, str], name: str, default: int) -> int:
    text = given.get(name, str(default))
    if not text.isdecimal() or not text.isascii() or len(text) > _LONGEST_NUMBER or int(text) < 1:
        raise ValueError(f"{name}: expected a number from 1, found {text[:40]!r}")
    return int(text)
