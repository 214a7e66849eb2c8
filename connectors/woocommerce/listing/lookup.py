"""Find one order: by its id, or by its number where a notice has nothing else."""

from __future__ import annotations

from http import HTTPStatus

from connectors.errors import (
    OrderNotFoundError,
    RefusedError,
    SharedNumberError,
    UnreadableResponseError,
)
from connectors.shipments import Shipment
from connectors.turns import run_aside
from connectors.upstream.request import Pairs
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, order_path
from connectors.woocommerce.listing.queries import EVERY_STATUS
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.decoding import Row, read_row
from connectors.woocommerce.mapping.values import read_text

_BRIEF = "id,number"


class Lookup:
    """Reads single orders; `fields` asks for what of them is read."""

    def __init__(self, api: Api, fields: Pairs) -> None:
        self._api = api
        self._fields = fields

    async def read_order(self, order_id: str) -> Row:
        """The order with this id. Raises `OrderNotFoundError`."""
        found = await self._find_by_id(order_id, for_part=True)
        if found is None:
            raise OrderNotFoundError(f"The shop does not know an order with the id {order_id!r}.")
        return found

    async def find_order(self, shipment: Shipment) -> Row:
        """The order that a notice means: by its id, which the client has from us, else by its
        number.

        Raises `OrderNotFoundError`, and `SharedNumberError` where several bear that number.
        """
        if shipment.order_id and (found := await self._find_by_id(shipment.order_id)) is not None:
            return found
        number = shipment.order_number.removeprefix("#")
        if number and (found := await self._find_by_number(number)) is not None:
            return found
        asked = " and ".join(
            filter(
                None,
                (
                    shipment.order_id and f"id {shipment.order_id!r}",
                    number and f"number {number!r}",
                ),
            )
        )
        raise OrderNotFoundError(
            f"The shop does not know an order with {asked or 'no id and no number'}."
        )

    async def read_status(self, order_id: str) -> str:
        """The status of the order now."""
        reply = await self._api.get(order_path(order_id), [("_fields", "id,status")])
        order = reply.decode(wire.Order)
        _check_id(order_id, read_text(order.id))
        return order.status

    async def _find_by_id(self, order_id: str, *, for_part: bool = False) -> Row | None:
        if not (order_id.isascii() and order_id.isdigit()):
            return None
        try:
            reply = await self._api.get(
                order_path(order_id), (("dp", "6"), *self._fields), for_part=for_part
            )
        except RefusedError as error:
            if error.status == HTTPStatus.NOT_FOUND and "order" in error.code:
                return None
            raise
        row = await run_aside(len(reply.content), read_row, reply.content)
        _check_id(order_id, read_text(row.order.id))
        return row

    async def _find_by_number(self, number: str) -> Row | None:
        """Mostly the number is the id. Where a plugin gives other numbers, the order with that id
        is another one, or bears a number that the plugin gave once more.

        Raises `SharedNumberError`.
        """
        found = await self._find_by_id(number)
        if found is not None and _read_number(found) != number:
            found = None
        ids = [] if found is None else [number]
        for status in EVERY_STATUS:
            params = [
                ("search", number),
                ("status", status),
                ("per_page", str(LARGEST_PAGE)),
                ("_fields", _BRIEF),
            ]
            ids += [
                str(order.id)
                for order in await self._api.list_items("orders", wire.Order, params)
                if read_text(order.number) == number
            ]
        if len(set(ids)) > 1:
            raise SharedNumberError(number, ids)
        return found or (await self._find_by_id(ids[0]) if ids else None)


def _read_number(row: Row) -> str:
    return read_text(row.order.number)


def _check_id(asked: str, shown: str) -> None:
    """Raise `UnreadableResponseError` for another order than the one asked for, as a broken cache
    in front of a shop gives: it must not be shipped in its place.
    """
    if shown.isdigit() and int(shown) != int(asked):
        raise UnreadableResponseError(
            f"The shop was asked for the order {asked!r} and answered with {shown!r}."
        )
