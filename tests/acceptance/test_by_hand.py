"""An operator's commands beside a running Portside, each in a process of its own."""

from __future__ import annotations

from pathlib import Path

from aiohttp import ClientSession, encode_basic_auth

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.served import run_portside, serving, write_settings
from tests.connectors.woocommerce.harness import notes_of_ours

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}


async def test_a_parcel_told_by_hand_is_known_to_a_running_portside_and_seen_without_secrets(
    tmp_path: Path,
) -> None:
    async with FakeWooCommerceShop() as shop:
        order = shop.book.add(lines=(("CUP", 2),))
        file = write_settings(tmp_path, shop)
        file.write_text(file.read_text().replace(shop.access.secret, "${SHOP_SECRET}"))
        named = ("--settings", str(file))
        told = ("ship", order.number, "--store", "north", "--tracking", "1Z9", *named)
        async with (
            serving(file, SHOP_SECRET=shop.access.secret) as served,
            ClientSession() as session,
        ):
            status, out, err = await run_portside(*told, SHOP_SECRET=shop.access.secret)
            assert (status, err) == (0, "")
            assert out.startswith("delivery 1: delivered; the shop has it")
            notice = {"action": "shipnotify", "order_number": order.number, "carrier": "UPS"}
            notice |= {"service": "", "tracking_number": "1z-9"}
            async with session.post(served.url, params=notice, headers=LOGIN) as answer:
                assert (answer.status, "known already" in await answer.text()) == (200, True)
            assert len(notes_of_ours(shop, order.id)) == 1
        status, out, err = await run_portside("deliveries", "show", "1", *named)
        assert (status, err) == (0, "")
        assert "step status" in out
