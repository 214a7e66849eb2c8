"""The recipe for Vendure tells of shipments as they were recorded at a real Vendure 3.7.3."""

from collections import Counter, deque
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

import msgspec
import pytest

from connectors.errors import (
    AuthenticationError,
    ConflictError,
    ConnectorError,
    RefusedError,
    UnavailableError,
)
from connectors.shipments import Shipment, ShippedItem, ShippingRules
from connectors.testing.faults import Answer
from connectors.testing.trial import failure
from tests.connectors.generic_json.recipes.shops.vendure import EVER, RecordedVendure, open_recorded


@pytest.fixture
def shop() -> RecordedVendure:
    return RecordedVendure()


def read_notices(script: Iterable[Any]) -> list[tuple[Shipment, bool]]:
    """The shipments behind the recorded calls, and whether an answer was lost.

    The order is that of the reading before.
    """
    notices: list[tuple[Shipment, bool]] = []
    order: Any = None
    for exchange in script:
        if exchange["asked"].get("operationName") == "One":
            order = exchange["answered"]["data"]["order"]
        elif "addFulfillmentToOrder" in exchange["asked"]["query"]:
            given = exchange["asked"]["variables"]["input"]
            number = given["handler"]["arguments"][1]["value"]
            shipment = Shipment(
                order_id=order["id"],
                order_number=order["code"],
                carrier={"0": "DHL", "1": "UPS", "9": "USPS"}[number[0]],
                tracking_number=number,
                items=tuple(
                    ShippedItem(line_id=line["orderLineId"], quantity=line["quantity"])
                    for line in given["lines"]
                ),
            )
            notices.append((shipment, exchange["lost"]))
        else:
            notices[-1] = (notices[-1][0], notices[-1][1] or exchange["lost"])
    return notices


async def test_shipments_are_told_as_they_were_recorded_and_each_once_whatever_is_lost(
    shop: RecordedVendure,
) -> None:
    notices = read_notices(shop.script)
    assert [lost for _, lost in notices] == [False, False, False, True, True]
    async with shop, open_recorded(shop) as connector:
        for shipment, lost in notices:
            if lost:
                await failure(connector.ship(shipment, ()), UnavailableError)
            outcome = await connector.ship(shipment, ())
            assert outcome.already is (shipment.tracking_number == notices[-1][0].tracking_number)
        # Repeated to a Portside that remembers nothing: five readings, no writing.
        assert Counter("mutation" in exchange["asked"]["query"] for exchange in shop.script) == {
            False: 5
        }
        for shipment, _ in notices:
            assert (await connector.ship(shipment, ())).already
    assert not shop.script
    assert shop.surprises == []


async def test_parts_leave_an_order_open_and_the_rest_completes_it(shop: RecordedVendure) -> None:
    notices = [shipment for shipment, _ in read_notices(shop.script)][:3]
    async with shop, open_recorded(shop) as connector:
        completed = [(await connector.ship(shipment, ())).completed for shipment in notices]
    assert completed == [True, False, True]


@pytest.mark.parametrize(
    ("said", "kind", "words"),
    [
        ("too_many", ConflictError, "already part of a Fulfillment"),
        ("take_101", RefusedError, "Cannot take more than 100"),
        ("bad_field", RefusedError, "Cannot query field"),
        ("no_auth", AuthenticationError, "not currently authorized"),
    ],
)
async def test_a_refusal_under_200_is_a_refusal(
    shop: RecordedVendure, said: str, kind: type[ConnectorError], words: str
) -> None:
    (shipment, _), *_ = read_notices(shop.script)
    shop.script[1].update(answered=shop.errors[said]["body"], status=shop.errors[said]["status"])
    async with shop, open_recorded(shop) as connector:
        error = await failure(connector.ship(shipment, ()), kind)
    assert words in str(error)


async def test_a_parcel_that_is_on_its_way_already_is_no_fault(shop: RecordedVendure) -> None:
    (shipment, _), *_ = read_notices(shop.script)
    shop.script[2]["answered"] = shop.errors["transition_twice"]["body"]
    # The recording has no reading after that.
    rules = ShippingRules(confirm=False)
    async with shop, open_recorded(shop, shipping=rules) as connector:
        assert (await connector.ship(shipment, ())).completed


async def test_a_parcel_that_cannot_be_sent_is_refused_with_vendures_words(
    shop: RecordedVendure,
) -> None:
    (shipment, _), *_ = read_notices(shop.script)
    refused = shop.errors["transition_twice"]["body"]
    refused["data"]["transitionFulfillmentToState"].update(
        fromState="Cancelled", transitionError='Cannot transition from "Cancelled"'
    )
    shop.script[2]["answered"] = refused
    async with shop, open_recorded(shop) as connector:
        error = await failure(connector.ship(shipment, ()), RefusedError)
    assert "Cannot transition from" in str(error)


async def test_the_number_of_a_voided_label_goes_with_its_fulfillment_which_is_cancelled(
    shop: RecordedVendure,
) -> None:
    (shipment, _), *_ = read_notices(shop.script)
    shown = next(
        each
        for each in shop.script
        if each["asked"].get("operationName") == "One"
        and [one["state"] for one in each["answered"]["data"]["order"]["fulfillments"]]
        == ["Shipped"]
        and each["asked"]["variables"]["id"] == shipment.order_id
    )
    after = deepcopy(shown)
    [fulfillment] = after["answered"]["data"]["order"]["fulfillments"]
    fulfillment["state"] = "Cancelled"
    # Not recorded: by Vendure's schema and default-fulfillment-process.ts.
    cancelling = {
        "asked": {
            "query": 'transitionFulfillmentToState(id: $id, state: "Cancelled") {',
            "variables": {"id": fulfillment["id"]},
        },
        "answered": {"data": {"transitionFulfillmentToState": {"id": "1", "state": "Cancelled"}}},
        "lost": False,
    }
    shop.script = deque([shown, cancelling, after, after])
    async with shop, open_recorded(shop) as connector:
        assert not (await connector.withdraw(shipment)).already
        assert (await connector.withdraw(shipment)).already
    assert (list(shop.script), shop.surprises) == ([], [])


async def test_a_fault_inside_vendure_is_worth_another_try(shop: RecordedVendure) -> None:
    words = (
        '{"errors": [{"message": "deadlock detected", "extensions": {"code":'
        ' "INTERNAL_SERVER_ERROR"}}], "data": null}'
    )
    (shipment, _), *_ = read_notices(shop.script)
    shop.faults.add(Answer(200, words))
    async with shop, open_recorded(shop) as connector:
        assert await connector.count_orders(EVER) == 97
        shop.script[1]["answered"] = msgspec.json.decode(words)
        error = await failure(connector.ship(shipment, ()), UnavailableError)
    assert "deadlock detected" in str(error)
