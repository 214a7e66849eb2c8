from __future__ import annotations

from datetime import date
from typing import Any

import msgspec
import pytest

from connectors.interface import ConnectorContext
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.trial import QUICK
from tests.world.example import Example
from tests.world.worlds import WORLDS

CHAIR = ShippedItem(name="Chair", quantity=1)


def unlabelled(*items: ShippedItem) -> Shipment:
    return Shipment(
        order_number="1", carrier="UPS", service="Ground", shipped_on=date(2026, 3, 1), items=items
    )


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ((CHAIR,), (ShippedItem(name="Table", quantity=1),)),
        ((CHAIR,), (ShippedItem(name="Chair", quantity=2),)),
        ((CHAIR,), (CHAIR, CHAIR)),
        ((CHAIR,), (CHAIR, ShippedItem(name="Table", quantity=1))),
        ((CHAIR,), (ShippedItem(sku="Chair", quantity=1),)),
        ((CHAIR,), ()),
        ((ShippedItem(sku="A", quantity=1),), (ShippedItem(line_id="A", quantity=1),)),
    ],
)
def test_parcels_without_a_number_are_told_apart_by_what_is_in_them(
    one: tuple[ShippedItem, ...], other: tuple[ShippedItem, ...]
) -> None:
    assert unlabelled(*one).key() != unlabelled(*other).key()


def test_the_order_of_the_items_makes_no_other_parcel() -> None:
    items = (
        CHAIR,
        ShippedItem(name="Table", quantity=1),
        ShippedItem(sku="A", name="Lamp", quantity=1),
        ShippedItem(line_id="7", quantity=1),
    )
    assert unlabelled(*items).key() == unlabelled(*reversed(items)).key()


def test_a_name_says_nothing_where_the_line_or_the_sku_is_known() -> None:
    assert (
        unlabelled(ShippedItem(sku="A", name="Chair", quantity=1)).key()
        == unlabelled(ShippedItem(sku="A", quantity=1)).key()
    )
    assert (
        unlabelled(ShippedItem(line_id="7", name="Chair", quantity=1)).key()
        == unlabelled(ShippedItem(line_id="7", quantity=1)).key()
    )


@pytest.mark.parametrize(
    ("facts", "key"),
    [
        (
            {
                "order_number": "1",
                "carrier": "UPS",
                "service": "Ground",
                "shipped_on": date(2026, 3, 1),
                "items": (
                    ShippedItem(line_id="7", sku="A", name="Chair", quantity=1),
                    ShippedItem(sku="B", name="Table", quantity=2),
                ),
            },
            "0fd03559c19a5a55c30e035bffdab19b71645c18",
        ),
        ({"order_id": "9", "order_number": "1"}, "c0133371194707d874fcb7e9bdd2e68ceb00f503"),
        (
            {"order_number": "1", "tracking_number": " 1Z ", "carrier": "UPS", "items": (CHAIR,)},
            "0d44108c93466bf343a10d3a5a54357c81cb348f",
        ),
    ],
)
def test_a_key_stays_what_it_was_when_the_delivery_was_stored(
    facts: dict[str, Any], key: str
) -> None:
    assert Shipment(**facts).key() == key


@pytest.mark.parametrize("number", ["-", " \u2014 ", "--\u00ad-", "\u2011\u200b", "  "])
def test_a_tracking_number_without_a_character_that_counts_is_none(number: str) -> None:
    sent = msgspec.structs.replace(unlabelled(CHAIR), tracking_number=number)
    assert sent == unlabelled(CHAIR)
    assert msgspec.convert({"tracking_number": number}, Shipment).tracking_number == ""


def test_the_code_of_the_carrier_is_no_part_of_the_key() -> None:
    sent = Shipment(order_number="1", tracking_number="1Z", carrier="UPS")
    assert msgspec.structs.replace(sent, carrier_code="ups").key() == sent.key()


def test_a_shipment_stored_without_the_code_of_its_carrier_is_still_read() -> None:
    sent = Shipment(order_number="1", tracking_number="1Z", carrier="UPS", items=(CHAIR,))
    stored = msgspec.json.decode(msgspec.json.encode(sent))
    del stored["carrier_code"]
    assert msgspec.json.decode(msgspec.json.encode(stored), type=Shipment) == sent


@pytest.mark.parametrize("name", WORLDS)
async def test_the_outcome_names_the_order_that_only_its_number_was_known_of(name: str) -> None:
    world = WORLDS[name]
    example = Example(way=world.ways[0], size=8)
    shop = world.make_shop(example)
    async with shop:
        order = shop.book.add()
        settings = world.kind.settings.model_validate(world.build_block(shop, example))
        context = ConnectorContext(store="north", upstream=QUICK)
        async with world.kind.open(settings, context) as connector:
            told = Shipment(order_number=order.number, carrier="UPS", tracking_number="T1")
            outcome = await connector.ship(told, ())
    assert outcome.order_id == order.id
