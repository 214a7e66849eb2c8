import asyncio
import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import aiohttp
import msgspec
import pytest
from click.testing import CliRunner, Result
from yarl import URL

from proxy.app import Portside
from proxy.cli.main import main
from proxy.simulator.checks.shipments import Shipments
from proxy.simulator.client import StoreClient
from proxy.simulator.exam import Exam
from proxy.simulator.history import History, Pace
from proxy.simulator.poller import export_query
from proxy.simulator.promises import Outcome
from proxy.simulator.verify import try_promise
from tests.builders import build_item, build_order
from tests.delivery.conftest import until
from tests.server.stall import Stall, open_front
from tests.simulator.store import LOGIN, Store, build_book

NOW = datetime.now(UTC)
FAST = Pace(speed=1_000_000)


async def shipped(store: Store, words: Sequence[str] = ("paid",)) -> dict[str, tuple[Outcome, str]]:
    async with store.open(), StoreClient.open(URL(store.url), LOGIN, patience=20) as client:
        exam = Exam(client, now=NOW)
        await exam.begin()
        trials = Shipments(exam.whole.orders, frozenset(words), patience=0.3).promises()
        return {
            promise.name: ((result := await try_promise(promise, exam)).outcome, result.seen)
            for promise in trials
        }


async def polled(store: Store, pace: Pace = FAST) -> tuple[History, dict[str, tuple[Outcome, str]]]:
    async with store.open(), StoreClient.open(URL(store.url), LOGIN, patience=20) as client:
        exam = Exam(client, now=NOW)
        await exam.begin()
        history = History(exam, pace)
        await history.run()
        return history, {
            promise.name: ((r := await try_promise(promise, exam)).outcome, r.seen)
            for promise in history.promises()
        }


async def portside(*arguments: str) -> Result:
    return await asyncio.to_thread(CliRunner().invoke, main, arguments)


async def test_a_store_that_is_right_takes_every_notice_and_refuses_every_broken_one() -> None:
    store = Store(build_book(NOW))
    results = await shipped(store)
    assert [item for item in results.items() if item[1][0] is not Outcome.KEPT] == []
    told = [shipment for shipment in store.shipments if shipment.tracking_number]
    assert not any(shipment.notify_customer for shipment in store.shipments)
    assert len(told) == 6
    assert len({shipment.key() for shipment in told}) == 4
    assert [shipment.tracking_number for shipment in store.shipments].count("") == 1


async def test_an_order_in_two_parcels_is_shipped_piece_by_piece() -> None:
    store = Store(build_book(NOW))
    await shipped(store)
    quantities: dict[str, list[int]] = {}
    for shipment in store.shipments:
        quantities.setdefault(shipment.order_number, []).append(
            sum(item.quantity for item in shipment.items)
        )
    assert [1, 1] in quantities.values()


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ("repeats refused", {"notice-again", "notice-at-once"}),
        ("label demanded", {"notice-no-label"}),
        ("unknown orders taken", {"notice-unknown"}),
        ("status never moves", {"shipped-comes-back"}),
        (
            "unreadable notices ship everything",
            {"notice-cut-short", "notice-doctype", "notice-unknown", "refused-spares"},
        ),
        ("500 for bad requests", {"notice-cut-short", "notice-doctype"}),
        ("HTML errors", {"notice-cut-short", "notice-doctype"}),
    ],
)
async def test_each_fault_in_taking_notices_is_named(fault: str, names: set[str]) -> None:
    results = await shipped(Store(build_book(NOW), [fault]))
    assert {name for name, (outcome, _) in results.items() if outcome is Outcome.BROKEN} == names


async def test_without_orders_that_may_be_shipped_nothing_is_told_but_an_unknown_order() -> None:
    store = Store(build_book(NOW))
    results = await shipped(store, ["awaiting"])
    assert store.shipments == []
    assert {name for name, (outcome, _) in results.items() if outcome is not Outcome.UNTRIED} == {
        "notice-unknown"
    }


async def test_polling_window_after_window_gives_every_order() -> None:
    history, results = await polled(Store(build_book(NOW)))
    assert {outcome for outcome, _ in results.values()} == {Outcome.KEPT}
    assert len(history.polls) > 5
    assert len(history.copy) == 30
    for earlier, later in zip(history.polls, history.polls[1:], strict=False):
        assert later.start == earlier.end


async def test_the_same_seed_asks_for_the_same_windows() -> None:
    first, _ = await polled(Store(build_book(NOW)))
    second, _ = await polled(Store(build_book(NOW)))
    other, _ = await polled(Store(build_book(NOW)), Pace(speed=1e6, seed=7))
    assert (
        [poll.end for poll in first.polls]
        == [poll.end for poll in second.polls]
        != [poll.end for poll in other.polls]
    )


async def test_orders_lost_between_windows_are_named() -> None:
    book = [
        msgspec.structs.replace(order, modified_at=order.modified_at.replace(second=30))
        for order in build_book(NOW)
    ]
    minutes = [
        NOW.replace(second=30) - timedelta(hours=23, minutes=60 - 3 * number)
        for number in range(400)
    ]
    book += [
        build_order(id=f"m{number}", number=f"M-{number}", modified_at=moment)
        for number, moment in enumerate(minutes)
    ]
    _, results = await polled(
        Store(
            sorted(book, key=lambda order: order.modified_at),
            ["start excluded", "end cut to the minute"],
        )
    )
    assert results["polls-complete"][0] is Outcome.BROKEN


async def test_a_store_that_keeps_failing_is_given_up_after_five_polls_and_named() -> None:
    history, results = await polled(Store(build_book(NOW), ["dead"]), Pace(speed=1e9))
    assert [poll.is_finished for poll in history.polls] == [False] * 5
    assert results["polls"][1].startswith("5 of 5 polls failed, the first at page 1: status 500")


async def test_live_polling_goes_on_after_history() -> None:
    history, _ = await polled(Store(build_book(NOW)), Pace(speed=1e6, live=timedelta(minutes=20)))
    assert sum(poll.end >= NOW.replace(second=0, microsecond=0) for poll in history.polls) >= 4


async def test_verify_ends_with_0_and_a_table_when_all_is_kept() -> None:
    store = Store(build_book(NOW))
    async with store.open():
        result = await portside(
            "verify", store.url, "--username", "north", "--password", "pass-word"
        )
    assert result.exit_code == 0, result.output
    assert "27 kept, 0 broken, 0 untried" in result.output
    assert "paid (30)" in result.output


async def test_verify_ends_with_1_and_says_what_to_do_when_something_is_broken() -> None:
    store = Store(build_book(NOW), ["empty country"])
    async with store.open():
        result = await portside("verify", store.url.replace("//", "//north:pass-word@"))
    assert result.exit_code == 1
    assert "✗ broken" in result.output
    assert "→ ShipStation refuses the whole update for one such order." in " ".join(
        result.output.replace("│", " ").split()
    )


async def test_verify_ends_with_2_and_one_line_when_the_store_cannot_be_tried() -> None:
    store = Store([])
    async with store.open():
        result = await portside("verify", store.url, "--username", "north", "--password", "wrong")
    assert result.exit_code == 2
    assert result.output.startswith(
        f"Error: {store.url}: the store refused the user name and password"
    )
    assert result.output.count("\n") == 1


async def test_a_password_is_not_asked_for_where_nobody_can_type_it() -> None:
    result = await portside("verify", "http://127.0.0.1:9/", "--username", "north")
    assert result.exit_code == 2
    assert "no password: give it in PORTSIDE_PASSWORD" in result.output


@pytest.mark.parametrize(
    "arguments",
    [
        ("verify", "shop.example.test/x"),
        ("verify", "ftp://x/"),
        ("simulate", "http://x/", "--since", "0s"),
    ],
)
async def test_arguments_that_cannot_be_are_refused_with_2(arguments: tuple[str, ...]) -> None:
    result = await portside(*arguments, "--password", "x")
    assert result.exit_code == 2
    assert "expected" in result.output


async def test_the_report_as_json_holds_all_of_it_and_no_password() -> None:
    store = Store(build_book(NOW), ["cached"])
    async with store.open():
        result = await portside(
            "simulate",
            store.url + "?key=hidden",
            "--username",
            "north",
            "--password",
            "pass-word",
            "--json",
            "--speed",
            "1000000",
        )
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["url"] == store.url
    assert report["counts"]["broken"] == 1
    assert report["window"]["orders"] == 30
    assert report["status_words"] == {"paid": 30}
    [fault] = [promise for promise in report["promises"] if promise["outcome"] == "broken"]
    assert (fault["name"], fault["seen"]) == (
        "not-cached",
        "Age: 12: the answer came out of a cache",
    )
    assert all(poll["error"] == "" for poll in report["polls"])
    assert "pass-word" not in result.output
    assert "hidden" not in result.output


async def test_nothing_is_written_unless_notices_are_asked_for() -> None:
    store = Store(build_book(NOW))
    async with store.open():
        login = ("--username", "north", "--password", "pass-word", "--speed", "1000000")
        assert (await portside("simulate", store.url, *login)).exit_code == 0
        assert store.shipments == []
        assert (await portside("simulate", store.url, *login, "--notices")).exit_code == 0
        assert store.shipments != []


async def _polls(front: Portside) -> int:
    """How many stores have a last poll in the metrics."""
    await front.gauges.fill()
    text = front.metrics.render()[0].decode()
    return sum(
        line.startswith("portside_last_poll_timestamp_seconds") and 'store="north"' in line
        for line in text.splitlines()
    )


async def test_portside_keeps_every_promise_and_does_not_take_the_trial_for_a_poll(
    tmp_path: Path,
) -> None:
    orders = [
        build_order(
            id=str(n),
            number=f"A-{n}",
            modified_at=NOW - timedelta(minutes=15 + 2 * n, seconds=n % 60),
            items=(build_item(),),
        )
        for n in range(1, 60)
    ]
    stall = Stall(orders[::-1])
    async with open_front(stall, tmp_path, export={"page_size": 10}) as front:
        url = f"http://north:pass-word@{front.public}/stores/north"
        result = await portside("simulate", url, "--since", "3h", "--speed", "1000000")
        after_trial = await _polls(front)
        async with (
            aiohttp.ClientSession() as session,
            session.get(url, params=dict(export_query(NOW, NOW, 1))) as answer,
        ):
            assert answer.status == 200

        async def is_kept() -> bool:
            return await _polls(front) == 1

        # What became of a poll is kept once its answer has left.
        await until(is_kept)
    assert after_trial == 0, "a trial must not count as ShipStation having got the orders"
    assert result.exit_code == 0, result.output
    assert "29 kept, 0 broken, 0 untried" in result.output
