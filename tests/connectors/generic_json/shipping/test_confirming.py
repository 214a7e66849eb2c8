"""A shipment counts as told once the shop shows it, and never if no step sends anything."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from connectors.errors import ConflictError, RefusedError, TemporaryError
from connectors.generic_json.recipes.reader import list_recipes, read_recipe
from connectors.shipments import Shipment, ShippedItem, ShippingRules
from connectors.testing.trial import failure
from tests.connectors.generic_json.shipping.parcel import (
    LINES,
    SHIPMENT,
    make_shop,
    make_step,
    ship_parcel,
    with_steps,
)
from tests.connectors.generic_json.shops import order

LOOK = ShippingRules()
PROBE = {"tracking": "boxes[].track"}


async def test_a_shop_that_answers_200_and_changes_nothing_is_not_believed() -> None:
    async with make_shop() as shop:
        error = await failure(
            ship_parcel(shop, with_steps(make_step(), probe=PROBE), rules=LOOK), TemporaryError
        )
        assert shop.count("GET", "/api/orders/1") == 2
    assert "Step confirm" in str(error)
    assert "'boxes[].track'" in str(error)


async def test_a_shipment_that_the_order_shows_afterwards_is_told() -> None:
    async with make_shop() as shop:

        def note_parcel(seen: Any) -> None:
            if seen.method == "POST":
                sent = order(1, lines=LINES, boxes=[{"track": "1Z-999"}])
                shop.answers["GET /api/orders/1"] = {"order": sent}

        shop.on_request.append(note_parcel)
        outcome = await ship_parcel(shop, with_steps(make_step(), probe=PROBE), rules=LOOK)
        assert outcome.completed
        assert shop.count("GET", "/api/orders/1") == 2


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        ({"boxes": [{"track": "1Z999"}]}, {}),
        ({"parcel": {"code": "1z 999"}}, {"answer": "parcel", "shows": "code"}),
    ],
)
async def test_an_answer_that_shows_the_shipment_saves_the_look(
    answer: dict[str, Any], step: dict[str, Any]
) -> None:
    async with make_shop() as shop:
        shop.answers["POST /parcels"] = answer
        await ship_parcel(shop, with_steps(make_step(**step), probe=PROBE), rules=LOOK)
        assert shop.count("GET", "/api/orders/1") == 1


async def test_a_shipment_of_which_no_step_tells_is_refused_with_each_reason() -> None:
    steps = with_steps(
        {"name": "look", "request": "parcels"},
        make_step("first", when="order.nothing"),
        make_step("second", each="order.none || `[]`"),
    )
    async with make_shop() as shop:
        shop.answers["GET /parcels"] = []
        error = await failure(ship_parcel(shop, steps), RefusedError)
        assert shop.count("POST") == 0
    assert "step first was left out, because 'order.nothing' is not true" in str(error)
    assert "step second was left out" in str(error)
    assert "is empty" in str(error)


async def test_a_step_that_finds_its_work_done_tells_of_the_shipment() -> None:
    async with make_shop() as shop:
        await ship_parcel(shop, with_steps(make_step(find="order.id")))
        assert shop.count("POST") == 0


def take(pieces: int, line: str = "L1", number: str = "T9") -> Shipment:
    items = (ShippedItem(line_id=line, quantity=pieces),)
    return msgspec.structs.replace(SHIPMENT, tracking_number=number, items=items)


BODY = {"items": {"$each": "lines", "$give": {"id": "{{ item.id }}", "n": "{{ item.quantity }}"}}}


@pytest.mark.parametrize(("over_ship", "told"), [(False, 2), (True, 9)])
async def test_pieces_beyond_what_is_left_are_told_only_where_the_settings_allow_it(
    over_ship: bool,  # noqa: FBT001 - a table's column
    told: int,
) -> None:
    rules = ShippingRules(confirm=False, over_ship=over_ship)
    async with make_shop() as shop:
        await ship_parcel(shop, with_steps(make_step(body=BODY)), take(9), rules=rules)
        (sent,) = shop.bodies("POST", "/parcels")
    assert sent == {"items": [{"id": "L1", "n": told}]}


async def test_a_parcel_with_nothing_left_to_count_is_told_where_the_shop_takes_one() -> None:
    first = take(2, number="T1")
    async with make_shop() as shop:
        error = await failure(
            ship_parcel(shop, with_steps(make_step(body=BODY), open=None), take(1), (first,)),
            ConflictError,
        )
        assert "Nothing of the order is left to ship" in str(error)
        outcome = await ship_parcel(
            shop, with_steps(make_step(body=BODY), open=None, further=True), take(1), (first,)
        )
        assert shop.bodies("POST", "/parcels") == [{"items": []}]
    assert outcome.detail.startswith("told by step parcel; as a further parcel")


@pytest.mark.parametrize("recipe", list_recipes())
def test_every_recipe_can_look_for_what_it_wrote(recipe: str) -> None:
    shipment = read_recipe(recipe).get("shipment")
    assert shipment is None or shipment["probe"]["tracking"]
