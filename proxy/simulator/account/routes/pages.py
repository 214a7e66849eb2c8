"""One page of a list as an answer: which rows a call may see, and how the page is framed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from aiohttp import web

from proxy.simulator.account.account import Account
from proxy.simulator.account.listing import Listing, Row, list_page
from proxy.simulator.account.routes.frame import answer_json


def choose_rows(
    account: Account, rows: Mapping[int, Row], kind: str, batch: str | None
) -> list[Row]:
    """The rows of the batch that a webhook named, else all that the account lists now."""
    if batch is not None:
        known = account.books.batches.get(batch)
        ids = known.ids if known is not None and known.rows == kind else frozenset()
        return [rows[number] for number in sorted(ids)]
    shown_until = account.clock() - account.faults.rows_late
    return [row for row in rows.values() if row.create_date <= shown_until]


def answer_page(
    account: Account,
    listing: Listing,
    rows: Iterable[Row],
    request: web.Request,
    change: Callable[[Row], Any] = lambda row: row,
) -> web.Response:
    """The page that the request asks for, each row as `change` shows it.

    Raises ValueError for what cannot be understood.
    """
    page, counts = list_page(rows, listing, request.query, account.traits)
    return answer_json({listing.name: [change(row) for row in page], **counts})
