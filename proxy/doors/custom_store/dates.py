"""The protocol's dates, read in every form seen in the field and written in one, and the windows
that they make.

They are UTC, always: no machine's zone has a say.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from urllib.parse import unquote_plus

from connectors.orders import Window
from proxy.doors.custom_store.errors import WireError

# Before this no shop of ours sold anything; after it nobody's has yet. What lies outside is a fault
# of the asker's.
FIRST_YEAR, LAST_YEAR = 2000, 2099
EXPECTED = "MM/dd/yyyy HH:mm in UTC"

_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d{1,2})(?::(?P<second>\d{1,2})(?:\.\d{1,9})?)?"
# ShipStation's own form, with what its schema also lets through: seconds, am and pm, short years, a
# stray Z.
_SLASHED = re.compile(
    r"(?P<month>\d{1,2})/(?P<day>\d{1,2})/(?P<year>\d{4}|\d{2})"
    rf"(?:[ +T]+{_TIME}(?: ?(?P<half>[AP]M))?(?: ?(?:Z|UTC|GMT))?)?",
    re.ASCII | re.IGNORECASE,
)
# Accepted by the official WooCommerce plugin: thirteen characters, the ninth anything but a digit.
_COMPACT = re.compile(
    r"(?P<month>\d{2})(?P<day>\d{2})(?P<year>\d{4})\D(?P<hour>\d{2})(?P<minute>\d{2})", re.ASCII
)
# A plus that was not encoded arrives as a blank, hence the blank among the signs.
_ISO = re.compile(
    rf"(?P<year>\d{{4}})-(?P<month>\d{{2}})-(?P<day>\d{{2}})"
    rf"(?:[ +T]{_TIME} ?(?:Z|UTC|GMT|(?P<sign>[+"
    r" -])(?P<off_hour>\d{2}):?(?P<off_minute>\d{2}))?)?",
    re.ASCII | re.IGNORECASE,
)
_LONGEST = 80


def format_date(moment: datetime) -> str:
    """`MM/dd/yyyy HH:mm`, 24 hours, UTC.

    `moment` must be aware; seconds are cut off, because the protocol has none.
    """
    at = moment if moment.tzinfo is UTC else moment.astimezone(UTC)
    # The quickest of all ways to write it: every order has two.
    return "%02d/%02d/%04d %02d:%02d" % (at.month, at.day, at.year, at.hour, at.minute)  # noqa: UP031 -- see above


def read_minutes(start: datetime, end: datetime) -> Window:
    """The span between two minutes as asked, aware times; both minutes belong to it.

    ShipStation asks in whole minutes, and the last one counts in full (ShipStation's Custom Store
    Development Guide). A `start` that carries seconds stays as it is; `end` is always moved to the
    end of its minute.
    Raises `ValueError` where the end lies before the start.
    """
    return Window(
        start=start.astimezone(UTC),
        end=end.astimezone(UTC).replace(second=59, microsecond=999_999),
    )


def parse_date(text: str, name: str) -> datetime:
    """The aware UTC time that `text` means; `name` is what the error calls it.

    Read are `03/23/2012 21:09`, the same with seconds, with one-digit parts, with am or pm (also
    the odd `22:26 PM`), with a trailing `Z`, the compact `03232012T2109`, ISO 8601 with or without
    an offset, and each of them URL-encoded once too often. Raises WireError.
    """
    return _read(text, name, EXPECTED, needs_time=True)


def parse_day(text: str, name: str) -> date:
    """The calendar day in `text`, which may carry a time of day that is then ignored.

    Raises WireError.
    """
    return _read(text, name, "MM/dd/yyyy", needs_time=False).date()


def _read(text: str, name: str, expected: str, *, needs_time: bool) -> datetime:
    plain = _decoded(text)
    match = _matched(plain)
    if match is None or (needs_time and match["hour"] is None):
        raise WireError(f"{name}: expected {expected}, found {_shown(text)}")
    parts = match.groupdict()
    try:
        moment = _moment(parts)
    except (ValueError, OverflowError) as error:
        raise WireError(
            f"{name}: expected {expected}, found {_shown(text)}, which is not a real time"
        ) from error
    if not FIRST_YEAR <= moment.year <= LAST_YEAR:
        raise WireError(
            f"{name}: expected a year from {FIRST_YEAR} to {LAST_YEAR}, found {_shown(text)}"
        )
    return moment


def _decoded(text: str) -> str:
    """`text` without surplus URL encoding and outer blanks; nothing if it is too long to be a
    date.
    """
    if len(text) > _LONGEST:
        return ""
    for _ in range(2):
        if "%" not in text:
            break
        text = unquote_plus(text)
    return text.strip()


def _matched(plain: str) -> re.Match[str] | None:
    for form in (_SLASHED, _ISO, _COMPACT):
        match = form.fullmatch(plain)
        if match is not None:
            return match
    return None


def _moment(parts: dict[str, str | None]) -> datetime:
    """The time the named parts spell. Raises ValueError where they spell none."""
    year = int(parts["year"] or 0)
    if len(parts["year"] or "") <= 2:  # noqa: PLR2004 - two digits, as in 3/8/18
        year += 2000
    hour = _hour(int(parts["hour"] or 0), (parts.get("half") or "").upper())
    minute, second = int(parts["minute"] or 0), int(parts.get("second") or 0)
    local = datetime(
        year,
        int(parts["month"] or 0),
        int(parts["day"] or 0),
        hour,
        minute,
        second,
        tzinfo=_offset(parts),
    )
    return local.astimezone(UTC)


def _hour(hour: int, half: str) -> int:
    """The hour of the day. Some clients print a 24-hour clock with a suffix: 22:26 PM is 22:26."""
    noon = 12
    if not half:
        return hour
    if (half == "AM" and hour > noon) or (half == "PM" and hour == 0):
        raise ValueError(f"{hour} {half}")
    if half == "AM":
        return hour % noon
    return hour if hour >= noon else hour + noon


def _offset(parts: dict[str, str | None]) -> timezone:
    """UTC, or the offset that an ISO time states."""
    hours = parts.get("off_hour")
    if hours is None:
        return UTC
    offset = timedelta(hours=int(hours), minutes=int(parts["off_minute"] or 0))
    return timezone(-offset if parts["sign"] == "-" else offset)


def _shown(text: str) -> str:
    """`text` as an error may show it."""
    if not text.strip():
        return "nothing"
    return repr(text if len(text) <= _LONGEST else text[:_LONGEST] + "…")
