"""Lies: what a shop does to its own answers, several at once, one on top of the other."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

import msgspec
from aiohttp import web
from multidict import MultiDict

from connectors.testing.book import OrderBook
from connectors.testing.faults import Answer, Fault, Handler, When
from connectors.testing.requests import SeenRequest, see_request
from connectors.testing.shop import FakeShop
from tests.world.anatomy import Anatomy

S = TypeVar("S", bound=FakeShop)
Change = Callable[[Any, web.Response], None]
BROKEN = Answer(500, '{"errors":"Internal Server Error"}')


@dataclass
class _Lie:
    """`left` is how many requests are still to meet it; None is all of them."""

    fault: Fault
    when: When
    left: int | None

    def take(self, seen: SeenRequest) -> bool:
        """Whether this request meets it."""
        if self.left == 0 or not self.when(seen):
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Lies:
    """A fault made of all lies that are meant for a request: the first one told is nearest to the
    shop, those about bytes come last. Between the two stands `dress`, which makes another format of
    an answer.
    """

    def __init__(self, dress: Fault | None = None) -> None:
        self._values: list[_Lie] = []
        self._bytes: list[_Lie] = []
        self._dress = dress

    async def __call__(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        """The shop's answer, with all that is done to it."""
        seen = await see_request(request)
        taken = [
            [lie.fault for lie in lies if lie.take(seen)] for lies in (self._values, self._bytes)
        ]
        dress = [] if self._dress is None else [self._dress]
        for fault in (*taken[0], *dress, *taken[1]):
            handler = functools.partial(fault, handler=handler)
        return await handler(request)

    def add(self, fault: Fault, when: When, times: int | None, *, raw: bool = False) -> None:
        """One more, for so many requests (None: all); `raw`: it makes an answer unreadable."""
        (self._bytes if raw else self._values).append(_Lie(fault, when, times))

    def clear(self) -> None:
        """From now on the shop keeps its word."""
        self._values.clear()
        self._bytes.clear()


class Liar(Generic[S]):
    """A shop that is about to break its word; quirks are put on it."""

    def __init__(self, shop: S, anatomy: Anatomy) -> None:
        self.shop = shop
        self.anatomy = anatomy
        self.lies = Lies(getattr(shop, "dress", None))
        shop.faults.add(self.lies, times=None)

    @property
    def book(self) -> OrderBook:
        """Its orders."""
        return self.shop.book

    def pick_ids(self, places: slice) -> set[str]:
        """The ids of the orders at these places of the book."""
        return {order.id for order in list(self.book)[places]}

    def answer(self, fault: Fault, when: When, times: int | None = None) -> set[str]:
        """Such requests are answered so; this costs no order."""
        self.lies.add(fault, when, times)
        return set()

    def go_down(self, when: When) -> set[str]:
        """From the first such request on every answer is an error; this costs no order."""
        asked: list[SeenRequest] = []

        def is_down(seen: SeenRequest) -> bool:
            asked.extend([seen] if when(seen) else [])
            return bool(asked)

        return self.answer(BROKEN, is_down)

    def change(self, change: Change, when: When, times: int | None = None) -> set[str]:
        """Do something to the decoded answers of such requests; this costs no order."""

        async def rewrite(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            if not isinstance(response, web.Response) or response.status != 200:
                return response
            told = msgspec.json.decode(response.body if isinstance(response.body, bytes) else b"0")
            if not is_refusal(told):
                change(told, response)
                response.body = msgspec.json.encode(told)
            return response

        self.lies.add(rewrite, when, times)
        return set()

    def change_bytes(
        self, change: Callable[[bytes], bytes], when: When, times: int | None = None
    ) -> set[str]:
        """Do something to the bytes of such answers; this costs no order."""

        async def rewrite(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            if isinstance(response, web.Response) and isinstance(response.body, bytes):
                response.body = change(response.body)
            return response

        self.lies.add(rewrite, when, times, raw=True)
        return set()

    def change_query(self, change: Callable[[MultiDict[str]], None], when: When) -> set[str]:
        """The shop reads another query than it was sent; this costs no order. Only what is asked by
        GET has one that counts.
        """

        async def misread(request: web.Request, handler: Handler) -> web.StreamResponse:
            query = MultiDict(request.query)
            change(query)
            return await handler(request.clone(rel_url=request.rel_url.with_query(query)))

        self.lies.add(misread, lambda seen: seen.method == "GET" and when(seen), None)
        return set()

    def break_orders(self, broken: set[str], when: When) -> set[str]:
        """Answers of such requests that would hold one of these orders are errors."""
        anatomy = self.anatomy

        async def fail(request: web.Request, handler: Handler) -> web.StreamResponse:
            response = await handler(request)
            seen = await see_request(request)
            held = any(anatomy.names_order(seen, one) for one in broken)
            if not held and isinstance(response, web.Response) and response.status == 200:
                told = msgspec.json.decode(response.text or "null")
                rows = [] if is_refusal(told) else anatomy.find_rows(told)
                held = any(anatomy.name_row(row) in broken for row in rows)
            return await BROKEN(request, handler) if held else response

        if broken:
            self.lies.add(fail, when, None)
        return broken


def drop_query(liar: Liar[Any], when: When, *names: str) -> set[str]:
    """The shop takes no notice of these parameters; this costs no order."""

    def forget(query: MultiDict[str]) -> None:
        for name in names:
            query.popall(name, None)

    return liar.change_query(forget, when)


def is_refusal(told: Any) -> bool:
    """Whether an answer under 200 is nevertheless an error, with which nothing is done."""
    return isinstance(told, dict) and "errors" in told and not told.get("data")
