"""A shop that answers in XML, CSV or JSON lines holds up no other store with it: the event loop
does little of that work, whatever the answer is made of.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from aiohttp import ClientSession

from connectors.testing.faults import Answer
from tests.attacks.shops.test_hostile_store import MOST_OF_A_STEP, open_two, poll
from tests.attacks.steps import metering, running_elsewhere
from tests.connectors.generic_json.formats.dresses import Dress, DressedShop, dress_block
from tests.server.stall import Stall

_ROW = "<order><id>1</id><note>x</note></order>"
_MANY_ENTITIES = "".join(f"<!ENTITY e{n} '{f'&e{n - 1};' * 10}'>" for n in range(1, 12))
ATTACKS = {
    "many rows": (Dress.XML, f"<answer><orders>{_ROW * 3_000}</orders></answer>"),
    "one text": (Dress.XML, f"<answer><orders>{'&lt;' * 100_000}</orders></answer>"),
    "deep": (Dress.XML, "<a>" * 100_000),
    "many attributes": (Dress.XML, f"<a {' '.join(f'b{n}=' for n in range(10_000))}/>"),
    "entities": (Dress.XML, f"<!DOCTYPE a [<!ENTITY e0 'ha'>{_MANY_ENTITIES}]><a>&e11;</a>"),
    "odd characters": (Dress.XML, f"<a>{'&' * 20_000}</a>"),
    "many lines": (Dress.CSV, "order,b\n" + "1,x\n" * 10_000),
    "many columns": (Dress.CSV, f"order,{','.join(map(str, range(50_000)))}\n"),
    "open quotes": (Dress.CSV, "order,b\n" + 'a","b\n' * 10_000),
    "one open quote": (Dress.CSV, 'order,b\n"' + "x" * 500_000),
    "many objects": (Dress.JSON_LINES, '{"id":1}\n' * 10_000),
    "broken objects": (Dress.JSON_LINES, '{"id":1}\n' + '{"id":\n' * 2_000),
}


@pytest.mark.parametrize("name", ATTACKS)
async def test_no_step_of_the_loop_does_much_with_an_answer_in_another_format(
    name: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    dress, body = ATTACKS[name]
    async with running_elsewhere(lambda: DressedShop(dress)) as shop:
        shop.faults.add(Answer(200, body), times=None)
        block = {**dress_block(dress), "url": shop.url, "limits": {"answer_size": 8}}
        async with open_two(block, stall, tmp_path) as portside:
            with metering() as meter:
                hostile = asyncio.create_task(poll(client, portside, "north"))
                honest = await poll(client, portside, "south")
                found, page = await hostile
    assert honest[0] == 200
    assert found in (502, 503)
    assert len(page) < 2_000
    assert meter.largest <= MOST_OF_A_STEP, meter.place
