"""What a request asks for: which action, which window and page of orders, or which shipment it
tells of.

Read from the query, never guessed.
"""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec

from connectors.orders import Window
from connectors.shipments import Shipment
from proxy.doors.custom_store.credentials import (
    CHALLENGE,
    SECRET_PARAMETERS,
    Credentials,
    credentials_match,
    parse_credentials,
)
from proxy.doors.custom_store.dates import format_date, parse_date, read_minutes
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.orders_xsd import LAST_PAGE
from proxy.doors.custom_store.parameters import Pairs, Parameters
from proxy.doors.custom_store.shipnotice.document import parse_shipnotice
from proxy.doors.custom_store.shipnotice.fields import Doubt

__all__ = [
    "CHALLENGE",
    "SECRET_PARAMETERS",
    "TRIAL_HEADER",
    "Action",
    "Credentials",
    "ExportRequest",
    "credentials_match",
    "parse_action",
    "parse_credentials",
    "parse_export",
    "parse_notify",
]

# Sent by our own simulator, so that a trial of a live store is not taken for ShipStation having got
# those orders. It says `begin` with the first request, `windows` where a window is to be read just
# as asked, `polls` where windows follow one another as ShipStation's do.
TRIAL_HEADER = "Portside-Trial"
# Ten years: long enough to import a shop's history in one go, short enough to tell a broken clock
# from a wish.
LONGEST_WINDOW = timedelta(days=3_653)
_PAGE = re.compile(r"\d{1,5}", re.ASCII)


class Action(StrEnum):
    """What one URL is asked to do."""

    EXPORT = "export"
    SHIPNOTIFY = "shipnotify"


class ExportRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One page of one window.

    `start` and `end` are the minutes as asked (aware UTC); `window` is what they mean, the last
    minute whole.
    """

    start: datetime
    end: datetime
    page: int = 1

    @property
    def window(self) -> Window:
        """The span of modified times meant."""
        return read_minutes(self.start, self.end)


def parse_action(query: Pairs) -> Action:
    """The action asked for. Raises WireError when it is missing or unknown."""
    word = Parameters(query).one("action")
    try:
        return Action(word.lower())
    except ValueError as error:
        found = repr(word[:40]) if word else "none"
        raise WireError(f"action: expected 'export' or 'shipnotify', found {found}") from error


def parse_export(query: Pairs, longest: timedelta = LONGEST_WINDOW) -> ExportRequest:
    """The window and page asked for.

    Raises WireError for a date or page that is missing, unreadable, reversed or absurd.

    `page` absent means 1. A window longer than `longest` is refused: ShipStation asks for minutes
    to days, a history import for years.
    """
    parameters = Parameters(query)
    start, end = (_bound(parameters, name) for name in ("start_date", "end_date"))
    if end < start:
        raise WireError(
            f"end_date: expected a time at or after start_date ({format_date(start)}), found"
            f" {format_date(end)}"
        )
    if end - start > longest:
        raise WireError(
            f"start_date and end_date: expected at most {longest.days} days between them, found"
            f" {(end - start).days}"
        )
    return ExportRequest(start=start, end=end, page=_page(parameters.one("page")))


def _bound(parameters: Parameters, name: str) -> datetime:
    return parse_date(parameters.one(name), name)


def _page(text: str) -> int:
    if not text:
        return 1
    number = int(text) if _PAGE.fullmatch(text) else 0
    if not 1 <= number <= LAST_PAGE:
        raise WireError(f"page: expected a whole number from 1 to {LAST_PAGE}, found {text[:40]!r}")
    return number


def ignore_doubt(sentence: str) -> None:
    """For a caller that does not show what was left out of a notice."""


def parse_notify(query: Pairs, body: bytes, doubt: Doubt = ignore_doubt) -> Shipment:
    """The shipment that `query` and `body` describe; see `parse_shipnotice`. Raises WireError."""
    return parse_shipnotice(body, Parameters(query), doubt)
