"""What a running Portside does by itself in the accounts of its stores."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
from aiohttp import ClientSession

from connectors.errors import RefusedError
from proxy.account.client import AccountClient
from proxy.account.jobs import ask_each
from proxy.rules.coverage import Coverage
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import HintReason
from proxy.storage.names import BooksName
from proxy.stores import Store
from tests.account.stage import build_store
from tests.builders import build_order
from tests.server.stall import Stall, open_front
from tests.simulator.account.stage import Scene, open_scene

# Labels by creation and by voiding, and orders marked as shipped.
PARCELS = ("/fulfillments", "/shipments", "/shipments")
HOUR = timedelta(hours=1)


def account_of(scene: Scene, **changes: object) -> dict[str, object]:
    own = {"api_key": scene.account.key, "api_secret": scene.account.secret}
    return {**own, "url": scene.account.url, "store_id": scene.store.store_id, **changes}


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, [*PARCELS, "/stores/refreshstore"]),
        ({"reconcile": {"every": "never"}}, ["/stores/refreshstore"]),
        ({"status_mappings": "check"}, [*PARCELS, "/stores/{}", "/stores/refreshstore"]),
    ],
)
async def test_a_running_portside_does_the_jobs_that_a_stores_settings_ask_for(
    kept_url: str, tmp_path: Path, changes: dict[str, Any], expected: Sequence[str]
) -> None:
    stall, called = Stall([build_order()]), asyncio.Event()
    async with open_scene() as scene:
        paths = list[str]()
        wanted = sorted(each.format(scene.store.store_id) for each in expected)

        def note(path: str) -> None:
            paths.append(path)
            if len(paths) == len(wanted):
                called.set()

        scene.account.on_call.append(note)
        store = build_store(scene.account, scene.store.store_id)
        async with (
            Database.open(kept_url) as database,
            DatabaseExportStorage(database).writing(store.books) as rows,
        ):
            await rows.add_hints([stall.orders[0].id], rows.now, HintReason.NEWS)
        settings = {"account": account_of(scene, **changes)}
        async with (
            open_front(stall, tmp_path, database=kept_url, store=settings),
            asyncio.timeout(20),
        ):
            await called.wait()
        assert sorted(paths) == wanted


async def test_a_running_portside_audits_a_store_and_shows_what_it_found(
    kept_url: str, tmp_path: Path
) -> None:
    now = datetime.now(UTC)
    stall = Stall([build_order(placed_at=now - 3 * HOUR, modified_at=now - 2 * HOUR)])
    async with open_scene(now=now) as scene, ClientSession() as session:
        async with Database.open(kept_url) as database:
            coverage = Coverage(since=now - 24 * HOUR, covered_until=now - HOUR, confirmed=True)
            async with DatabaseExportStorage(database).writing(BooksName("north")) as rows:
                await rows.put_coverage(coverage)
        settings = {"account": account_of(scene)}
        async with (
            open_front(stall, tmp_path, database=kept_url, store=settings) as portside,
            asyncio.timeout(20),
        ):
            address = f"http://{portside.admin}"
            shown: dict[str, Any] = {}
            while not shown.get("audit"):
                async with session.get(f"{address}/status") as answer:
                    (shown,) = (await answer.json())["stores"]
            assert shown["audit"]["faulty_orders"] == {"never_given": 1}
            await portside.gauges.fill()
            async with session.get(f"{address}/metrics") as answer:
                lines = (await answer.text()).splitlines()
        for expected in (
            'portside_audit_findings{kind="never_given",store="north"} 1.0',
            'portside_audit_findings{kind="stuck",store="north"} 0.0',
            'portside_alarm{kind="audit",store="north"} 1.0',
        ):
            assert expected in lines


async def test_a_store_that_shipstation_refuses_holds_up_no_other() -> None:
    asked = list[str]()

    async def ask(_: AccountClient, store: Store) -> None:
        asked.append(store.name)
        if store.name == "north":
            raise RefusedError("no such store")

    stores = [cast("Store", _Named(name)) for name in ("north", "south")]
    with pytest.raises(RefusedError, match="no such store"):
        await ask_each(ask)(cast("AccountClient", None), stores)
    assert asked == ["north", "south"]


class _Named:
    def __init__(self, name: str) -> None:
        self.name = name
