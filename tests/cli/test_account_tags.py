"""`portside account orders --tag`: the store's orders that bear a tag in ShipStation."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from proxy.simulator.account.traits import Fate
from tests.cli.test_account import database, run, write_settings
from tests.simulator.account.stage import open_scene

__all__ = ["database"]


async def test_orders_are_listed_by_tag_in_every_status(tmp_path: Path, database: str) -> None:
    async with open_scene(now=datetime.now(UTC) - timedelta(hours=3)) as scene:
        account, office = scene.account, scene.account.office
        other = account.add_store("Other")
        tag = office.tags[0]
        orders = [account.add_order(scene.store, f"N-{n}", {"CUP-1": 1}) for n in range(4)]
        orders.append(account.add_order(other, "M-1", {"CUP-1": 1}))
        for order in orders[1:]:
            office.add_tag(order.order_id, tag.tag_id)
        account.mark_shipped(orders[1], "X-7", fate=Fate.OFF)
        own = {"store_id": scene.store.store_id}
        file = write_settings(tmp_path, database, scene, account=own)
        for name in (tag.name, tag.name.upper(), str(tag.tag_id)):
            made = await run(file, "orders", "--tag", name, "--json")
            assert made.exit_code == 0, made.output
            numbers = [row["orderNumber"] for row in json.loads(made.stdout)]
            assert numbers == ["N-1", "N-2", "N-3"]
        old = await run(file, "orders", "--tag", tag.name, "--since", "1h", "--json")
        assert old.stdout == "[]\n"
        unknown = await run(file, "orders", "--tag", "Fragil")
        assert (unknown.exit_code, "--tag: expected one of" in unknown.output) == (1, True)
