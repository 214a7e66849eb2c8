"""What an operator does on the page: each form does what it says, is kept with who and why, and
needs a token.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from connectors.errors import UnavailableError
from tests.dashboard.scene import Page, open_scene, text_of
from tests.server.stall import Stall, open_front

CHANGE = "/ui/deliveries/change"


@pytest.mark.parametrize("path", [CHANGE, "/ui/stores/north/check", "/ui/stores/north/try"])
async def test_no_form_works_without_its_token(tmp_path: Path, path: str) -> None:
    async with open_front(Stall(), tmp_path) as portside, ClientSession() as session:
        for fields in (
            {"change": "retry", "id": "1"},
            {"change": "retry", "id": "1", "token": "x"},
        ):
            async with session.post(f"http://{portside.admin}{path}", data=fields) as answer:
                assert answer.status == 403


async def test_deliveries_are_retried_discarded_and_sent_again(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, stall, _):
        back = {"back": "/ui/deliveries?state=all"}
        refused = await page.send(CHANGE, {"change": "discard", "id": "2"}, 400)
        assert "characters that say why" in text_of(refused)
        assert "none was ticked" in text_of(await page.send(CHANGE, {"change": "retry"}, 400))
        done = await page.send(
            CHANGE, {"change": "discard", "id": "2", "reason": "The parcel was lost.", **back}
        )
        assert "1 delivery was discarded." in text_of(done, "//p[@class='done']")
        stall.asked.clear()
        await page.send(CHANGE, {"change": "retry", "id": "3", **back})
        await asyncio.wait_for(stall.asked.wait(), 10)
        left = await page.send(CHANGE, {"change": "retry", "id": "2"}, 409)
        assert "delivery 2 is discarded, so there is nothing to try again." in text_of(left)
        stall.asked.clear()
        await page.send(CHANGE, {"change": "resend", "id": "1", "reason": "restored", **back})
        await asyncio.wait_for(stall.asked.wait(), 10)
        told = await page.get("/ui/deliveries/1")
        assert "resent" in text_of(told, "//ol")
        assert "restored" in text_of(told, "//ol")
        actions = text_of(await page.get("/ui/actions"), "//tbody")
    assert "127.0.0.1 north discarded delivery 2 The parcel was lost." in actions
    assert "had delivery 3 tried again" in actions
    assert "had delivery 1 sent again restored" in actions


async def test_all_dead_deliveries_of_a_store_are_retried_at_once(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, stall, _):
        stall.asked.clear()
        everything = {"everything": "yes", "state": "dead", "store": "north", "change": "retry"}
        done = await page.send(CHANGE, {**everything, "back": "/ui/deliveries?state=dead"})
        assert "1 delivery was queued to be tried again." in text_of(done)
        await asyncio.wait_for(stall.asked.wait(), 10)


async def test_a_form_leads_back_to_our_own_pages_alone(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, _, _):
        for number, place in enumerate(("//evil.example", "/ui/deliveries?\\x", "https://evil")):
            fields = {"change": "discard", "id": "3" if number == 0 else "2", "back": place}
            done = await page.send(CHANGE, {**fields, "reason": "why"}, 200 if number < 2 else 409)
            assert "Deliveries" in text_of(done, "//h1")


async def test_a_check_sends_each_line_as_it_is_found(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, _, _):
        checked = await page.send("/ui/stores/north/check", {})
        lines = [text_of(each, ".") for each in checked.xpath("//li[contains(@class, 'finding')]")]
        assert "all well" in lines[0]
        actions = text_of(await page.get("/ui/actions?store=north"), "//tbody")
    assert "had the store checked" in actions


async def test_trying_a_shop_says_whether_it_answers(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, stall, _):
        assert "The shop answers" in text_of(await page.send("/ui/stores/north/try", {}))
        stall.error = UnavailableError("asleep")
        assert "does not answer: asleep" in text_of(await page.send("/ui/stores/north/try", {}))


async def test_the_page_shows_what_the_database_knows_also_after_a_restart(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, _, _):
        before = text_of(await page.get("/"), "//ul[@class='numbers']")
    async with open_front(Stall(), tmp_path) as portside, ClientSession() as session:
        again = await Page(f"http://{portside.admin}", session).get("/")
        assert text_of(again, "//ul[@class='numbers']") == before


async def test_new_events_come_as_sentences_while_a_page_listens(tmp_path: Path) -> None:
    async with open_scene(tmp_path) as (page, _, portside):
        live = await page.get("/ui/live")
        first = text_of(live, "//ol")
        assert "north gave ShipStation 5 orders on 1 page, 1 held back" in first
        assert "north told the shop of the parcel of order 1000" in first
        assert "gave up the parcel of order 1002" in first
        (place,) = live.xpath("//ol/@data-live")
        async with (
            ClientSession() as session,
            session.get(f"http://{portside.admin}{place}") as stream,
        ):
            fields = {"change": "discard", "id": "3", "reason": "lost"}
            await page.send(CHANGE, fields)
            async with asyncio.timeout(10):
                async for line in stream.content:
                    if line.startswith(b"data:"):
                        assert b"127.0.0.1 discarded delivery 3" in line
                        break
    # Leaving the scene ends the stream too: nobody waits for its reader.
