"""What a strict decoder refuses and can be mended, in lists, writes and refusals alike, costs
nothing: neither an order nor a second attempt.
"""

from __future__ import annotations

import pytest
from aiohttp import web

from connectors.errors import OrderNotFoundError
from connectors.orders import OrderId, OrderStatus
from connectors.shipments import Shipment
from connectors.testing.faults import Handler
from connectors.testing.shop import FakeShop
from connectors.testing.trial import at, ids
from tests.connectors.test_broken_rows import SHOPS

AROUND = {
    "a byte order mark before": (b"\xef\xbb\xbf", b""),
    "a notice before": (b"<br />\n<b>Notice</b>: Undefined index in <b>x.php</b> on line 1\n", b""),
    "a comment before and behind": (b"<!-- a -->\n", b"\n<!-- cached in 0.1 s -->"),
    "a notice behind": (b"", b"\n<b>Warning</b>: Cannot modify header information"),
}
WITHIN = {
    "NaN": b"NaN",
    "-Infinity": b"-Infinity",
    "a lone surrogate": rb'"\ud83d"',
    "bad UTF-8": b'"\xff"',
    "CESU-8": b'"\xed\xa0\xbd\xed\xb8\x80"',
    "a raw control character": b'"a\x01b"',
    "an absurd exponent": b"1e999999",
    "an absurd integer": b"9" * 5000,
    "a bare fraction": b".5",
    "a plus": b"+1",
    "leading zeros": b"007",
}
ODDITIES = {**AROUND, **WITHIN}
NAMES = [name for name in SHOPS if "generic_json" not in name or name.endswith("page")]


def make_odd(shop: FakeShop, name: str) -> None:
    """Each answer of the shop is odd in this way."""

    async def change(request: web.Request, handler: Handler) -> web.StreamResponse:
        response = await handler(request)
        assert isinstance(response, web.Response)
        body = response.body
        if isinstance(body, bytes) and body.strip():
            if name in AROUND:
                before, behind = AROUND[name]
                response.body = before + body + behind
            else:
                response.body = body.replace(b"{", b'{"odd":' + WITHIN[name] + b",", 1)
        return response

    shop.faults.add(change, times=None)


@pytest.mark.parametrize("name", NAMES)
async def test_lists_writes_and_refusals_are_read_however_odd_their_bytes(name: str) -> None:
    make_shop, open_connector = SHOPS[name]
    for oddity in ODDITIES:
        async with make_shop() as shop:
            placed = [shop.book.add(modified_at=at(number)).id for number in range(2)]
            make_odd(shop, oddity)
            async with open_connector(shop) as connector:
                assert sorted(await ids(connector)) == sorted(placed), oddity
                with pytest.raises(OrderNotFoundError):
                    await connector.get_order(OrderId("999999"))
                shipment = Shipment(
                    order_id=OrderId(placed[0]), order_number=placed[0], tracking_number="1Z9"
                )
                outcome = await connector.ship(shipment, [])
            assert not outcome.already, oddity
            assert shop.book[placed[0]].status is OrderStatus.SHIPPED, oddity
