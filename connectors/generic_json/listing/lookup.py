"""One order by its id, and the id of the order that people call by a number; where the shop has
several partitions, in the one that has it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator
from contextlib import aclosing
from http import HTTPStatus
from typing import Any

from connectors.errors import (
    OrderNotFoundError,
    RefusedError,
    SharedNumberError,
    UnreadableResponseError,
)
from connectors.generic_json.api.caller import Caller
from connectors.generic_json.api.jsonapi import resolve_document
from connectors.generic_json.mapping.order import find_id
from connectors.generic_json.settings.partitions import bind_request
from connectors.generic_json.settings.request import RequestSettings
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.language.functions import EvaluationError
from connectors.language.functions.table import as_text, is_empty
from connectors.orders import OrderId


class OrderLookup:
    """Asks for single orders as `order:` says."""

    def __init__(self, settings: GenericJsonSettings, caller: Caller) -> None:
        self._settings = settings.order
        self._rules = settings.map.rules
        self._caller = caller
        self._partitions = settings.orders.partitions
        self._is_jsonapi = settings.orders.jsonapi

    async def fetch_order(self, order_id: str, caller: Caller | None = None) -> Any:
        """The order as it stands in the answer; `caller` asks in another way. Raises
        `OrderNotFoundError`.

        In a shop of several partitions it is the order that the map gives this id: another
        partition may have one under the same number.
        """
        if not order_id.strip():
            raise OrderNotFoundError("The notice names no order.")
        requests = self._bind(self._settings.request)
        async with aclosing(self._find_all(requests, order_id, caller or self._caller)) as orders:
            async for order in orders:
                if len(requests) == 1 or find_id(order, self._rules) == order_id:
                    return order
        raise OrderNotFoundError(f"The shop does not know the order {order_id!r}.")

    async def _find_all(
        self, requests: list[RequestSettings], order_id: str, caller: Caller
    ) -> AsyncGenerator[Any, None]:
        """What each partition has under the id."""
        one = self._settings
        for request in requests:
            try:
                reply = await caller.read(request, {"id": order_id})
                body = caller.read_body(reply)
            except OrderNotFoundError:
                continue
            except RefusedError as error:
                if error.status == HTTPStatus.NOT_FOUND:
                    continue
                raise
            try:
                found = one.item(resolve_document(body) if self._is_jsonapi else body)
            except EvaluationError as error:
                raise UnreadableResponseError(
                    f"{reply.where}: {one.item.source!r}: {error}."
                ) from None
            if not is_empty(found):
                yield request.give(found)

    async def find_id(self, number: str) -> OrderId:
        """The id of the order that people call by this number, where `order.find` says how to
        ask.
        """
        find = self._settings.find
        if find is None:
            raise OrderNotFoundError("The settings do not say how to find an order by number.")
        texts = list[str | None]()
        for request in self._bind(find.request):
            reply = await self._caller.read(request, {"number": number})
            try:
                found = find.id(request.give(self._caller.read_body(reply)))
                texts += map(as_text, found if isinstance(found, list) else [found])
            except EvaluationError as error:
                raise UnreadableResponseError(
                    f"{reply.where}: {find.id.source!r}: {error}."
                ) from None
        ids = list(dict.fromkeys(filter(None, texts)))
        if not ids:
            raise OrderNotFoundError(f"The shop does not know an order with the number {number!r}.")
        if len(ids) > 1:
            raise SharedNumberError(number, ids)
        return OrderId(ids[0])

    def _bind(self, request: RequestSettings) -> list[RequestSettings]:
        """The request for each partition that it speaks of."""
        partitions = self._partitions
        if partitions is None or not request.has_reference(partitions.as_):
            return [request]
        return bind_request(request, partitions)
