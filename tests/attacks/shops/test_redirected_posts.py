"""A question that is asked by POST is redirected to no stranger: neither its body nor the login
goes there, and none is asked again in another form.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from aiohttp import ClientSession

from connectors.testing.faults import Answer
from tests.attacks.shops.test_hostile_store import describe_shop, make_shop, open_two, poll
from tests.connectors.upstream.echo import EchoShop
from tests.server.stall import Stall


@pytest.mark.parametrize("kind", ["shopify graphql", "generic_json graphql"])
async def test_a_posted_question_goes_to_no_other_place_and_in_no_other_form(
    kind: str, stall: Stall, tmp_path: Path, client: ClientSession
) -> None:
    async with make_shop(kind) as shop, EchoShop() as other:
        shop.book.add()
        async with open_two(describe_shop(kind, shop), stall, tmp_path) as portside:
            moves = [(status, f"{other.url}/graphql") for status in (301, 302, 303, 307, 308)]
            # The same host: what would make a GET of it drops the question.
            moves += [(status, "/elsewhere") for status in (301, 302, 303)]
            # No host of the shop's at all.
            moves += [(308, "file:///etc/passwd"), (307, "//169.254.169.254/latest"), (307, "")]
            for status, place in moves:
                shop.requests.clear()
                shop.faults.clear()
                shop.faults.add(Answer(status, "", headers={"Location": place}), times=None)
                heard, page = await poll(client, portside, "north")
                assert (heard, b"cannot be followed here" in page) == (502, True), page
                assert {seen.method for seen in shop.requests} == {"POST"}
                assert not any("elsewhere" in seen.path for seen in shop.requests)
            assert other.requests == []
            shop.requests.clear()
            shop.faults.clear()
            shop.faults.add(Answer(307, "", headers={"Location": f"{shop.url}/moved"}))
            await poll(client, portside, "north")
    first, second = shop.requests[:2]
    assert (second.method, second.path, second.body) == ("POST", "/moved", first.body)
    # The login goes where the question goes: to the same host.
    login = {"X-Shopify-Access-Token", "Authorization"} & set(first.headers)
    assert login
    assert all(second.headers[name] == first.headers[name] for name in login)
