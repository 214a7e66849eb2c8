"""Every page: what it shows, to whom, and what a browser may do with it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, encode_basic_auth
from sqlalchemy import insert

from proxy.storage.database import Database
from proxy.storage.tables import held_orders
from tests.dashboard.scene import Page, open_scene, text_of
from tests.server.stall import Stall, open_front

PAGES = (
    "/",
    "/ui/deliveries?state=all",
    "/ui/deliveries/3",
    "/ui/deliveries?word=1009",
    "/ui/held",
    "/ui/order?store=north&number=1001",
    "/ui/live",
    "/ui/actions",
)


@pytest.fixture
async def page(tmp_path: Path) -> AsyncIterator[Page]:
    async with open_scene(tmp_path) as (page, _, _):
        yield page


async def test_no_page_runs_a_strangers_words_or_loads_anything_from_elsewhere(
    page: Page, tmp_path: Path
) -> None:
    async with ClientSession() as session:
        for path in PAGES:
            async with session.get(page.base + path) as answer:
                text = await answer.text()
                policy = answer.headers["Content-Security-Policy"]
            assert answer.status == 200, (path, text)
            assert "<script>alert" not in text, path
            assert "\u202e" not in text, path
            assert str(tmp_path) not in text, path
            assert "default-src 'none'" in policy
            assert "unsafe" not in policy
            shown = await page.get(path)
            scripts = shown.xpath("//script")
            assert [each.get("src") for each in scripts] == ["/ui/page.js"], path
            assert shown.xpath("//*[@style] | //style | //@onclick") == [], path
            links = shown.xpath("//@href | //@src | //@action")
            assert [link for link in links if not str(link).startswith(("/", "#"))] == [], path


async def test_the_bar_says_in_one_sentence_what_is_wrong(page: Page) -> None:
    said = text_of(await page.get("/"), "//p[contains(@class, 'bar')]")
    assert "north: 1 shipment could not be told to the shop" in said
    assert "(1 more)" in said


async def test_a_card_shows_polls_coverage_numbers_and_what_to_type(page: Page) -> None:
    card = await page.get("/")
    assert "gave ShipStation 5 orders on 1 page, 1 held back" in text_of(card, "//article")
    assert len(card.xpath("//svg//rect[@class='given']")) == 1
    links = {
        text_of(each, "."): each.get("href") for each in card.xpath("//*[@class='numbers']//a")
    }
    assert links == {
        "1 waiting": "/ui/deliveries?state=waiting&store=north",
        "1 dead": "/ui/deliveries?state=dead&store=north",
        "1 unreadable or invalid": "/ui/held?store=north&kind=faulty",
        "0 filtered": "/ui/held?store=north&kind=filtered",
    }
    for link in links.values():
        await page.get(link)
    typed = [str(each) for each in card.xpath("//button/@data-copy")]
    assert typed == ["north", "unpaid", "paid", "shipped", "cancelled", "on_hold"]
    assert "pass-word" not in text_of(card)


async def test_the_address_to_type_is_the_one_that_the_settings_know(tmp_path: Path) -> None:
    webhooks = {"address": "https://portside.example/", "secret": "s" * 40}
    async with (
        open_front(Stall(), tmp_path, store={"webhooks": webhooks}) as portside,
        ClientSession() as session,
    ):
        card = await Page(f"http://{portside.admin}", session).get("/")
    assert "https://portside.example/stores/north" in card.xpath("//button/@data-copy")


async def test_held_orders_are_grouped_by_reason_with_a_way_to_each(page: Page) -> None:
    held = await page.get("/ui/held?store=north")
    assert "1 order unreadable total: expected money" in text_of(held, "//section")
    assert held.xpath("//tbody//a/@href") == ["/ui/order?store=north&number=1009"]


async def test_an_unreadable_order_is_listed_however_many_others_are_held(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, _, _):
        async with (
            Database.open(f"sqlite:///{tmp_path}/portside.db") as database,
            database.writing() as connection,
        ):
            seen = await database.now(connection) + timedelta(minutes=1)
            held: dict[str, Any] = {
                "store": "north",
                "kind": "filtered",
                "reason": "a filter says so",
            }
            held |= {"first_seen": seen, "last_seen": seen}
            numbers = map(str, range(2001, 3001))
            rows = [held | {"order_id": number, "number": number} for number in numbers]
            await connection.execute(insert(held_orders), rows)
        for kind in ("faulty", "all"):
            shown = await page.get(f"/ui/held?store=north&kind={kind}")
            assert "1 order unreadable" in text_of(shown, "//h2")
        assert "1000 orders filtered a filter says so" in text_of(shown, "//h2")


async def test_a_group_names_the_line_of_settings_that_holds_it(tmp_path: Path) -> None:
    async with open_scene(tmp_path, store={"filters": {"statuses": ["on_hold"]}}) as (page, _, _):
        held = await page.get("/ui/held?store=north&kind=filtered")
    assert "filters: {statuses: [on_hold]}" in text_of(held, "//pre")
    assert "5 orders" in text_of(held, "//h2")


async def test_an_order_is_told_and_laid_side_by_side_without_its_buyer(page: Page) -> None:
    order = await page.get("/ui/order?store=north&number=1001")
    assert "given" in text_of(order, "//dt").casefold()
    assert "UPS 1Z-99 1: waiting" in text_of(order, "//dd")
    xml = text_of(order, '//*[@aria-label="ShipStation\'s XML"]')
    assert "<OrderNumber>1001</OrderNumber>" in xml
    assert "<Name>***</Name>" in xml
    assert "Ada" not in text_of(order)


async def test_what_is_not_there_is_said_in_a_sentence(page: Page) -> None:
    for path, status, words in (
        ("/ui/deliveries/77", 404, "There is no delivery 77."),
        ("/ui/deliveries/x", 400, "expected a delivery's number"),
        ("/ui/deliveries?state=lost", 400, "expected one of dead, waiting"),
        ("/ui/deliveries?store=south", 400, "There is no store"),
        ("/ui/held?store=south", 400, "There is no store"),
        ("/ui/order?store=north", 400, "Expected an order's number"),
        ("/ui/live?store=south", 400, "There is no store"),
        ("/ui/actions?store=south", 400, "There is no store"),
    ):
        shown = text_of(await page.get(path, status), "//main")
        assert words.casefold() in shown.casefold(), (path, shown)


async def test_an_unknown_order_says_what_to_type(page: Page) -> None:
    unknown = text_of(await page.get("/ui/order?store=north&number=nobody&try=id"))
    assert "know an order nobody" in unknown
    assert "so no expression can be tried on it: " in unknown
    assert (
        "Type the number that people see or the shop's own id; portside export --store" in unknown
    )


async def test_only_who_may_see_the_page_sees_it(tmp_path: Path) -> None:
    admin = {"listen": "127.0.0.1:0", "password": "word-word"}
    async with open_front(Stall(), tmp_path, admin=admin) as portside, ClientSession() as session:
        for path in ("/", "/ui/deliveries", "/ui/style.css", "/ui/live/events"):
            async with session.get(f"http://{portside.admin}{path}") as answer:
                assert answer.status == 401, path
        right = {"Authorization": encode_basic_auth("ada", "word-word")}
        async with session.get(f"http://{portside.admin}/", headers=right) as answer:
            assert answer.status == 200
        async with session.get(f"http://{portside.public}/ui/deliveries") as answer:
            assert answer.status == 404
    async with open_front(Stall(), tmp_path) as portside, ClientSession() as session:
        strange = {"Host": "portside.evil.example"}
        async with session.get(f"http://{portside.admin}/", headers=strange) as answer:
            assert answer.status == 421
