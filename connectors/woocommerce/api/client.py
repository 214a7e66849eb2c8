"""WooCommerce's REST interface (wc/v3) over one shop's HTTP: paths, the parameters every call
needs, typed lists.
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Collection, Sequence
from http import HTTPStatus
from typing import Any, TypeVar

import msgspec

from connectors.errors import ConnectorError, IncompleteListingError, RefusedError
from connectors.reading.complaints import UNDECODABLE
from connectors.turns import map_in_turns, measure_bytes, run_aside
from connectors.upstream.client import Upstream
from connectors.upstream.request import Pairs, encode_segment
from connectors.upstream.response import Reply
from connectors.woocommerce.api.meta_limit import MetaLimit
from connectors.woocommerce.api.permalinks import ROOT, Permalinks
from connectors.woocommerce.api.refusals import PageSizeError

T = TypeVar("T")
CORE = f"{ROOT}wc/v3/"
# The most rows that WooCommerce puts on one page.
LARGEST_PAGE = 100
# The list whose rows are told apart even where one breaks the JSON.
ORDERS = "orders"
# What is tried after a size that the shop refuses without naming its limit.
_SMALLER = (50, 25, 20, 10, 5, 1)
_MOST_DIGITS = 18
# In bytes; an object that stands for an item may be longer, an error's is not.
_LONGEST_ERROR = 2000
_Head = dict[str, msgspec.Raw]


class RawPage(msgspec.Struct, frozen=True, kw_only=True):
    """One page of a list, its items not decoded yet.

    `items` are the objects that stand for something; error objects and nulls among them are left
    out, `entries` counts all. `asked` is the size in the request; `total` how many items the whole
    list has by the shop's word, None if it did not say.
    """

    items: Sequence[msgspec.Raw]
    entries: int
    asked: int
    total: int | None


class Api:
    """One shop's API. Raises only `ConnectorError`s.

    Every read carries a parameter that no other read has, because some page caches serve the REST
    API.
    """

    def __init__(self, upstream: Upstream) -> None:
        self._upstream = upstream
        self._permalinks = Permalinks(upstream)
        self._run = secrets.token_hex(4)
        self._count = itertools.count()
        # The most rows a page that the shop is known to allow.
        self.largest_page = LARGEST_PAGE
        self._meta_limit = MetaLimit()

    @property
    def clock_offset(self) -> float | None:
        """How far the shop's clock is from ours, as `Upstream.clock_offset`."""
        return self._upstream.clock_offset

    @property
    def mended(self) -> Collection[str]:
        """What had to be mended in the shop's answers, as `Upstream.mended`."""
        return self._upstream.mended

    @property
    def by_query(self) -> bool:
        """Whether the shop has turned out to have its API only at `index.php?rest_route=…`."""
        return self._permalinks.plain

    def lower_largest_page(self, most: int) -> None:
        """Ask for no more than `most` rows a page from now on."""
        self.largest_page = max(1, min(self.largest_page, most))

    async def get(
        self,
        path: str,
        params: Pairs = (),
        *,
        root: str = CORE,
        once: bool = False,
        rows: bool = False,
        for_part: bool = False,
    ) -> Reply:
        """One read; `once` makes a single attempt of it. `path` is relative to `root`; `rows` as
        for `Upstream.get`.

        `for_part`: what is asked for belongs to one or some orders, so a failure says nothing about
        the shop.
        """
        upstream = self._upstream.once() if once else self._upstream
        if for_part:
            upstream = upstream.for_parts()

        async def send(wanted: Pairs) -> Reply:
            return await self._permalinks.ask(
                root + path,
                lambda place: upstream.get(place, (*wanted, self._make_mark()), rows=rows),
            )

        return await self._meta_limit.ask(params, send)

    async def read_page(
        self,
        path: str,
        size: int,
        params: Pairs = (),
        *,
        root: str = CORE,
        once: bool = False,
        for_part: bool = False,
    ) -> RawPage:
        """A page of up to `size` items; of fewer where the shop says that it allows fewer.

        Raises `IncompleteListingError` where a redirect loses the query.
        """
        while True:
            asked = min(size, self.largest_page)
            try:
                reply = await self.get(
                    path,
                    (*params, ("per_page", str(asked))),
                    root=root,
                    once=once,
                    rows=path == ORDERS,
                    for_part=for_part,
                )
            except PageSizeError as error:
                smaller = [size for size in (error.most, *_SMALLER) if size and size < asked]
                if not smaller:
                    raise
                self.lower_largest_page(smaller[0])
                continue
            if "per_page=" not in reply.url:
                raise IncompleteListingError(
                    f"{reply.where}: the shop redirects this request and loses what was asked for;"
                    " set url to the address that the shop redirects to."
                )
            rows = await run_aside(len(reply.content), reply.decode, list[msgspec.Raw])
            judged = await map_in_turns(_is_item, rows, measure_bytes)
            return RawPage(
                items=list(itertools.compress(rows, judged)),
                entries=len(rows),
                asked=asked,
                total=read_total(reply),
            )

    async def has_answer(self, path: str, params: Pairs = ()) -> bool:
        """Whether the shop answers this read of the core API with data.

        Asked once, without repeats; does not raise.
        """
        try:
            await self.get(path, params, once=True)
        except ConnectorError:
            return False
        return True

    async def get_home_page(self, *, data: bool = False) -> Reply:
        """The shop's home page."""
        return await self._upstream.get("", data=data)

    async def list_items(
        self,
        path: str,
        kind: type[T],
        params: Pairs = (),
        *,
        root: str = CORE,
        for_part: bool = False,
    ) -> list[T]:
        """The items of a list, decoded one by one; those that do not fit are left out."""
        reply = await self.get(path, params, root=root, for_part=for_part)
        rows = await run_aside(len(reply.content), reply.decode, list[msgspec.Raw])
        items = await map_in_turns(lambda raw: _decode_item(raw, kind), rows, measure_bytes)
        return [item for item in items if item is not None]

    async def find_items(
        self,
        path: str,
        kind: type[T],
        params: Pairs = (),
        *,
        root: str = CORE,
        for_part: bool = False,
    ) -> list[T] | None:
        """Like `list_items`; None where the shop answers 404: it has no such route, or nothing that
        the list could belong to.
        """
        try:
            return await self.list_items(path, kind, params, root=root, for_part=for_part)
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND:
                return None
            raise

    async def post(self, path: str, body: Any, params: Pairs = (), *, root: str = CORE) -> Reply:
        """One change.

        Made by POST, which WooCommerce takes wherever it takes PUT: many firewalls forbid PUT.
        """
        return await self._permalinks.ask(
            root + path, lambda place: self._upstream.write("POST", place, json=body, params=params)
        )

    async def delete(self, path: str, *, root: str = CORE) -> None:
        """Delete one thing; one that is gone already is as well. Made by POST with WordPress's
        `_method`, because many firewalls forbid DELETE.
        """
        try:
            await self.post(path, None, [("_method", "DELETE")], root=root)
        except RefusedError as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise

    def _make_mark(self) -> tuple[str, str]:
        return ("_portside", f"{self._run}{next(self._count)}")


def read_total(reply: Reply) -> int | None:
    """How many rows there are in all, by the shop's header; None without one, or with a number that
    cannot be.
    """
    stated = reply.headers.get("X-WP-Total", "").strip()
    return (
        int(stated)
        if stated.isascii() and stated.isdigit() and len(stated) <= _MOST_DIGITS
        else None
    )


def _is_item(raw: msgspec.Raw) -> bool:
    """Whether this is more than a null or an error object in an item's place."""
    if memoryview(raw).nbytes > _LONGEST_ERROR:
        return True
    try:
        head = msgspec.json.decode(raw, type=_Head)
    except UNDECODABLE:
        # What cannot be read may be an item; its decoder says what is wrong.
        return not bytes(raw).strip().startswith(b"null")
    return not head.keys() >= {"code", "message"}


def _decode_item(raw: msgspec.Raw, kind: type[T]) -> T | None:
    try:
        return msgspec.json.decode(raw, type=kind)
    except UNDECODABLE:
        return None


def order_path(order_id: str, tail: str = "") -> str:
    """The path of one order, or of a list that belongs to it."""
    return f"orders/{encode_segment(order_id)}{tail}"


def join_ids(values: Sequence[int | str]) -> str:
    """Ids or words as the API takes lists."""
    return ",".join(map(str, values))
