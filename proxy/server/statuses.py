"""The one table from error to status.

It stands beside the middlewares, not in them, because two ask it: the middleware for an error that
ended a request, and the endpoint for the result of a notice. Delivery and export know no status.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

import msgspec
from aiohttp import web

from connectors.errors import (
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    PermanentError,
    RefusedError,
    TemporaryError,
)
from proxy.delivery.intake import NoticeResult
from proxy.doors.custom_store.errors import WireError
from proxy.doors.custom_store.requests import CHALLENGE
from proxy.doors.custom_store.shipnotice.document import MAX_BODY
from proxy.server.answers import retry_headers
from proxy.server.auth import TooManyLoginsError, UnknownStoreError, WrongCredentialsError
from proxy.storage.errors import StorageError


class _Row(msgspec.Struct, frozen=True):
    """`poll`: the status when this error ended the request.

    `notice`: the status when it ended an attempt at a notice that is stored already, so 200 means
    that the notice waits in the outbox.
    """

    error: type[Exception]
    poll: HTTPStatus
    notice: HTTPStatus


# The first row that fits counts. A WireError is not here: it brings its own status.
_TABLE = (
    _Row(TemporaryError, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.OK),
    _Row(OrderNotFoundError, HTTPStatus.BAD_GATEWAY, HTTPStatus.NOT_FOUND),
    _Row(ConflictError, HTTPStatus.BAD_GATEWAY, HTTPStatus.CONFLICT),
    _Row(RefusedError, HTTPStatus.BAD_GATEWAY, HTTPStatus.UNPROCESSABLE_ENTITY),
    _Row(PermanentError, HTTPStatus.BAD_GATEWAY, HTTPStatus.FAILED_DEPENDENCY),
    _Row(ConnectorError, HTTPStatus.BAD_GATEWAY, HTTPStatus.OK),
    _Row(WrongCredentialsError, HTTPStatus.UNAUTHORIZED, HTTPStatus.UNAUTHORIZED),
    _Row(TooManyLoginsError, HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.TOO_MANY_REQUESTS),
    _Row(UnknownStoreError, HTTPStatus.NOT_FOUND, HTTPStatus.NOT_FOUND),
    _Row(web.RequestPayloadError, HTTPStatus.BAD_REQUEST, HTTPStatus.BAD_REQUEST),
    _Row(StorageError, HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.SERVICE_UNAVAILABLE),
)
# Any other error is a fault of Portside's own.
_UNEXPECTED = _Row(Exception, HTTPStatus.INTERNAL_SERVER_ERROR, HTTPStatus.INTERNAL_SERVER_ERROR)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """What a client hears: the HTTP status, one sentence, and the headers that go with them."""

    status: int
    message: str
    headers: Mapping[str, str] = {}


def choose_status(result: NoticeResult) -> int:
    """The status for what became of a notice: 200 once the shop or the disk has it."""
    return HTTPStatus.OK if result.error is None else _find_row(result.error).notice


def answer_error(error: Exception, *, request_id: str) -> Answer:
    """The answer to a request that ended in `error`, whether it was a poll or a notice."""
    if isinstance(error, web.HTTPException):
        return _answer_refusal(error)
    if isinstance(error, WireError):
        return Answer(status=error.status, message=str(error))
    row = _find_row(error)
    message = (
        f"Portside failed unexpectedly; its log tells more under {request_id}"
        if row is _UNEXPECTED
        else _describe(error)
    )
    return Answer(status=row.poll, message=message, headers=_choose_headers(error))


def _find_row(error: Exception) -> _Row:
    return next((row for row in _TABLE if isinstance(error, row.error)), _UNEXPECTED)


def _describe(error: Exception) -> str:
    if isinstance(error, web.RequestPayloadError):
        return "body: expected what its headers promise, found it cut short or damaged"
    if isinstance(error, StorageError):
        return f"Portside's own storage fails: {error}"
    return str(error)


def _choose_headers(error: Exception) -> Mapping[str, str]:
    if isinstance(error, WrongCredentialsError):
        return {"WWW-Authenticate": CHALLENGE}
    if isinstance(error, TemporaryError | TooManyLoginsError):
        return retry_headers(error.retry_after)
    return retry_headers(None) if isinstance(error, StorageError) else {}


def _answer_refusal(error: web.HTTPException) -> Answer:
    """Aiohttp's own refusals in our words."""
    match error.status:
        case HTTPStatus.NOT_FOUND:
            return Answer(
                status=error.status,
                message="nothing here; a custom store's URL ends in /stores/ and the store's name",
            )
        case HTTPStatus.METHOD_NOT_ALLOWED:
            return Answer(
                status=error.status,
                message="expected GET for orders or POST for a shipment notice",
                headers={"Allow": error.headers.get("Allow", "GET, POST")},
            )
        case HTTPStatus.REQUEST_ENTITY_TOO_LARGE:
            return Answer(
                status=error.status,
                message=f"the notice is too large; expected at most {MAX_BODY // 1024} KiB",
                headers={"Connection": "close"},
            )
        case _:
            return Answer(status=error.status, message=error.reason)
