"""Functions on dates: any spelling a shop may use becomes one canonical UTC text, and any spelling
it wants is written from that.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import format_datetime
from functools import cache, lru_cache
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from connectors.language.functions.table import FUNCTIONS, EvaluationError, describe_kind
from connectors.reading.fields import FieldError
from connectors.reading.moments import read_optional_moment

EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_NAMED: Final = ("iso", "epoch", "epoch_ms", "rfc2822")
_LONGEST: Final = 100
_DIRECTIVES: Final = frozenset("aAbBdfHIjmMpSyYzZ%T")


@lru_cache(maxsize=64)
def find_zone(name: str) -> tzinfo:
    """A zone by its IANA name, e.g. Europe/Berlin. Raises `EvaluationError`."""
    if name[:4].upper() in {"UTC", "Z", "GMT", ""}:
        return UTC
    if name not in _list_zones():
        raise EvaluationError(f"expected a time zone such as Europe/Berlin, found {name[:40]!r}")
    return ZoneInfo(name)


@cache
def _list_zones() -> frozenset[str]:
    """The names of all zones; Python reads them from the disk each time it is asked."""
    return frozenset(available_timezones())


def read_time(value: Any, form: str = "", zone: str = "") -> datetime | None:
    """A shop's date as aware UTC; null and the empty text are None. Raises `EvaluationError`.

    Without a form: ISO 8601 in any of its dress; a date without a zone is in `zone` (UTC unless
    told otherwise). `epoch` and `epoch_ms` are seconds and milliseconds since 1970, `rfc2822` is
    the dress of e-mail; anything with a % is a `strptime` form.
    """
    if isinstance(value, str) and len(value) > _LONGEST:
        raise EvaluationError("expected a date, found a long text")
    try:
        return read_optional_moment(value, "date", zone=find_zone(zone), pattern=form or "iso")
    except FieldError as error:
        raise EvaluationError(f"expected {error.expected}, found {describe_kind(value)}") from None


def write_time(moment: datetime, form: str, zone: str = "") -> Any:
    """A time as the shop wants it: a text, or a whole number for `epoch` and `epoch_ms`.

    `iso` is 2026-01-31T12:00:00.000Z (with the offset in another zone), `local` the same without
    fraction and zone, `datetime` has a blank in the middle; anything with a % is a `strftime` form.
    """
    if form in _WRITERS:
        return _WRITERS[form](moment.astimezone(find_zone(zone)))
    return moment.astimezone(find_zone(zone)).strftime(form)


def check_form(form: str, *, writing: bool) -> str:
    """What is wrong with a form of dates, as a sentence; empty if nothing is."""
    known = tuple(_WRITERS) if writing else _NAMED
    if form in known:
        return ""
    if "%" not in form:
        return f"expected {', '.join(known)} or a form with % such as %Y-%m-%d, found {form!r}"
    wrong = [
        f"%{letter}"
        for letter in re.findall(r"%(.?)", form)
        if letter not in _DIRECTIVES or not letter
    ]
    return f"the form {form!r} has {wrong[0]}, which is not known" if wrong else ""


@FUNCTIONS.add("any", "string", "string", least=1)
def date(value: Any, form: str = "", zone: str = "") -> str | None:
    """A date as ISO 8601 in UTC, from any ISO dress, `epoch`, `epoch_ms`, `rfc2822` or a % form,
    with the zone of texts that name none: `date('2026-07-01 12:00:00', 'iso', 'Europe/Berlin')` is
    `"2026-07-01T10:00:00.000Z"`.
    """
    moment = read_time(value, form, zone)
    return None if moment is None else write_time(moment, "iso")


@FUNCTIONS.add("any", "string", "string", least=2)
def date_text(value: Any, form: str, zone: str = "") -> Any:
    """A date in another dress (`iso`, `local`, `datetime`, `epoch`, `epoch_ms`, `rfc2822` or a %
    form), in a zone: `date_text('2026-07-01', '%d.%m.%Y')` is `"01.07.2026"`.
    """
    moment = read_time(value)
    if moment is None:
        return None
    if fault := check_form(form, writing=True):
        raise EvaluationError(fault)
    return write_time(moment, form, zone)


@FUNCTIONS.add("any", rest=True)
def latest(*values: Any) -> str | None:
    """The latest of some dates (lists too), nulls left out: `latest('2026-01-02', `null`,
    '2026-01-01')` is `"2026-01-02T00:00:00.000Z"`.
    """
    moment = max(_read_times(values), default=None)
    return None if moment is None else _write_iso(moment)


@FUNCTIONS.add("any", rest=True)
def earliest(*values: Any) -> str | None:
    """The earliest of some dates (lists too), nulls left out: `earliest('2026-01-02',
    '2026-01-01')` is `"2026-01-01T00:00:00.000Z"`.
    """
    moment = min(_read_times(values), default=None)
    return None if moment is None else _write_iso(moment)


def _read_times(values: tuple[Any, ...]) -> list[datetime]:
    flat = [each for value in values for each in (value if isinstance(value, list) else [value])]
    return [moment for each in flat if (moment := read_time(each)) is not None]


def _write_iso(moment: datetime) -> str:
    """ISO 8601, with microseconds only where there are some."""
    grain = "microseconds" if moment.microsecond % 1000 else "milliseconds"
    return moment.isoformat(timespec=grain).replace("+00:00", "Z")


_WRITERS: Final[dict[str, Callable[[datetime], Any]]] = {
    "iso": _write_iso,
    "local": lambda there: there.strftime("%Y-%m-%dT%H:%M:%S"),
    "datetime": lambda there: there.strftime("%Y-%m-%d %H:%M:%S"),
    "epoch": lambda there: (there - EPOCH) // timedelta(seconds=1),
    "epoch_ms": lambda there: (there - EPOCH) // timedelta(milliseconds=1),
    "rfc2822": format_datetime,
}
