"""Deliveries are found by what a person has at hand, in either database, also those that an older
version stored.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, update

from connectors.orders import OrderId
from connectors.shipments import Shipment
from proxy.storage import schema
from proxy.storage.actions import Action, OperatorActions
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import DeliveryState
from proxy.storage.outbox.listing import list_page, search_deliveries
from proxy.storage.tables import deliveries
from tests.databases import copy_migrated

PARCELS = (
    Shipment(order_number="1001", order_id=OrderId("77"), tracking_number="1Z-99 aa 1"),
    Shipment(order_number="1002", order_id=OrderId("78"), tracking_number="1Z99AA2"),
    Shipment(order_number="1Z99AA1", order_id=OrderId("79"), tracking_number=""),
)


def go_back_and_forth(connection: Connection) -> None:
    """As an older Portside left the tables, and as this one finds them."""
    config = Config()
    config.set_main_option("script_location", str(schema._MIGRATIONS))
    config.set_main_option("recursive_version_locations", "true")
    config.attributes["connection"] = connection
    command.downgrade(config, "0021")
    schema.upgrade(connection)


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_a_delivery_is_found_by_order_or_parcel_also_of_an_older_version(
    kind: str, request: pytest.FixtureRequest, tmp_path: Path
) -> None:
    async with Database.open(copy_migrated(request, kind, tmp_path)) as database:
        for parcel in PARCELS:
            await DatabaseOutbox(database).put("north", parcel, lease=None)
        async with database.writing() as connection:
            await connection.execute(
                update(deliveries).where(deliveries.c.id == 2).values(state="discarded")
            )

        async def find(word: str, *stores: str) -> list[int]:
            found = await search_deliveries(database, stores or ("north", "south"), word, 10)
            return [delivery.id for delivery in found]

        for _ in range(2):
            assert await find(" 1001 ") == [1]
            assert await find("78") == [2]
            assert await find("1z99-AA1") == [1]
            assert await find("1Z99AA1") == [3, 1]
            assert await find("1001", "south") == []
            assert await find("-- ") == []
            async with database.writing() as connection:
                await connection.run_sync(go_back_and_forth)

        async def page(**wanted: object) -> list[int]:
            return [each.id for each in await list_page(database, limit=2, **wanted)]  # type: ignore[arg-type]  # as named

        assert await page() == [3, 2]
        assert await page(before=2) == [1]
        assert await page(state=DeliveryState.DISCARDED) == [2]
        assert await page(store="south") == []
        actions = OperatorActions(database)
        await actions.keep(
            Action(who="ada\u202e", action="discard", store="north", reason="r" * 900)
        )
        (kept,) = await actions.list_newest(5, store="north")
        assert (kept.who, len(kept.reason)) == ("ada\\u202e", 500)
        assert await actions.list_newest(5, store="south") == []
