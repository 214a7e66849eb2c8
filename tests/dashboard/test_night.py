"""An operator who is woken at night sees at one look what is wrong and what to do, for each thing
that can be.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from lxml import html
from sqlalchemy import delete

from proxy.storage.database import Database
from proxy.storage.export.polls import PollOutcome
from proxy.storage.tables import polls
from tests.dashboard.scene import Page, open_scene, text_of
from tests.past_polls import add_polls

_HOUR = timedelta(hours=1)


async def play_a_bad_night(database: Database) -> None:
    """Hourly polls; then the shop refused the key, and half a day ago ShipStation gave up."""
    async with database.writing() as connection:
        await connection.execute(delete(polls))
    await add_polls(database, "north", [_HOUR * ago for ago in range(14, 24)])
    await add_polls(
        database,
        "north",
        [_HOUR * 13, _HOUR * 12],
        PollOutcome.FAILED,
        kind="AuthenticationError",
        reason="401: the shop refuses the key",
    )


async def find_alarms(page: Page) -> dict[str, html.HtmlElement]:
    shown = await page.get("/")
    return {text_of(each, "."): each for each in shown.xpath("//ul[@class='alarms']/li")}


async def test_one_look_says_what_is_wrong_and_what_to_do(tmp_path: Path) -> None:
    when = {"disk_below": "900000GB"}
    async with (
        open_scene(tmp_path, alerts={"when": when}) as (page, _, _),
        Database.open(f"sqlite:///{tmp_path}/portside.db") as database,
    ):
        await play_a_bad_night(database)
        alarms = await find_alarms(page)
        for wrong, to_do, link in (
            ("The disk of the database has", "Make room", None),
            ("the shop refuses the key", "Run portside check --store north", None),
            ("ShipStation has not asked for orders since", "whether the store is still", None),
            ("1 shipment could not be told to the shop", "retry or discard", "delivery 3"),
            ("1 order cannot be read, and is held", "each order and its reason", "1009"),
        ):
            (said,) = (each for each in alarms if wrong in each)
            assert to_do in said, said
            places = alarms[said].xpath(".//a/@href")
            assert len(places) == (link is not None), said
            for place in places:
                assert link is not None
                assert link in await list_things(page, str(place))
        shown = await page.get("/")
        bar = text_of(shown, "//p[contains(@class, 'bar')]")
        assert "The disk of the database has" in bar
        assert text_of(shown, "//header/span[contains(@class, 'down')]") == "shop refuses our key"
        held = await page.get("/ui/held?store=north&kind=faulty")
        assert "Correct this in the shop or in the settings" in text_of(held, "//section")
        (check,) = (await page.get("/")).xpath("//button[@aria-label='Check north now']")
        assert check.text == "Check now"


async def list_things(page: Page, place: str) -> str:
    """What the rows of a page are about."""
    shown = await page.get(place)
    boxes = shown.xpath("//tbody//input/@aria-label")
    return f"{text_of(shown, '//tbody//th')} {' '.join(map(str, boxes))}"
