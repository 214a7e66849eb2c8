"""One truth: what each view shows of a store comes from the database, on every replica the same and
over restarts.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest
from aiohttp import ClientSession
from sqlalchemy import insert, update

from connectors.errors import AuthenticationError, UnavailableError
from connectors.orders import OrderId, RejectedOrder
from connectors.upstream.policy import BreakerNews
from proxy.app import Portside
from proxy.operator.status.reading import read_status
from proxy.operator.status.standing import ShopWord, Standing
from proxy.operator.status.strip import CELLS, build_strip
from proxy.storage.database import Database
from proxy.storage.events import Events, Place
from proxy.storage.export.polls import MOST_POLLS, Poll, PollHistory, PollOutcome, PollResult
from proxy.storage.failed_logins import FailedLogin, FailedLoginCounts
from proxy.storage.tables import polls
from proxy.watch import Watch
from tests.builders import build_order
from tests.databases import copy_migrated
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

GIVEN = PollResult(outcome=PollOutcome.GIVEN, snapshot_id=1, pages=1, orders=3, held=0, seconds=2.0)
FAILED = PollResult(outcome=PollOutcome.FAILED, kind="UnavailableError", reason="down")


@pytest.fixture(params=["sqlite", "postgresql"])
async def database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = copy_migrated(request, request.param, tmp_path)
    async with Database.open(url) as database:
        yield database


@pytest.fixture
def stall() -> Stall:
    return Stall([build_order()])


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def standing_of(database: Database, store: str = "north") -> Standing:
    (standing,) = (await read_status(database, [store], store)).stores
    return standing


async def list_polls(database: Database) -> list[tuple[str, Poll]]:
    """The polls that are kept with their stores, oldest first."""
    found, _ = await Events(database).list_after(Place(), 100)
    return [(each.store, each.what) for each in reversed(found) if isinstance(each.what, Poll)]


async def until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(20):
        while not await holds():
            pass


async def poll(portside: Portside, client: ClientSession, **query: str) -> int:
    async with client.get(
        f"http://{portside.public}/stores/north", params={**WINDOW, **query}, headers=LOGIN
    ) as answer:
        await answer.read()
        return answer.status


async def test_a_poll_is_kept_with_what_it_brought(tmp_path: Path, client: ClientSession) -> None:
    order = build_order()
    orders = [msgspec.structs.replace(order, id=str(n), number=str(n)) for n in range(3)]
    broken = RejectedOrder(id=OrderId("9"), number="9", modified_at=None, reason="total: no money")
    async with open_front(Stall([*orders, broken]), tmp_path, export={"page_size": 2}) as portside:
        assert await poll(portside, client) == 200
        async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:

            async def is_kept() -> bool:
                # Page 1 leaves while the rest is still being read.
                now = await standing_of(database)
                return now.last_poll is not None and now.walk is not None and now.walk.is_read

            await until(is_kept)
            first = await standing_of(database)
            assert first.last_poll is not None
            assert first.last_poll.outcome is PollOutcome.UNDER_WAY
            assert first.walk is not None
            assert (first.walk.pages, first.walk.sent, first.walk.is_read) == (2, 1, True)
            assert await poll(portside, client, page="2") == 200

            async def is_given() -> bool:
                last = (await standing_of(database)).last_poll
                return last is not None and last.outcome is PollOutcome.GIVEN

            await until(is_given)
            whole = await standing_of(database)
    assert whole.last_poll is not None
    last = whole.last_poll
    assert (last.pages, last.orders, last.held, last.at) == (2, 3, 1, first.last_poll.at)
    assert last.seconds >= first.last_poll.seconds
    assert (whole.walk, whole.held.unreadable) == (None, 1)


async def test_a_poll_that_failed_says_why_without_the_shops_words(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    words = "Ada Example lives here"
    stall.error = AuthenticationError(f"401: the key is refused: {words}").quoting(words)
    async with open_front(stall, tmp_path) as portside:
        assert await poll(portside, client) != 200
        assert await poll(portside, client, start_date="nonsense") == 400
        async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
            kept = [poll for _, poll in await list_polls(database)]
            standing = await standing_of(database)
    assert [(each.outcome, each.kind) for each in kept] == [
        (PollOutcome.FAILED, "AuthenticationError"),
        (PollOutcome.FAILED, "WireError"),
    ]
    assert kept[0].reason.startswith("401: the key is refused")
    assert "Ada" not in kept[0].reason
    assert standing.fruitless_since == kept[0].at


async def test_a_window_of_which_one_route_fails_for_every_order_is_told_apart(
    tmp_path: Path, client: ClientSession
) -> None:
    reason = "GET /orders/{}/refunds: the shop failed (500)."
    held = [
        RejectedOrder(id=OrderId(str(n)), number=str(n), modified_at=None, reason=reason.format(n))
        for n in range(5)
    ]
    async with open_front(Stall(held), tmp_path) as portside:
        assert await poll(portside, client) == 200
        async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:

            async def is_kept() -> bool:
                return (await standing_of(database)).last_poll is not None

            await until(is_kept)
            last = (await standing_of(database)).last_poll
    assert last is not None
    assert last.outcome is PollOutcome.ALL_HELD
    assert last.reason == "GET /orders/…/refunds: the shop failed"
    assert (last.orders, last.held) == (0, 5)


async def test_a_page_that_fails_amid_a_walk_is_noted_at_that_walk(database: Database) -> None:
    history = PollHistory(database)
    under_way = msgspec.structs.replace(GIVEN, outcome=PollOutcome.UNDER_WAY, pages=2)
    await history.keep("north", under_way, is_first=True)
    await history.keep("north", FAILED, is_first=False)
    ((_, kept),) = await list_polls(database)
    assert (kept.outcome, kept.pages) == (PollOutcome.FAILED, 2)
    await history.keep("north", GIVEN, is_first=False)
    ((_, kept),) = await list_polls(database)
    assert (kept.outcome, kept.orders) == (PollOutcome.GIVEN, 3)


async def test_old_polls_are_forgotten_and_so_are_too_many(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    history = PollHistory(database)
    await history.keep("north", GIVEN, is_first=True)
    async with database.writing() as connection:
        at = await database.now(connection) - timedelta(days=7, seconds=1)
        await connection.execute(update(polls).values(at=at))
    assert MOST_POLLS > 24 * 60
    monkeypatch.setattr("proxy.storage.export.polls.MOST_POLLS", 5)
    for _ in range(8):
        await history.keep("north", GIVEN, is_first=True)
    await history.keep("south", GIVEN, is_first=True)
    kept = Counter(store for store, _ in await list_polls(database))
    assert kept == {"north": 5, "south": 1}


async def test_the_strip_shows_the_worst_of_each_quarter_of_an_hour(database: Database) -> None:
    history = PollHistory(database)
    for result in (GIVEN, FAILED):
        await history.keep("north", result, is_first=True)
    async with database.writing() as connection:
        now = await database.now(connection)
        await connection.execute(
            insert(polls),
            [
                {"store": "north", "at": now - ago, "outcome": "given", "kind": "", "reason": ""}
                | {"seconds": 1.0}
                for ago in (timedelta(hours=12, minutes=1), timedelta(hours=25))
            ],
        )
    strip = build_strip((await history.count_by_cell(timedelta(days=1), CELLS))["north"])
    assert [(cell.place, cell.polls, cell.worst) for cell in strip] == [
        (CELLS // 2 - 1, 1, PollOutcome.GIVEN),
        (CELLS - 1, 2, PollOutcome.FAILED),
    ]


async def test_a_shop_is_down_since_its_first_failure_on_every_replica_and_over_a_restart(
    database: Database,
) -> None:
    down = BreakerNews(failures=1, error=UnavailableError("The shop hung up."))
    async with Watch(database) as one, Watch(database) as other:
        one.hear_breaker("north", BreakerNews())
        await one.flush()
        assert (await standing_of(database)).shop_word is ShopWord.ANSWERING
        one.hear_breaker("north", down)
        await one.flush()
        first = (await standing_of(database)).shop
        other.hear_breaker("north", msgspec.structs.replace(down, failures=8, rest=30.0))
        await other.flush()
    async with Watch(database) as restarted:
        restarted.hear_breaker("north", down)
        await restarted.flush()
        later = await standing_of(database)
        assert later.shop_word is ShopWord.DOWN
        assert later.shop.failing_since == first.failing_since
        assert later.shop.error == "The shop hung up."
        restarted.hear_breaker("north", BreakerNews())
        await restarted.flush()
    back = await standing_of(database)
    assert (back.shop_word, back.shop.failing_since) == (ShopWord.ANSWERING, None)


async def test_an_open_breaker_says_when_the_shop_is_asked_again(database: Database) -> None:
    async with Watch(database) as watch:
        watch.hear_breaker(
            "north", BreakerNews(failures=8, rest=30.0, error=UnavailableError("down"))
        )
    shop = (await standing_of(database)).shop
    assert shop.failed_at is not None
    assert shop.next_try_at == shop.failed_at + timedelta(seconds=30)
    assert shop.failures == 8


async def test_failed_logins_of_the_last_hour_are_counted_by_store_over_replicas(
    database: Database,
) -> None:
    async with Watch(database) as one, Watch(database) as other:
        for _ in range(15):
            one.note_failed_login("north", "203.0.113.9")
        other.note_failed_login("north", "203.0.113.10")
        other.note_failed_login("", "127.0.0.1")
    await FailedLoginCounts(database).add([FailedLogin(store="north", count=4, client="::1")])
    status = await read_status(database, ["north"])
    logins = status.stores[0].failed_logins
    assert logins is not None
    assert (logins.recent, logins.client) == (20, "::1")
    assert status.failed_logins is not None
    assert status.failed_logins.recent == 1


async def test_a_wrong_login_over_http_is_seen_in_the_status(
    stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params={**WINDOW, "SS-UserName": "x", "SS-Password": "y"}):
            pass
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
        logins = (await standing_of(database)).failed_logins
    assert logins is not None
    assert (logins.recent, logins.client) == (1, "127.0.0.1")
