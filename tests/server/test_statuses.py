"""The table from error to status: what a poll hears, and what a stored notice hears."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import web

import proxy
from connectors.errors import (
    AuthenticationError,
    CircuitOpenError,
    ConflictError,
    ConnectorError,
    IncompleteListingError,
    OrderNotFoundError,
    PartError,
    PermanentError,
    RefusedError,
    SharedNumberError,
    TemporaryError,
    ThrottledError,
    TooLargeError,
    UnavailableError,
    UnreadableResponseError,
    UnsentError,
)
from proxy.delivery.intake import NoticeOutcome, NoticeResult
from proxy.doors.custom_store.errors import WireError
from proxy.server.auth import UnknownStoreError, WrongCredentialsError
from proxy.server.statuses import answer_error, choose_status
from proxy.storage.errors import StorageError

# Each error of a connector, the status of a poll that it ended, and the status of a stored notice
# whose attempt it ended.
OF_THE_SHOP: tuple[tuple[ConnectorError, int, int], ...] = (
    (TemporaryError("x"), 503, 200),
    (UnavailableError("x"), 503, 200),
    (TooLargeError("x"), 503, 200),
    (IncompleteListingError("x"), 503, 200),
    (ThrottledError("x"), 503, 200),
    (CircuitOpenError("x"), 503, 200),
    (OrderNotFoundError("x"), 502, 404),
    (ConflictError("x"), 502, 409),
    (SharedNumberError("1001", ["1", "2"]), 502, 409),
    (RefusedError("x", status=400), 502, 422),
    (AuthenticationError("x"), 502, 424),
    (UnreadableResponseError("x"), 502, 424),
    (PermanentError("x"), 502, 424),
    (PartError("x"), 502, 424),
    (UnsentError("x"), 502, 200),
    (ConnectorError("x"), 502, 200),
)


def all_kinds(kind: type[Exception]) -> Iterator[type[Exception]]:
    """The class and all that derive from it in the connectors' own ground."""
    yield kind
    for below in kind.__subclasses__():
        if below.__module__ == ConnectorError.__module__:
            yield from all_kinds(below)


def test_the_examples_below_are_all_errors_that_a_connector_may_raise() -> None:
    assert {type(error) for error, _, _ in OF_THE_SHOP} == set(all_kinds(ConnectorError))


@pytest.mark.parametrize(("error", "poll", "notice"), OF_THE_SHOP)
def test_an_error_of_the_shop_has_one_status_for_polls_and_one_for_notices(
    error: ConnectorError, poll: int, notice: int
) -> None:
    answer = answer_error(error, request_id="abcd")
    assert (answer.status, answer.message) == (poll, str(error))
    assert ("Retry-After" in answer.headers) == (poll == 503)
    result = NoticeResult(outcome=NoticeOutcome.REFUSED, message="x", error=error)
    assert choose_status(result) == notice


@pytest.mark.parametrize("outcome", NoticeOutcome)
def test_a_notice_that_met_no_error_is_200(outcome: NoticeOutcome) -> None:
    assert choose_status(NoticeResult(outcome=outcome, message="stored")) == 200


@pytest.mark.parametrize(
    ("error", "status", "said", "headers"),
    [
        (WireError("page: expected 1"), 400, "page: expected 1", set()),
        (WireError("too large", status=413), 413, "too large", set()),
        (WrongCredentialsError("wrong"), 401, "wrong", {"WWW-Authenticate"}),
        (UnknownStoreError("no store"), 404, "no store", set()),
        (StorageError("disk"), 503, "Portside's own storage fails: disk", {"Retry-After"}),
        (
            web.RequestPayloadError("cut"),
            400,
            "body: expected what its headers promise, found it cut short or damaged",
            set(),
        ),
        (
            ZeroDivisionError("secret"),
            500,
            "Portside failed unexpectedly; its log tells more under abcd",
            set(),
        ),
        (
            web.HTTPRequestEntityTooLarge(max_size=1, actual_size=2),
            413,
            "the notice is too large; expected at most 256 KiB",
            {"Connection"},
        ),
    ],
)
def test_every_other_error_that_ends_a_request_has_its_status_sentence_and_headers(
    error: Exception, status: int, said: str, headers: set[str]
) -> None:
    answer = answer_error(error, request_id="abcd")
    assert (answer.status, answer.message, set(answer.headers)) == (status, said, headers)


@pytest.mark.parametrize("room", ["delivery", "export", "operator"])
def test_nobody_but_the_server_knows_a_status(room: str) -> None:
    found = [
        f"{file.name}:{getattr(node, 'lineno', 0)}"
        for file in (Path(proxy.__file__).parent / room).glob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        if (isinstance(node, ast.ImportFrom) and node.module == "http")
        or (
            isinstance(node, ast.keyword)
            and node.arg == "status"
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, int)
        )
    ]
    assert found == []
