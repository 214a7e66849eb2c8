"""The way back in all the turns that shops ask for: conditions, loops, answers of earlier steps, forms, XML, and no repeats."""

from datetime import date
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from connectors.carriers import Carriers
from connectors.errors import ConflictError, ConnectorError, OrderNotFoundError, RefusedError, UnavailableError, UnreadableResponseError
from connectors.generic_json.settings.shipment import SHIPMENT_FIELDS
from connectors.generic_json.shipping.shipper import has_tracking, shipment_values
from connectors.interface import ShipOutcome
from connectors.shipments import Shipment, ShippedItem
from connectors.testing.trial import failure
from tests.connectors.generic_json.shops import TinyShop, connected, order, status

SHIPMENT = Shipment(
    order_id="1",
    order_number="R1",
    carrier="UPS",
    service="UPS Ground",
    tracking_number="1Z 999",
    shipped_on=date(2026, 3, 2),
    notify_customer=True,
)
LINES = [
    {"id": "L1", "sku": "A", "title": "Thing A", "pieces": 2, "price": "10.00", "left": 2},
    {"id": "L2", "sku": "B", "title": "Thing B", "pieces": 3, "price": "1.00", "left": 1},
]


def step(name: str = "parcel", path: str = "parcels", body: Any = None, **more: Any) -> dict[str, Any]:
    return {"name": name, "request": {"method": "POST", "path": path, **({"body": body} if body is not None else {})}, **more}


def with_steps(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"shipment": {"steps": list(steps), **more}}


async def shipped(
    shop: TinyShop, changes: dict[str, Any], shipment: Shipment = SHIPMENT, earlier: tuple[Shipment, ...] = ()
) -> ShipOutcome:
    async with connected(shop, changes) as connector:
        return await connector.ship(shipment, earlier)


def shop_with(raw: dict[str, Any] | None = None, **answers: Any) -> TinyShop:
    return TinyShop({"GET /api/orders/1": {"order": raw or order(1, lines=LINES)}, "POST /parcels": {"parcel": {"id": 77}}, **answers})


async def test_values_keep_their_kind_in_a_body() -> None:
    body = {
        "number": "{{ order.id }}",
        "notify": "{{ shipment.notify_customer }}",
        "when": "{{ shipment.shipped_at }}",
        "note": "{{ shipment.customer_notes }}",
        "text": "no {{ order.id }}",
        "cost": "{{ shipment.cost }}",
        "lines": {"$value": "lines[].{id: id, n: quantity, of: line.pieces}"},
        "by_id": {"$each": "lines", "$key": "{{ item.id }}", "$give": "{{ item.quantity }}"},
        "maybe": {"$if": "shipment.cost", "$give": 1},
    }
    async with shop_with() as shop:
        await shipped(shop, with_steps(step(body=body)), msgspec.structs.replace(SHIPMENT, cost=Decimal("4.50")))
        (sent,) = shop.bodies("POST", "/parcels")
    assert sent == {
        "number": 1,
        "notify": True,
        "when": "2026-03-02T12:00:00Z",
        "note": "",
        "text": "no 1",
        "cost": 4.5,
        "lines": [{"id": "L1", "n": 2, "of": 2}, {"id": "L2", "n": 1, "of": 3}],
        "by_id": {"L1": 2, "L2": 1},
        "maybe": 1,
    }


async def test_a_later_step_sees_what_an_earlier_one_brought() -> None:
    async with shop_with() as shop:
        shop.answers["POST /mail/77"] = {}
        await shipped(shop, with_steps(step(body={}, answer="parcel"), step("mail", "mail/{{ parcel.id }}")))
        assert [seen.path for seen in shop.requests] == ["/api/orders/1", "/parcels", "/mail/77"]


async def test_a_step_that_does_not_apply_is_left_out() -> None:
    async with shop_with() as shop:
        await shipped(shop, with_steps(step(when="shipment.service == 'Pigeon'"), step("other", when="complete")))
        assert shop.count("POST", "/parcels") == 1


async def test_a_step_for_each_line() -> None:
    async with shop_with() as shop:
        await shipped(shop, with_steps(step(each="lines", body={"line": "{{ item.id }}", "n": "{{ item.quantity }}"})))
        assert shop.bodies("POST", "/parcels") == [{"line": "L1", "n": 2}, {"line": "L2", "n": 1}]


async def test_work_found_done_is_not_done_again() -> None:
    raw = order(1, lines=LINES, half=[{"id": 5}])
    async with shop_with(raw) as shop:
        shop.answers["POST /send/5"] = {}
        await shipped(shop, with_steps(step(find="order.half[0]"), step("send", "send/{{ parcel.id }}")))
        assert shop.count("POST", "/parcels") == 0
        assert shop.count("POST", "/send/5") == 1


async def test_the_probe_may_ask_elsewhere() -> None:
    probe = {"request": "orders/{{ order.id }}/tracks?n={{ shipment.tracking_number }}", "tracking": "tracks[].number"}
    async with shop_with() as shop:
        shop.answers["GET /orders/1/tracks*"] = {"tracks": [{"number": "x"}, {"number": "1z999"}]}
        shop.answers["GET /orders/1/tracks"] = {"tracks": [{"number": "x"}, {"number": "1z999"}]}
        outcome = await shipped(shop, with_steps(step(), probe=probe))
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


async def test_a_conflict_may_mean_done() -> None:
    rules = [{"status": 409, "means": "done"}, {"status": 400, "when": "code == 'twice'", "means": "done"}]
    async with shop_with() as shop:
        for code, body in ((409, {}), (400, {"code": "twice"})):
            shop.answers["POST /parcels"] = status(code, body)
            assert (await shipped(shop, with_steps(step(answer="parcel", rules=rules)))).completed
        shop.answers["POST /parcels"] = status(400, {"code": "other", "error": {"message": "No more pieces"}})
        error = await failure(shipped(shop, with_steps(step(rules=rules))), RefusedError)
        assert "No more pieces" in str(error)


@pytest.mark.parametrize(
    ("means", "kind"),
    [
        ("refused", RefusedError),
        ("not_found", OrderNotFoundError),
        ("conflict", ConflictError),
        ("unavailable", UnavailableError),
        ("unreadable", UnreadableResponseError),
    ],
)
async def test_a_refusal_under_200_is_one(means: str, kind: type[ConnectorError]) -> None:
    rules = [{"when": "data.add.errorCode", "means": means, "message": "data.add.message"}]
    async with shop_with() as shop:
        shop.answers["POST /parcels"] = {"data": {"add": {"errorCode": "NO", "message": "not this time"}}}
        error = await failure(shipped(shop, with_steps(step(rules=rules))), kind)
        assert "not this time" in str(error)


async def test_an_answer_without_what_is_needed_is_unreadable() -> None:
    async with shop_with() as shop:
        shop.answers["POST /parcels"] = {"ok": True}
        error = await failure(shipped(shop, with_steps(step(answer="parcel.id"))), UnreadableResponseError)
        assert "expected 'parcel.id' in the answer" in str(error)


async def test_forms_and_xml_are_sent_as_such() -> None:
    form = {"name": "a", "request": {"method": "POST", "path": "parcels", "form": {"n": "{{ shipment.tracking_number }}", "x": "a&b"}}}
    xml = {"name": "b", "request": {"method": "PUT", "path": "xml", "xml": "<t n='1'>{{ order.note }}</t>"}}
    patch = {"name": "c", "request": {"method": "PATCH", "path": "xml", "body": {"a": 1}, "content_type": "application/merge-patch+json"}}
    async with shop_with(order(1, lines=LINES, note="<&>")) as shop:
        shop.answers["PUT /xml"] = status(200)
        shop.answers["PATCH /xml"] = status(202)
        await shipped(shop, with_steps(form, xml, patch))
        sent = [(seen.headers["Content-Type"], seen.body) for seen in shop.requests[1:]]
    assert sent == [
        ("application/x-www-form-urlencoded", b"n=1Z%20999&x=a%26b"),
        ("application/xml", b"<t n='1'>&lt;&amp;&gt;</t>"),
        ("application/merge-patch+json", b'{"a":1}'),
    ]


@pytest.mark.parametrize(
    ("carriers", "carrier", "name"),
    [
        ({}, "ups", "UPS"),
        ({"ups": "U.P.S."}, "UPS", "U.P.S."),
        ({"fedex": "F", "*": "custom"}, "UPS", "custom"),
        ({"fedex": "F"}, "Pigeon", "Pigeon"),
    ],
)
async def test_a_carrier_goes_by_the_shops_name(carriers: dict[str, str], carrier: str, name: str) -> None:
    async with shop_with() as shop:
        shipment = msgspec.structs.replace(SHIPMENT, carrier=carrier)
        await shipped(
            shop, with_steps(step(body={"by": "{{ carrier.name }}", "url": "{{ carrier.tracking_url }}"}), carriers=carriers), shipment
        )
        (sent,) = shop.bodies("POST", "/parcels")
    assert sent["by"] == name
    assert sent["url"] == Carriers().link(shipment)


async def test_lines_are_known_by_id_then_stock_number_then_name() -> None:
    items = (ShippedItem(line_id="gone", sku="B", quantity=1), ShippedItem(name="Thing A", quantity=1))
    async with shop_with() as shop:
        body = {"lines": {"$value": "lines[].[id, quantity]"}, "all": "{{ complete }}"}
        outcome = await shipped(shop, with_steps(step(body=body)), msgspec.structs.replace(SHIPMENT, items=items))
        assert shop.bodies("POST", "/parcels") == [{"lines": [["L1", 1], ["L2", 1]], "all": False}]
        assert not outcome.completed
        strange = msgspec.structs.replace(SHIPMENT, items=(ShippedItem(sku="Z", quantity=1),))
        error = await failure(shipped(shop, with_steps(step()), strange), ConflictError)
        assert "no line for the shipped 'Z'" in str(error)


async def test_without_the_shops_own_count_earlier_shipments_tell_what_is_left() -> None:
    earlier = msgspec.structs.replace(SHIPMENT, tracking_number="T0", items=(ShippedItem(line_id="L1", sku="A", quantity=2),))
    async with shop_with() as shop:
        changes = with_steps(step(body={"lines": {"$value": "lines[].[id, quantity]"}}), open=None)
        assert (await shipped(shop, changes, earlier=(earlier,))).completed
        assert shop.bodies("POST", "/parcels") == [{"lines": [["L2", 3]]}]


async def test_a_notice_with_a_number_alone_finds_its_order() -> None:
    nameless = msgspec.structs.replace(SHIPMENT, order_id="")
    find = {"order": {"find": {"request": {"path": "find", "query": {"n": "{{ number }}"}}, "id": "hits[0].id"}}}
    async with shop_with() as shop:
        shop.answers["GET /find"] = {"hits": [{"id": 1}]}
        assert (await shipped(shop, {**with_steps(step()), **find}, nameless)).completed
        assert shop.requests[0].query["n"] == "R1"
        shop.answers["GET /find"] = {"hits": []}
        assert "with the number 'R1'" in str(await failure(shipped(shop, {**with_steps(step()), **find}, nameless), OrderNotFoundError))


async def test_where_the_number_is_the_id_it_is_enough() -> None:
    async with shop_with() as shop:
        nameless = msgspec.structs.replace(SHIPMENT, order_id="", order_number="1")
        assert (await shipped(shop, with_steps(step()), nameless)).completed


async def test_what_cannot_be_shipped_is_said() -> None:
    async with shop_with() as shop:
        await failure(shipped(shop, {"shipment": None}), RefusedError)
        await failure(shipped(shop, {}, msgspec.structs.replace(SHIPMENT, order_id="", order_number="")), OrderNotFoundError)
        broken = {"name": "a", "each": "order.id", "request": "parcels"}
        assert "expected a list at 'order.id'" in str(await failure(shipped(shop, with_steps(broken)), RefusedError))
        failing = step(when="sum(order.lines) > `0`")
        assert "sum()" in str(await failure(shipped(shop, with_steps(failing)), RefusedError))
    async with shop_with(order(1, state="called-off")) as shop:
        await failure(shipped(shop, {}), ConflictError)
    async with shop_with(order(1, amounts={"total": "x"})) as shop:
        assert "cannot be read" in str(await failure(shipped(shop, {}), UnreadableResponseError))
    async with shop_with(order(2)) as shop:
        assert "it answered with '2'" in str(await failure(shipped(shop, {}), OrderNotFoundError))


def test_a_shipment_shows_every_field_that_may_be_spoken_of() -> None:
    assert tuple(shipment_values(SHIPMENT)) == SHIPMENT_FIELDS
