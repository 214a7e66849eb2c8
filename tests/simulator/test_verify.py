from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from yarl import URL

from connectors.orders import Order
from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.answers import Answer
from proxy.simulator.checks import PROMISES
from proxy.simulator.client import Login, StoreClient
from proxy.simulator.exam import CouldNotRunError, Exam, Walk
from proxy.simulator.promises import Outcome, Result
from proxy.simulator.verify import try_promise, verify
from tests.builders import build_order
from tests.simulator.store import LOGIN, Store, build_book

NOW = datetime.now(UTC)
REFUSALS = {
    "bad-date",
    "no-date",
    "impossible-date",
    "bad-page",
    "page-zero",
    "bad-action",
    "no-action",
    "reversed-dates",
}


async def examine(
    store: Store, *, login: Login = Login.BOTH, credentials: Credentials = LOGIN, path: str = ""
) -> list[Result]:
    async with (
        store.open(),
        StoreClient.open(URL(path or store.url), credentials, login, patience=20) as client,
    ):
        return await verify(Exam(client, now=NOW))


def broken(results: Sequence[Result]) -> set[str]:
    return {result.name for result in results if result.outcome is Outcome.BROKEN}


@pytest.mark.parametrize("login", [Login.BOTH, Login.HEADER, Login.QUERY, Login.KEY])
async def test_a_store_that_is_right_keeps_every_promise(login: Login) -> None:
    results = await examine(Store(build_book(NOW)), login=login)
    assert [
        (result.name, result.seen) for result in results if result.outcome is not Outcome.KEPT
    ] == []
    assert len(results) == len(PROMISES)
    assert not any(result.advice for result in results)


@pytest.mark.parametrize(
    ("fault", "names"),
    [
        ("any password", {"login-wrong"}),
        ("open to all", {"login-wrong", "login-missing", "login-challenge"}),
        ("empty 200 for strangers", {"login-wrong", "login-missing", "login-challenge"}),
        ("403", {"login-wrong", "login-missing"}),
        ("no challenge", {"login-challenge"}),
        ("control character", {"answers"}),
        ("unsplit ]]> in CDATA", {"answers"}),
        ("wrong root", {"answers", "schema", "window-empty"}),
        ("pages in words", {"answers", "schema", "window-empty"}),
        ("second page broken", {"answers"}),
        ("labelled as HTML", {"content-type"}),
        ("labelled as Latin-1", {"encoding"}),
        ("declared as UTF-16", {"answers", "encoding", "window-empty"}),
        ("cached", {"not-cached"}),
        ("out of a cache", {"not-cached"}),
        ("empty country", {"schema"}),
        ("comma in amounts", {"schema"}),
        ("entities left", {"readable"}),
        ("tags left", {"readable"}),
        ("misread characters", {"readable"}),
        ("overlapping pages", {"pages-disjoint"}),
        ("pages counted again", {"pages-stated"}),
        ("hole in the middle", {"pages-stated", "window-halves"}),
        ("page ignored", {"pages-disjoint", "page-beyond"}),
        ("end cut to the minute", {"window-minute"}),
        ("start excluded", {"window-minute"}),
        ("local time", {"window-minute"}),
        ("window ignored", {"window-end", "window-empty"}),
        ("empty body for nothing", {"window-empty", "page-beyond"}),
        ("any action", {"bad-action", "no-action"}),
        ("any page", {"bad-page", "page-zero"}),
        ("any order of dates", {"reversed-dates"}),
        ("500 for bad requests", REFUSALS),
        ("JSON errors", REFUSALS),
        ("HTML errors", REFUSALS),
    ],
)
async def test_each_fault_of_a_bad_store_is_named(fault: str, names: set[str]) -> None:
    results = await examine(Store(build_book(NOW), [fault]))
    assert broken(results) == names, [
        (result.name, result.seen) for result in results if result.name in broken(results) ^ names
    ]
    assert all(result.advice for result in results if result.outcome is Outcome.BROKEN)


async def test_a_store_that_answers_any_date_is_named_for_each_kind_of_date() -> None:
    results = await examine(Store(build_book(NOW), ["any date"]))
    assert broken(results) >= {
        "bad-date",
        "no-date",
        "impossible-date",
        "reversed-dates",
        "window-empty",
        "window-end",
    }


async def test_orders_that_change_places_between_requests_are_named() -> None:
    results = await examine(Store(build_book(NOW), ["order changes by the minute"]))
    assert broken(results) >= {"pages-disjoint", "page-again"}


async def test_orders_older_than_the_trial_excuse_nothing_if_the_store_gives_more_than_asked() -> (
    None
):
    store = Store(build_book(NOW), ["window ignored"])
    async with store.open(), StoreClient.open(URL(store.url), LOGIN, patience=20) as client:
        exam = Exam(client, now=NOW)
        assert await exam.changed_since() == set()
        store.book.append(build_order(id="new", modified_at=datetime.now(UTC)))
        assert await exam.changed_since() == {"new"}


async def test_no_pages_attribute_is_named_where_all_fits_on_one_page() -> None:
    results = await examine(Store(build_book(NOW)[:5], ["no pages"]))
    assert broken(results) == {"pages-stated", "schema"}


async def test_a_store_that_goes_by_the_created_date_is_named() -> None:
    book = [
        msgspec.structs.replace(order, placed_at=NOW - timedelta(hours=3))
        for order in build_book(NOW)
    ]
    results = await examine(Store(book, ["created date"]))
    assert "window-minute" in broken(results)
    [seen] = [result.advice for result in results if result.name == "window-minute"]
    assert "modified date" in seen or "time zone" in seen


@pytest.mark.parametrize(
    ("fault", "advice"),
    [
        ("end cut to the minute", "whole minute"),
        ("start excluded", "whole minute"),
        ("local time", "a time zone is mixed in"),
    ],
)
async def test_a_window_fault_is_told_apart_from_the_others(fault: str, advice: str) -> None:
    [result] = [
        result
        for result in await examine(Store(build_book(NOW), [fault]))
        if result.name == "window-minute"
    ]
    assert advice in result.advice


async def test_an_order_dated_in_the_future_is_named() -> None:
    book: list[Order] = [*build_book(NOW)]
    book[-1] = msgspec.structs.replace(book[-1], modified_at=NOW + timedelta(hours=5))
    results = await examine(Store(book, ["window ignored"]))
    assert "dates-utc" in broken(results)


async def test_a_slow_page_is_named() -> None:
    [promise] = [promise for promise in PROMISES if promise.name == "in-time"]
    async with StoreClient.open(URL("http://127.0.0.1:9/"), LOGIN) as client:
        exam = Exam(client, now=NOW)
        for seconds, outcome in ((29.9, Outcome.KEPT), (30.1, Outcome.BROKEN)):
            exam.whole = Walk(start=NOW, end=NOW, answers=(Answer(status=200, seconds=seconds),))
            assert (await try_promise(promise, exam)).outcome is outcome


async def test_a_shop_at_work_breaks_no_promise() -> None:
    book = build_book(NOW)
    store = Store(book)
    async with store.open(), StoreClient.open(URL(store.url), LOGIN, patience=20) as client:
        exam = Exam(client, now=NOW)
        results = []
        await exam.begin()
        for turn, promise in enumerate(PROMISES):
            store.book[turn % len(book)] = msgspec.structs.replace(
                store.book[turn % len(book)], modified_at=NOW.replace(second=59)
            )
            results.append(await try_promise(promise, exam))
    assert broken(results) == set()


async def test_an_empty_store_leaves_untried_what_needs_an_order() -> None:
    results = await examine(Store([]))
    assert broken(results) == set()
    assert {result.name for result in results if result.outcome is Outcome.UNTRIED} >= {
        "schema",
        "pages-disjoint",
        "window-minute",
    }


async def test_a_store_with_old_orders_only_is_looked_at_further_back() -> None:
    old = [
        msgspec.structs.replace(order, modified_at=order.modified_at - timedelta(days=100))
        for order in build_book(NOW)
    ]
    results = await examine(Store(old))
    assert {result.outcome for result in results} == {Outcome.KEPT}


async def test_a_store_that_only_fails_is_named_and_does_not_stop_the_trial() -> None:
    results = await examine(Store(build_book(NOW), ["dead"]))
    assert {"answers", "window-empty", "bad-date"} <= broken(results)
    [result] = [result for result in results if result.name == "answers"]
    assert result.seen == "page 1: status 500: <html><body>Server Error</body></html>"


async def test_a_refused_login_cannot_be_tried() -> None:
    with pytest.raises(
        CouldNotRunError,
        match=r"refused the user name and password.* \(status 401: .*wrong user name or password",
    ):
        await examine(Store([]), credentials=Credentials(username="north", password="wrong"))


async def test_a_store_that_cannot_be_reached_cannot_be_tried() -> None:
    with pytest.raises(
        CouldNotRunError,
        match=r"http://127\.0\.0\.1:9/: no answer: cannot connect to 127\.0\.0\.1:9",
    ) as caught:
        await examine(Store([]), path="http://127.0.0.1:9/?key=secret")
    assert "secret" not in str(caught.value)


@pytest.mark.parametrize(
    "page", ["<!doctype html><title>My bakery</title>", "\n<HTML><body>Blog</body></HTML>"]
)
async def test_a_web_page_is_no_custom_store(page: str) -> None:
    async def show(_request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html")

    app = web.Application()
    app.router.add_get("/", show)
    async with TestServer(app) as server:
        with pytest.raises(
            CouldNotRunError, match=r"no custom store at this URL, a web page came \(status 200\)"
        ):
            await examine(Store([]), path=str(server.make_url("/")))


async def test_a_store_that_has_moved_is_told_with_its_new_place_and_without_its_key() -> None:
    store = Store([])
    async with (
        store.open(),
        StoreClient.open(URL(store.url.replace("/shop", "/moved")), LOGIN) as client,
    ):
        with pytest.raises(
            CouldNotRunError, match=f"redirects to {store.url}; give that URL"
        ) as caught:
            await verify(Exam(client, now=NOW))
    assert "secret" not in str(caught.value)


async def test_requests_look_as_shipstations_do_and_keep_the_query_of_the_url() -> None:
    store = Store(build_book(NOW))
    async with store.open(), StoreClient.open(URL(store.url + "?store=7&x=%26"), LOGIN) as client:
        await client.fetch(
            [
                ("action", "export"),
                ("start_date", "01/23/2012 17:28"),
                ("end_date", "01/23/2012 17:33"),
                ("page", "1"),
            ]
        )
    [path] = store.polls
    assert (
        path == "/shop?store=7&x=%26&SS-UserName=north&SS-Password=pass-word&action=export"
        "&start_date=01%2f23%2f2012+17%3a28&end_date=01%2f23%2f2012+17%3a33&page=1"
    )
