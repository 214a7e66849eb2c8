"""A shipment finds its order and its lines, is told once, and is refused in words."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    ConflictError,
    OrderNotFoundError,
    RefusedError,
    SharedNumberError,
    UnreadableResponseError,
)
from connectors.generic_json.settings.shipment import SHIPMENT_FIELDS
from connectors.generic_json.shipping.evidence import has_tracking
from connectors.generic_json.shipping.parcels import make_shipment_values
from connectors.shipments import ShippedItem, fold_tracking
from connectors.testing.trial import failure
from tests.connectors.generic_json.shipping.parcel import (
    SHIPMENT,
    make_shop,
    make_step,
    ship_parcel,
    with_steps,
)
from tests.connectors.generic_json.shops import order


async def test_the_probe_may_ask_elsewhere() -> None:
    probe = {
        "request": "orders/{{ order.id }}/tracks?n={{ shipment.tracking_number }}",
        "tracking": "tracks[].number",
    }
    async with make_shop() as shop:
        shop.answers["GET /orders/1/tracks*"] = {"tracks": [{"number": "x"}, {"number": "1z999"}]}
        shop.answers["GET /orders/1/tracks"] = {"tracks": [{"number": "x"}, {"number": "1z999"}]}
        outcome = await ship_parcel(shop, with_steps(make_step(), probe=probe))
        assert outcome.already
        assert shop.count("POST") == 0


@pytest.mark.parametrize(
    ("found", "known"),
    [
        (["a", "1z 999"], True),
        ("1Z999", True),
        ("a,1Z999", True),
        ([["1Z999"]], True),
        (None, False),
        ([], False),
        (["1Z9990"], False),
        ([{"n": 1}], False),
    ],
)
def test_a_tracking_number_is_known_in_any_dress(found: Any, known: bool) -> None:  # noqa: FBT001 -- a table's column
    assert has_tracking(found, " 1z999 ") is known


NUMBERS = st.lists(
    st.text("aB1- ,", max_size=6).filter(lambda text: fold_tracking(text).strip(",")), max_size=4
)


@given(NUMBERS, st.sampled_from([",", ", ", " ,"]))
def test_each_number_of_a_joined_text_is_known_with_its_own_commas(
    numbers: list[str], between: str
) -> None:
    joined = between.join(numbers)
    assert all(has_tracking([joined], number) for number in numbers)
    assert not has_tracking([joined], "c")
    assert not has_tracking(joined, f"{joined},1")


@pytest.mark.parametrize("found", ["1,2", ["1", "2"], "12", "1,22", "x1,2", "2,1"])
def test_a_number_with_a_comma_is_not_known_by_its_pieces(found: Any) -> None:
    assert has_tracking(found, "1, 2") is (found == "1,2")


async def test_lines_are_known_by_id_then_stock_number_then_name() -> None:
    items = (
        ShippedItem(line_id="gone", sku="B", quantity=1),
        ShippedItem(name="Thing A", quantity=1),
    )
    async with make_shop() as shop:
        body = {"lines": {"$value": "lines[].[id, quantity]"}, "all": "{{ complete }}"}
        outcome = await ship_parcel(
            shop, with_steps(make_step(body=body)), msgspec.structs.replace(SHIPMENT, items=items)
        )
        assert shop.bodies("POST", "/parcels") == [{"lines": [["L1", 1], ["L2", 1]], "all": False}]
        assert not outcome.completed
        strange = msgspec.structs.replace(SHIPMENT, items=(ShippedItem(sku="Z", quantity=1),))
        error = await failure(ship_parcel(shop, with_steps(make_step()), strange), ConflictError)
        assert "no line for 'Z'" in str(error)


async def test_without_the_shops_own_count_earlier_shipments_tell_what_is_left() -> None:
    earlier = msgspec.structs.replace(
        SHIPMENT, tracking_number="T0", items=(ShippedItem(line_id="L1", sku="A", quantity=2),)
    )
    async with make_shop() as shop:
        changes = with_steps(
            make_step(body={"lines": {"$value": "lines[].[id, quantity]"}}), open=None
        )
        assert (await ship_parcel(shop, changes, earlier=(earlier,))).completed
        assert shop.bodies("POST", "/parcels") == [{"lines": [["L2", 3]]}]


async def test_a_notice_with_a_number_alone_finds_its_order() -> None:
    nameless = msgspec.structs.replace(SHIPMENT, order_id="")
    find = {
        "order": {
            "find": {
                "request": {"path": "find", "query": {"n": "{{ number }}"}},
                "id": "hits[].id",
            }
        }
    }
    async with make_shop() as shop:
        shop.answers["GET /find"] = {"hits": [{"id": 1}]}
        assert (await ship_parcel(shop, {**with_steps(make_step()), **find}, nameless)).completed
        assert shop.requests[0].query["n"] == "R1"
        shop.answers["GET /find"] = {"hits": [{"id": 1}, {"id": 2}, {"id": 1}]}
        assert "(ids: 1, 2)" in str(
            await failure(
                ship_parcel(shop, {**with_steps(make_step()), **find}, nameless), SharedNumberError
            )
        )
        shop.answers["GET /find"] = {"hits": []}
        assert "with the number 'R1'" in str(
            await failure(
                ship_parcel(shop, {**with_steps(make_step()), **find}, nameless), OrderNotFoundError
            )
        )


async def test_where_the_number_is_the_id_it_is_enough() -> None:
    async with make_shop() as shop:
        nameless = msgspec.structs.replace(SHIPMENT, order_id="", order_number="1")
        assert (await ship_parcel(shop, with_steps(make_step()), nameless)).completed


async def test_what_cannot_be_shipped_is_said() -> None:
    async with make_shop() as shop:
        await failure(ship_parcel(shop, {"shipment": None}), RefusedError)
        await failure(
            ship_parcel(shop, {}, msgspec.structs.replace(SHIPMENT, order_id="", order_number="")),
            OrderNotFoundError,
        )
        broken = {"name": "a", "each": "order.id", "request": "parcels"}
        assert "expected a list at 'order.id'" in str(
            await failure(ship_parcel(shop, with_steps(broken)), RefusedError)
        )
        failing = make_step(when="sum(order.lines) > `0`")
        assert "sum()" in str(await failure(ship_parcel(shop, with_steps(failing)), RefusedError))
    async with make_shop(order(1, state="called-off")) as shop:
        await failure(ship_parcel(shop, {}), ConflictError)
    async with make_shop(order(1, amounts={"total": "x"})) as shop:
        assert "cannot be read" in str(
            await failure(ship_parcel(shop, {}), UnreadableResponseError)
        )
    async with make_shop(order(2)) as shop:
        assert "answered with '2'" in str(
            await failure(ship_parcel(shop, {}), UnreadableResponseError)
        )


def test_a_shipment_shows_every_field_that_may_be_spoken_of() -> None:
    assert tuple(make_shipment_values(SHIPMENT)) == SHIPMENT_FIELDS
