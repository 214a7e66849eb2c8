"""The recipe for Vendure against what a real Vendure 3.7.3 answered; see tests/fixtures/vendure/ORIGIN.md."""

import gzip
from collections import Counter, deque
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.errors import AuthenticationError, ConflictError, ConnectorError, OrderNotFoundError, RefusedError, UnavailableError
from connectors.generic_json import GenericJsonSettings
from connectors.generic_json.connector import GenericJsonConnector, open_connector
from connectors.interface import ConnectorContext
from connectors.orders import Order, OrderStatus, Window
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.faults import Answer
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import QUICK, failure
from proxy.doors.custom_store.orders_xml import encode_order

FOLDER = Path(__file__).parents[3] / "fixtures" / "vendure"
KEY = "recorded-key"
EVER = Window(start=datetime(2026, 9, 1, tzinfo=UTC), end=datetime(2026, 12, 1, tzinfo=UTC))


def recorded(name: str) -> Any:
    return msgspec.json.decode(gzip.decompress((FOLDER / f"{name}.json.gz").read_bytes()))


class RecordedVendure(FakeShop):
    """Lists the recorded orders; anything else must be asked exactly as it was recorded, in that order, and is answered likewise."""

    def __init__(self) -> None:
        super().__init__()
        self.orders: list[Any] = recorded("orders")
        self.errors: dict[str, Any] = recorded("errors")
        self.script = deque(recorded("shipments"))
        self.lists: list[Any] = []
        self.surprises: list[Any] = []

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        return [web.post("/admin-api", self.graphql)]

    async def graphql(self, request: web.Request) -> web.Response:
        asked = msgspec.json.decode(await request.read())
        if request.headers.get("vendure-api-key") != KEY:
            return self.error("no_auth")
        if asked.get("operationName") == "Orders":
            options = asked["variables"]["options"]
            self.lists.append(options)
            if options["take"] > 100:
                return self.error("take_101")
            chosen = [order for order in self.orders if _within(order, options["filter"]["_or"])]
            page = chosen[options["skip"] : options["skip"] + options["take"]]
            return answer({"data": {"orders": {"totalItems": len(chosen), "items": page}}})
        if not self.script or self.script[0]["asked"] != asked:
            self.surprises.append(asked)
            return answer({"data": {"order": None}})
        exchange = self.script.popleft()
        if exchange["lost"]:
            assert request.transport is not None
            request.transport.abort()
        return answer(exchange["answered"], exchange.get("status", 200))

    def error(self, name: str) -> web.Response:
        return answer(self.errors[name]["body"], self.errors[name]["status"])


def _within(order: Any, ways: Any) -> bool:
    return any(way["between"]["start"] <= order[name] <= way["between"]["end"] for each in ways for name, way in each.items())


@pytest.fixture
def shop() -> RecordedVendure:
    return RecordedVendure()


def opened(shop: RecordedVendure, key: str = KEY, **changes: Any) -> Any:
    settings = {"type": "generic_json", "recipe": "vendure", "url": shop.url, "auth": {"value": key}, **changes}
    return open_connector(GenericJsonSettings.model_validate(settings), ConnectorContext(store="vendure", upstream=QUICK))


async def listed(connector: GenericJsonConnector, window: Window = EVER) -> list[Order]:
    found = [order async for order in connector.list_orders(window)]
    assert all(isinstance(order, Order) for order in found), found
    return [order for order in found if isinstance(order, Order)]


async def test_every_recorded_order_is_understood_and_makes_valid_xml(shop: RecordedVendure) -> None:
    async with shop, opened(shop) as connector:
        orders = await listed(connector)
        assert await connector.count_orders(EVER) == len(orders) == 97
    assert Counter((order.shop_status, str(order.status)) for order in orders) == {
        ("PaymentSettled", "paid"): 47,
        ("Shipped", "shipped"): 15,
        ("PartiallyDelivered", "paid"): 12,
        ("PaymentAuthorized", "unpaid"): 9,
        ("Cancelled", "cancelled"): 8,
        ("PartiallyShipped", "paid"): 5,
        ("Delivered", "shipped"): 1,
    }
    assert Counter(order.currency for order in orders) == {"EUR": 44, "USD": 15, "SEK": 13, "JPY": 13, "GBP": 12}
    assert [order.modified_at for order in orders] == sorted(order.modified_at for order in orders)
    for order in orders:
        encode_order(order)


@pytest.mark.parametrize("unit", ["cents", "minor"])
async def test_lines_discounts_shipping_and_tax_add_up_to_the_total(shop: RecordedVendure, unit: str) -> None:
    async with shop, opened(shop, map={"money": unit}) as connector:
        orders = await listed(connector)
    for order in orders:
        if order.status is not OrderStatus.CANCELLED and (unit == "minor" or order.currency != "JPY"):
            added = sum((line.unit_price * line.quantity for line in order.items), order.shipping + order.tax)
            assert added == order.total, order.number


async def test_an_order_is_read_to_the_last_field(shop: RecordedVendure) -> None:
    async with shop, opened(shop) as connector:
        orders = {order.number: order for order in await listed(connector)}
    order = orders["45AQ8VHQDQPE9KE2"]
    assert (order.id, order.currency, order.total, order.tax, order.shipping) == (
        *("61", "USD"),
        *(Decimal("22.19"), Decimal("3.54"), Decimal("4.90")),
    )
    assert order.placed_at == datetime(2026, 10, 25, 12, 59, 52, 184000, tzinfo=UTC)
    assert order.modified_at == datetime(2026, 11, 12, tzinfo=UTC)
    place = order.customer.ship_to
    assert (place.name, place.line1, place.line2, place.city) == (
        *("John O'Neil Jr.", "1600 Amphitheatre Pkwy"),
        *('Apt #4, "rear"', "Mountain View"),
    )
    assert (place.region, place.postal_code, place.country, place.phone) == ("CA", "94043-1351", "US", "0171/123 45 67")
    assert order.customer.bill_to.name == "John O'Neil Jr."
    assert order.customer.code == "kunde60+lab@example.test"
    assert (order.shipping_method, order.payment_method) == ("Standardversand", "card")
    (line,) = order.items
    assert (line.id, line.sku, line.quantity, line.unit_price) == ("147", "VEN-01-00", 1, Decimal("13.75"))
    assert [(option.name, option.value) for option in line.options] == [("Size", "36\u201338")]


async def test_a_cancelled_order_shows_what_was_ordered(shop: RecordedVendure) -> None:
    async with shop, opened(shop) as connector:
        orders = [order for order in await listed(connector) if order.status is OrderStatus.CANCELLED]
    assert orders
    assert all(any(line.quantity for line in order.items) for order in orders)


async def test_an_order_is_found_by_its_change_and_by_its_placing(shop: RecordedVendure) -> None:
    chosen = shop.orders[0]
    placed, changed = (datetime.fromisoformat(chosen[name]) for name in ("orderPlacedAt", "updatedAt"))
    assert placed != changed
    async with shop, opened(shop) as connector:
        latest = max(placed, changed)
        assert chosen["id"] in {order.id for order in await listed(connector, Window(start=latest, end=latest))}
        earliest = min(placed, changed)
        assert chosen["id"] not in {order.id for order in await listed(connector, Window(start=earliest, end=earliest))}
    assert {name for each in shop.lists[0]["filter"]["_or"] for name in each} == {"updatedAt", "orderPlacedAt"}
    assert shop.lists[0]["sort"] == {"id": "ASC"}
    assert all(type(options[name]) is int for options in shop.lists for name in ("skip", "take"))


async def test_a_sweep_sees_what_vendure_does_not_date(shop: RecordedVendure) -> None:
    async with shop, opened(shop, orders={"open": {"reach": "36500d"}}) as connector:
        found = [order async for order in connector.list_open_orders()]
    assert {str(order.status) for order in found if isinstance(order, Order)} >= {"paid", "unpaid", "shipped", "cancelled"}


def _notices(script: Iterable[Any]) -> list[tuple[Shipment, bool]]:
    """The shipments behind the recorded calls, and whether an answer was lost. The order is that of the reading before."""
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
                items=tuple(ShippedItem(line_id=line["orderLineId"], quantity=line["quantity"]) for line in given["lines"]),
            )
            notices.append((shipment, exchange["lost"]))
        else:
            notices[-1] = (notices[-1][0], notices[-1][1] or exchange["lost"])
    return notices


async def test_shipments_are_told_as_they_were_recorded_and_each_once_whatever_is_lost(shop: RecordedVendure) -> None:
    notices = _notices(shop.script)
    assert [lost for _, lost in notices] == [False, False, False, True, True]
    async with shop, opened(shop) as connector:
        for shipment, lost in notices:
            if lost:
                await failure(connector.ship(shipment, ()), UnavailableError)
            outcome = await connector.ship(shipment, ())
            assert outcome.already is (shipment.tracking_number == notices[-1][0].tracking_number)
        # Repeated to a Portside that remembers nothing: five readings, no writing.
        assert Counter("mutation" in exchange["asked"]["query"] for exchange in shop.script) == {False: 5}
        for shipment, _ in notices:
            assert (await connector.ship(shipment, ())).already
    assert not shop.script
    assert shop.surprises == []


async def test_parts_leave_an_order_open_and_the_rest_completes_it(shop: RecordedVendure) -> None:
    notices = [shipment for shipment, _ in _notices(shop.script)][:3]
    async with shop, opened(shop) as connector:
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
async def test_a_refusal_under_200_is_a_refusal(shop: RecordedVendure, said: str, kind: type[ConnectorError], words: str) -> None:
    (shipment, _), *_ = _notices(shop.script)
    shop.script[1].update(answered=shop.errors[said]["body"], status=shop.errors[said]["status"])
    async with shop, opened(shop) as connector:
        error = await failure(connector.ship(shipment, ()), kind)
    assert words in str(error)


async def test_a_parcel_that_is_on_its_way_already_is_no_fault(shop: RecordedVendure) -> None:
    (shipment, _), *_ = _notices(shop.script)
    shop.script[2]["answered"] = shop.errors["transition_twice"]["body"]
    async with shop, opened(shop) as connector:
        assert (await connector.ship(shipment, ())).completed


async def test_a_parcel_that_cannot_be_sent_is_refused_with_vendures_words(shop: RecordedVendure) -> None:
    (shipment, _), *_ = _notices(shop.script)
    refused = shop.errors["transition_twice"]["body"]
    refused["data"]["transitionFulfillmentToState"].update(fromState="Cancelled", transitionError='Cannot transition from "Cancelled"')
    shop.script[2]["answered"] = refused
    async with shop, opened(shop) as connector:
        error = await failure(connector.ship(shipment, ()), RefusedError)
    assert "Cannot transition from" in str(error)


async def test_a_wrong_key_and_an_unknown_order_are_named(shop: RecordedVendure) -> None:
    async with shop:
        async with opened(shop, key="wrong") as connector:
            await failure(connector.count_orders(EVER), AuthenticationError)
        async with opened(shop) as connector:
            await failure(connector.get_order("nope"), OrderNotFoundError)
            await failure(connector.get_order("999999"), OrderNotFoundError)


async def test_a_fault_inside_vendure_is_worth_another_try(shop: RecordedVendure) -> None:
    words = '{"errors": [{"message": "deadlock detected", "extensions": {"code": "INTERNAL_SERVER_ERROR"}}], "data": null}'
    (shipment, _), *_ = _notices(shop.script)
    shop.faults.add(Answer(200, words))
    async with shop, opened(shop) as connector:
        assert await connector.count_orders(EVER) == 97
        shop.script[1]["answered"] = msgspec.json.decode(words)
        error = await failure(connector.ship(shipment, ()), UnavailableError)
    assert "deadlock detected" in str(error)
