"""What a refusal of WordPress's REST API means beyond its status: a missing page, or a page size
that the shop does not allow. Pure.
"""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

import msgspec

from connectors.errors import ConnectorError, RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.upstream.response import Reply

# What WordPress says of a number out of bounds, rest_validate_integer_value_from_schema():
# "per_page must be between 1 (inclusive) and 50 (inclusive)".
_MOST = re.compile(r"per_page\D{1,40}(?:\d{1,6}\D{1,40})??\b(\d{1,6}) \(inclusive\)\D*$")
_LONGEST = 200


class PageNotFoundError(RefusedError):
    """404 as a site answers it for a page; for an unknown route its REST API answers 404 with
    JSON.
    """


class PageSizeError(RefusedError):
    """400, because `per_page` is more than the shop allows.

    `most` is the limit that the shop named; None if it named none.
    """

    def __init__(
        self, message: str, *, status: int | None = None, code: str = "", most: int | None = None
    ) -> None:
        super().__init__(message, status=status, code=code)
        self.most = most


class _Refusal(msgspec.Struct, frozen=True):
    """An error of WordPress's REST API, `WP_Error` as JSON."""

    code: str
    data: Any = None


def review_refusal(reply: Reply, error: ConnectorError) -> ConnectorError:
    """The error that a refusal means here; meant for `Upstream.open`."""
    if not isinstance(error, RefusedError):
        return error
    refusal = _read_refusal(reply)
    if error.status == HTTPStatus.NOT_FOUND and refusal is None:
        return PageNotFoundError(str(error), status=error.status, code=error.code)
    if error.status == HTTPStatus.BAD_REQUEST and refusal is not None:
        stated = read_page_limit(refusal.data)
        if stated is not None:
            most = stated or None
            named = f"at most {most} rows a page" if most else "fewer rows a page"
            return PageSizeError(
                f"{error} It allows {named}.", status=error.status, code=error.code, most=most
            )
    return error


def read_page_limit(data: Any) -> int | None:
    """The most rows a page that the refusal of `per_page` names, 0 if it names none; None where
    something else was refused.
    """
    params = data.get("params") if isinstance(data, dict) else None
    said = params.get("per_page") if isinstance(params, dict) else None
    if not isinstance(said, str):
        return None
    found = _MOST.search(said[:_LONGEST])
    return int(found[1]) if found else 0


def _read_refusal(reply: Reply) -> _Refusal | None:
    """The API's own words of an error; None for a web page."""
    try:
        return msgspec.json.decode(reply.content or b"null", type=_Refusal)
    except UNDECODABLE:
        return None
