"""Read moments out of a shop's decoded JSON, in whatever form it writes them, as aware UTC."""

from __future__ import annotations

import email.utils
import re
from datetime import UTC, datetime, timedelta, tzinfo
from typing import Any

from connectors.reading.fields import FieldError, read_number

# No shop writes a time in more characters, and the patterns below are not meant for more.
_LONGEST = 100
_NO_TIME = re.compile(r"0000-00-00.*|0")
_TRAILING_ZONE_NAME = re.compile(r"\s*(?:UTC|GMT)$", re.IGNORECASE)
_EXTRA_DIGITS = re.compile(r"(\.\d{6})\d+")
_SHORT_OFFSET = re.compile(r"([+-]\d{2})$")


def read_moment(
    value: Any, path: str, *, zone: tzinfo | None = None, pattern: str = "iso"
) -> datetime:
    """A moment as aware UTC.

    `pattern`: `iso` (`T` or blank, any fraction, `Z` or an offset), `epoch` and `epoch_ms`
    (numbers, also as text), `rfc2822`, or a strptime pattern. `zone` is the zone of a time that
    states none; without it such a time is an error.
    """
    expected = f"a time ({pattern})"
    try:
        found = _parse_moment(value, path, pattern)
        if found.tzinfo is not None or zone is not None:
            return (found if found.tzinfo is not None else found.replace(tzinfo=zone)).astimezone(
                UTC
            )
    except FieldError:
        raise
    except (ValueError, OverflowError, OSError, TypeError) as error:
        raise FieldError(path, expected, value) from error
    raise FieldError(path, f"{expected} with a zone", value)


def read_plain_moment(value: Any, zone: tzinfo) -> datetime | None:
    """A moment as aware UTC, in the dress that most shops use, `2026-07-01T12:00:00` with or
    without a fraction and an offset; None for all else, which `read_optional_moment` reads.

    `zone` is the zone of a time that states none.
    """
    if (
        type(value) is not str
        or not value[13:14] == ":" == value[16:17]
        or not (value[-1] == "Z" or value[-3] == ":")
        or len(value) > _LONGEST
    ):
        return None
    try:
        found = datetime.fromisoformat(value)
        if found.tzinfo is None:
            found = found.replace(tzinfo=zone)
        return found if found.tzinfo is UTC else found.astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def read_optional_moment(
    value: Any, path: str, *, zone: tzinfo | None = None, pattern: str = "iso"
) -> datetime | None:
    """Like `read_moment`; None for null, false, empty text and MySQL's `0000-00-00`."""
    if (
        value is None
        or value is False
        or (isinstance(value, str) and (not value.strip() or _NO_TIME.fullmatch(value.strip())))
    ):
        return None
    return read_moment(value, path, zone=zone, pattern=pattern)


def _parse_moment(value: Any, path: str, pattern: str) -> datetime:
    if pattern in {"epoch", "epoch_ms"}:
        count = read_number(value, path, expected=f"a time ({pattern})")
        micros = int(count * (1000 if pattern == "epoch_ms" else 1_000_000))
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=micros)
    if not isinstance(value, str):
        raise FieldError(path, f"a time ({pattern})", value)
    stated = value.strip()
    if len(stated) > _LONGEST:
        raise FieldError(path, f"a time ({pattern})", value)
    if pattern == "iso":
        stated = _EXTRA_DIGITS.sub(r"\1", _TRAILING_ZONE_NAME.sub("Z", stated))
        return datetime.fromisoformat(
            _SHORT_OFFSET.sub(r"\1:00", stated) if ":" in stated else stated
        )
    if pattern == "rfc2822":
        return email.utils.parsedate_to_datetime(stated)
    # A pattern without a zone gives a time without one, which `read_moment` deals with.
    return datetime.strptime(stated, pattern)  # noqa: DTZ007
