"""One call to Shopify's GraphQL Admin API: failures under a 200 become our errors, and the cost
budget is kept.
"""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any, Self, TypeVar

import msgspec

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.quoting import MOST_QUOTED, make_printable
from connectors.reading.markup import clean_text, shorten
from connectors.shopify.api.budget import Budget, Cost, compute_wait
from connectors.shopify.api.transport import DoubtfulWriteError
from connectors.turns import run_aside
from connectors.upstream.client import Upstream
from connectors.upstream.masking import Mask
from connectors.upstream.response import Reply

T = TypeVar("T")
_PATH = "graphql.json"
_FAILED = frozenset({"INTERNAL_SERVER_ERROR", "TIMEOUT", "SERVICE_UNAVAILABLE"})
COST_CODE = "MAX_COST_EXCEEDED"
# Faults that are never those of one row.
_WHOLE = frozenset({"THROTTLED", "ACCESS_DENIED", COST_CODE})
# Fields of an order that are worth less than the order.
_SIDE_FIELDS = frozenset(
    {"customer", "discountCodes", "confirmationNumber", "poNumber", "paymentGatewayNames"}
)


class _ErrorKind(msgspec.Struct, frozen=True, rename="camel"):
    code: str | None = None


class _Fault(msgspec.Struct, frozen=True):
    message: str = ""
    extensions: _ErrorKind | None = None
    path: tuple[str | int, ...] | None = None

    @property
    def code(self) -> str:
        return (self.extensions.code if self.extensions else None) or ""

    @property
    def is_bearable(self) -> bool:
        """Whether an order can do without the field: addresses of orders do not need the right to
        read customers.
        """
        return not _SIDE_FIELDS.isdisjoint(self.path or ())

    @property
    def row(self) -> int | None:
        """The place in the outermost list of the one row that failed; None for a fault of the
        whole.
        """
        if self.code in _WHOLE:
            return None
        return next((part for part in self.path or () if isinstance(part, int)), None)

    @property
    def words(self) -> str:
        """Where in the row, and Shopify's words."""
        place = ".".join(part for part in self.path or () if isinstance(part, str))
        return f"{place or 'order'}: Shopify answered: {_join_words([self.message])}"


class _Extensions(msgspec.Struct, frozen=True):
    cost: Cost | None = None


class _Verdict(msgspec.Struct, frozen=True):
    """`errors` is a list of faults, or a text where the request itself was refused."""

    errors: tuple[_Fault, ...] | str | None = None
    extensions: _Extensions | None = None
    data: msgspec.Raw = msgspec.Raw(b"null")

    @property
    def has_data(self) -> bool:
        """Whether anything was answered beside the faults."""
        return bytes(self.data).strip() != b"null"

    @property
    def cost(self) -> Cost | None:
        """What the shop says of its budget."""
        return self.extensions.cost if self.extensions else None

    @property
    def rows(self) -> dict[int, str]:
        """What failed in which row, in words."""
        faults = self.errors if isinstance(self.errors, tuple) else ()
        return {
            fault.row: fault.words
            for fault in faults
            if fault.row is not None and not fault.is_bearable
        }


def judge_reply(reply: Reply) -> None:
    """Raise the error that a GraphQL answer under 200 means; a throttled one with the wait it
    needs. Faults of single rows are left to the caller.
    """
    if not reply.url.partition("?")[0].endswith(_PATH):
        return
    verdict = reply.decode(_Verdict)
    if isinstance(verdict.errors, str) or not all(
        fault.is_bearable or (fault.row is not None and verdict.has_data)
        for fault in verdict.errors or ()
    ):
        raise _build_error(reply, verdict)


def _build_error(reply: Reply, verdict: _Verdict) -> ConnectorError:
    faults = (
        (_Fault(message=verdict.errors),)
        if isinstance(verdict.errors, str)
        else verdict.errors or ()
    )
    words = _join_words([fault.message for fault in faults])
    return _choose_error(f"{reply.where}: Shopify answered: {words}.", faults, verdict).quoting(
        words
    )


def _choose_error(said: str, faults: Sequence[_Fault], verdict: _Verdict) -> ConnectorError:
    codes = {fault.code for fault in faults if fault.code}
    if "THROTTLED" in codes:
        return ThrottledError(said, retry_after=compute_wait(verdict.cost))
    if "ACCESS_DENIED" in codes:
        return AuthenticationError(said)
    if codes & _FAILED:
        return UnavailableError(said)
    return RefusedError(said, status=HTTPStatus.UNPROCESSABLE_ENTITY, code=min(codes, default=""))


def _join_words(messages: Sequence[str]) -> str:
    """Shopify's own words in one readable line, with an address of the buyer masked."""
    joined = "; ".join(clean_text(message).rstrip(".") for message in messages[:3])
    return shorten(
        make_printable(Mask().text(joined)),
        MOST_QUOTED,
    )


class GraphqlClient:
    """Asks one shop. `version` is the version of the API in the path; `budget` is shared with what
    is asked for parts.
    """

    def __init__(self, upstream: Upstream, version: str) -> None:
        self._upstream = upstream
        self._path = f"api/{version}/{_PATH}"
        self.budget = Budget()

    async def ask(
        self, query: str, variables: Mapping[str, Any], kind: type[T], *, size: int = 1
    ) -> T:
        """A read. `size` is the most rows that it asks for; its cost grows with them."""
        found, failed = await self.ask_rows(query, variables, kind, size=size)
        if failed:
            words = next(iter(failed.values()))
            raise UnavailableError(f"Shopify could not answer a part: {words}")
        return found

    async def ask_rows(
        self,
        query: str,
        variables: Mapping[str, Any],
        kind: type[T],
        *,
        size: int = 1,
        splits: bool = False,
    ) -> tuple[T, dict[int, str]]:
        """A read of a list of which single rows may fail: the answer, and by the place of each row
        that failed why it did. Such a row is null, or lacks what failed. `splits` as `rows` of
        `Upstream.get`.
        """
        async with self.budget.reserve(query, size) as reservation:
            reply = await self._upstream.query(
                self._path, {"query": query, "variables": variables}, rows=splits
            )
            length = len(reply.content)
            verdict = await run_aside(length, reply.decode, _Verdict)
            self.budget.settle(reservation, verdict.cost)
        return await run_aside(length, _decode_data, reply, verdict, kind), verdict.rows

    def for_parts(self, *, once: bool) -> Self:
        """The same shop and budget, asked for what single orders need; with `once` without
        repeats.
        """
        twin = copy.copy(self)
        twin._upstream = self._upstream.for_parts()  # noqa: SLF001 - the same class
        if once:
            twin._upstream = twin._upstream.once()  # noqa: SLF001 - the same class
        return twin

    async def change(self, query: str, variables: Mapping[str, Any], kind: type[T]) -> T:
        """A mutation, sent again only where it was certainly not carried out.

        Raises `DoubtfulWriteError` if the answer does not say whether it was.
        """
        try:
            async with self.budget.reserve(query, 1) as reservation:
                reply = await self._upstream.write(
                    "POST", self._path, json={"query": query, "variables": variables}
                )
                verdict = reply.decode(_Verdict)
                self.budget.settle(reservation, verdict.cost)
            return _decode_data(reply, verdict, kind)
        except UnreadableResponseError as error:
            raise DoubtfulWriteError(str(error)) from error


def _decode_data(reply: Reply, verdict: _Verdict, kind: type[T]) -> T:
    return msgspec.structs.replace(reply, content=bytes(verdict.data)).decode(kind)


class UserError(msgspec.Struct, frozen=True):
    """Why a mutation was not carried out."""

    message: str = ""
    field: tuple[str, ...] | None = None


class Done(msgspec.Struct, frozen=True, rename="camel"):
    """What every mutation answers."""

    user_errors: tuple[UserError, ...] = ()


def require_done(done: Done | None) -> None:
    """Raise `RefusedError` with the shop's words if a mutation was refused, with the status that
    REST would have answered; `DoubtfulWriteError` if the answer says nothing of it.
    """
    if done is None:
        raise DoubtfulWriteError("Shopify's answer does not say whether the change was made.")
    if done.user_errors:
        words = _join_words([error.message for error in done.user_errors])
        raise RefusedError(
            f"Shopify refuses: {words}.", status=HTTPStatus.UNPROCESSABLE_ENTITY, code="USER_ERROR"
        )
