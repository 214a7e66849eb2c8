"""A Portside that takes over the database of an older one tells no shipment twice."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import msgspec
from aiohttp import ClientSession

from connectors.shipments import Shipment
from proxy.storage.outbox.rows import read_shipment
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front
from tests.storage.upgrades.test_rekeying import OLD, STATES, spelled_otherwise


def make_old_database(folder: Path) -> list[Shipment]:
    """The database that an older Portside left, and the notices in it."""
    with sqlite3.connect(folder / "portside.db") as connection:
        connection.executescript(OLD.read_text(encoding="utf-8"))
        rows = connection.execute("select shipment from deliveries order by id").fetchall()
    return [read_shipment(text) for (text,) in rows]


def write_notices(shipment: Shipment) -> Iterator[tuple[dict[str, str], str]]:
    """Query and body of its notice as it was sent, without the order's id where it has a number,
    and in another spelling.
    """
    for each in (shipment, spelled_otherwise(shipment)):
        for order_id in {each.order_id, ""}:
            yield write_notice(msgspec.structs.replace(each, order_id=order_id))


def write_notice(shipment: Shipment) -> tuple[dict[str, str], str]:
    query = {
        "action": "shipnotify",
        "order_number": shipment.order_number,
        "carrier": shipment.carrier,
        "service": shipment.service,
        "tracking_number": shipment.tracking_number,
    }
    named = f"<OrderID>{shipment.order_id}</OrderID>" if shipment.order_id else ""
    day = f"<ShipDate>{shipment.shipped_on:%m/%d/%Y}</ShipDate>" if shipment.shipped_on else ""
    items = "".join(
        f"<Item><LineItemID>{item.line_id}</LineItemID><Quantity>{item.quantity}</Quantity></Item>"
        for item in shipment.items
    )
    body = f"{named}{day}{f'<Items>{items}</Items>' if items else ''}"
    return query, f"<ShipNotice>{body}</ShipNotice>"


async def test_the_notices_of_an_older_portside_come_again_and_none_is_told_twice(
    tmp_path: Path,
) -> None:
    notices = await asyncio.to_thread(make_old_database, tmp_path)
    stall = Stall()
    async with open_front(stall, tmp_path) as opened, ClientSession() as client:
        for shipment in notices:
            for query, body in write_notices(shipment):
                async with client.post(
                    f"http://{opened.public}/stores/north", params=query, data=body, headers=LOGIN
                ) as answer:
                    assert answer.status == 200
        async with client.get(f"http://{opened.admin}/deliveries") as answer:
            rows = (await answer.json())["deliveries"]
    # What waited and what was dead goes to the shop; what it has, and what was discarded, does not.
    assert sorted(shipment.order_number for shipment in stall.shipped) == ["1005", "1006"]
    assert len(rows) == len(notices)
    states = {row["order_number"]: row["state"] for row in rows if row["id"] != len(notices)}
    assert states == STATES | {"1005": "delivered", "1006": "delivered"}
