"""ShipStation's webhooks: a parcel is known within a minute, whatever the message says, and a busy
account is not asked for each message.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer, unused_port
from hypothesis import given
from hypothesis import strategies as st

from proxy.account.jobs import group_keys
from proxy.account.webhooks import place_webhooks, register_hooks
from proxy.account.worker import AccountWorker
from proxy.operator.account_jobs import plan_jobs
from proxy.server.admission.clients import Proxies
from proxy.server.admission.failed_logins import FailedLogins
from proxy.server.keys import (
    ACCOUNTS,
    FAILED_LOGINS,
    LOG_PACE,
    METRICS,
    PROXIES,
    STORES,
)
from proxy.server.middlewares import errors_as_xml, observe
from proxy.server.webhooks.account import add_account_webhooks
from proxy.settings.models import DeliverySettings
from proxy.simulator.account.traits import Fate, Faults
from proxy.storage.account.job_times import JobPace
from proxy.storage.database import Database
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.metrics import Metrics
from tests.account.desk import Desk, open_desk
from tests.account.stage import Waits, build_store, open_client
from tests.simulator.account.stage import MINUTE, NOW, build_orders

SECRET = "a-secret-of-thirty-two-letters-x"
SECOND = timedelta(seconds=1)


@asynccontextmanager
async def listen(desk: Desk, url: str, **settings: object) -> AsyncIterator[AccountWorker]:
    """Portside's listener, which ShipStation calls, and the worker that it wakes."""
    account, front, port = desk.account, desk.front, unused_port()
    hooks = {"address": f"http://127.0.0.1:{port}", "secret": SECRET}
    store = build_store(
        account, front.there.store_id, front.stall, account={"webhooks": hooks, **settings}
    )
    own = store.settings.account
    assert own is not None
    assert own.webhooks is not None
    place = place_webhooks("north", front.there.store_id, own.webhooks)
    app = web.Application(middlewares=[observe, errors_as_xml])
    app[METRICS], app[LOG_PACE], app[PROXIES] = Metrics(), LogPace(), Proxies(())
    app[FAILED_LOGINS], app[STORES] = FailedLogins(), {"north": store}
    add_account_webhooks(app)
    async with (
        Database.open(url, clock=account.clock) as database,
        AccountWorker.open(
            database,
            group_keys([store]),
            plan_jobs(database, front.exporter.ledger, DeliverySettings()),
            sleep=Waits(account),
        ) as worker,
        open_client(account, url) as (client, _),
    ):
        app[ACCOUNTS] = worker
        async with TestServer(app, port=port):
            await register_hooks(client, place)
            yield worker


async def live(
    desk: Desk, worker: AccountWorker, span: timedelta, step: timedelta = 5 * SECOND
) -> None:
    """Let time pass as `portside serve` does: it looks for due jobs every five seconds."""
    ends_at = desk.account.clock() + span
    while desk.account.clock() < ends_at:
        await desk.account.advance(step)
        await worker.look()


@pytest.mark.parametrize("way", ["label", "mark"])
async def test_a_parcel_whose_notice_was_lost_is_found_within_a_minute(
    kept_url: str, way: str
) -> None:
    async with open_desk(kept_url) as desk, listen(desk, kept_url) as worker:
        await live(desk, worker, 2 * MINUTE)
        order = desk.account.find_order("N-1")
        if way == "label":
            desk.account.make_label(order, fate=Fate.LOST_WITH_ERROR)
        else:
            desk.account.mark_shipped(order, "X-1", fate=Fate.LOST_WITH_ERROR)
        await live(desk, worker, MINUTE)
        assert [each.shipment.order_number for each in await desk.list_deliveries()] == ["N-1"]
        assert [hook.status for hook in desk.account.webhooks.sent] == [200]


async def test_an_imported_order_is_seen_to_within_a_minute(kept_url: str) -> None:
    rules = [{"add_tag": "Fragile"}]
    async with open_desk(kept_url) as desk, listen(desk, kept_url, after_import=rules) as worker:
        await live(desk, worker, 2 * MINUTE)
        desk.front.stall.orders = list(build_orders(4))
        await desk.account.import_orders(desk.front.there, NOW - timedelta(days=1))
        await live(desk, worker, MINUTE)
        assert desk.account.find_order("N-4").tag_ids
        assert not desk.account.find_order("N-1").tag_ids


async def test_many_messages_cost_few_requests_and_repeated_ones_nothing_more(
    kept_url: str,
) -> None:
    async with open_desk(kept_url, count=20) as desk, listen(desk, kept_url) as worker:
        await live(desk, worker, 2 * MINUTE)
        desk.account.faults = Faults(hooks_repeated=1.0)
        before = len(desk.account.calls)
        for number in range(1, 21):
            order = desk.account.find_order(f"N-{number}")
            desk.account.make_label(order, fate=Fate.LOST_WITH_ERROR)
            if number % 2 == 0:
                await live(desk, worker, 5 * SECOND)
        await live(desk, worker, MINUTE)
        assert len(desk.account.webhooks.sent) == 40
        assert len(await desk.list_deliveries()) == 20
        assert len(desk.account.calls) - before <= 24
        assert desk.account.count_busiest_minute() <= 20


async def test_with_all_messages_lost_the_timer_finds_the_parcel(kept_url: str) -> None:
    async with open_desk(kept_url) as desk, listen(desk, kept_url) as worker:
        await live(desk, worker, MINUTE)
        desk.account.faults = Faults(hooks_lost=1.0)
        desk.account.make_label(desk.account.find_order("N-1"), fate=Fate.LOST_WITH_ERROR)
        await live(desk, worker, 15 * MINUTE, MINUTE)
        assert desk.account.webhooks.sent == []
        assert len(await desk.list_deliveries()) == 1


@given(st.integers(-2_000, 900), st.lists(st.integers(0, 30), max_size=20))
def test_whoever_asks_how_often_a_job_comes_within_its_pause_and_no_sooner(
    due_in: int, waits: list[int]
) -> None:
    pace = JobPace(every=900 * SECOND, at_most_every=20 * SECOND)
    now = datetime(2026, 3, 2, tzinfo=UTC)
    due_at, asked_at = now + due_in * SECOND, now
    began_at = due_at - pace.every if due_at > now else due_at
    for wait in [0, *waits]:
        due_at = pace.choose_due(due_at, now)
        assert due_at <= max(asked_at + pace.at_most_every, now)
        assert due_at >= min(began_at + pace.at_most_every, now)
        now += wait * SECOND
        if due_at <= now:
            return
