"""The steps of the way back in all the turns that shops ask for: conditions, loops, answers of
earlier steps, forms, XML and refusals.
"""

from decimal import Decimal

import msgspec
import pytest

from connectors.carriers import Carriers
from connectors.errors import (
    ConflictError,
    ConnectorError,
    OrderNotFoundError,
    RefusedError,
    TemporaryError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.testing.trial import failure
from tests.connectors.generic_json.shipping.parcel import (
    LINES,
    SHIPMENT,
    make_shop,
    make_step,
    ship_parcel,
    with_steps,
)
from tests.connectors.generic_json.shops import order, status


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
    async with make_shop() as shop:
        await ship_parcel(
            shop,
            with_steps(make_step(body=body)),
            msgspec.structs.replace(SHIPMENT, cost=Decimal("4.50")),
        )
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
    async with make_shop() as shop:
        shop.answers["POST /mail/77"] = {}
        await ship_parcel(
            shop,
            with_steps(
                make_step(body={}, answer="parcel"), make_step("mail", "mail/{{ parcel.id }}")
            ),
        )
        assert [seen.path for seen in shop.requests] == ["/api/orders/1", "/parcels", "/mail/77"]


async def test_a_step_that_does_not_apply_is_left_out() -> None:
    async with make_shop() as shop:
        await ship_parcel(
            shop,
            with_steps(
                make_step(when="shipment.service == 'Pigeon'"), make_step("other", when="complete")
            ),
        )
        assert shop.count("POST", "/parcels") == 1


async def test_a_step_for_each_line() -> None:
    async with make_shop() as shop:
        await ship_parcel(
            shop,
            with_steps(
                make_step(each="lines", body={"line": "{{ item.id }}", "n": "{{ item.quantity }}"})
            ),
        )
        assert shop.bodies("POST", "/parcels") == [{"line": "L1", "n": 2}, {"line": "L2", "n": 1}]


async def test_work_found_done_is_not_done_again() -> None:
    raw = order(1, lines=LINES, half=[{"id": 5}])
    async with make_shop(raw) as shop:
        shop.answers["POST /send/5"] = {}
        await ship_parcel(
            shop,
            with_steps(make_step(find="order.half[0]"), make_step("send", "send/{{ parcel.id }}")),
        )
        assert shop.count("POST", "/parcels") == 0
        assert shop.count("POST", "/send/5") == 1


async def test_a_conflict_may_mean_done() -> None:
    rules = [
        {"status": 409, "means": "done"},
        {"status": 400, "when": "code == 'twice'", "means": "done"},
    ]
    async with make_shop() as shop:
        for code, body in ((409, {}), (400, {"code": "twice"})):
            shop.answers["POST /parcels"] = status(code, body)
            assert (
                await ship_parcel(shop, with_steps(make_step(answer="parcel", rules=rules)))
            ).completed
        shop.answers["POST /parcels"] = status(
            400, {"code": "other", "error": {"message": "No more pieces"}}
        )
        error = await failure(ship_parcel(shop, with_steps(make_step(rules=rules))), RefusedError)
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
    async with make_shop() as shop:
        shop.answers["POST /parcels"] = {
            "data": {"add": {"errorCode": "NO", "message": "not this time"}}
        }
        error = await failure(ship_parcel(shop, with_steps(make_step(rules=rules))), kind)
        assert "not this time" in str(error)


async def test_a_write_whose_answer_lacks_what_is_needed_is_tried_again() -> None:
    async with make_shop() as shop:
        shop.answers["POST /parcels"] = {"ok": True}
        error = await failure(
            ship_parcel(shop, with_steps(make_step(answer="parcel.id"))), TemporaryError
        )
        assert "expected 'parcel.id' in the answer" in str(error)


async def test_forms_and_xml_are_sent_as_such() -> None:
    form = {
        "name": "a",
        "request": {
            "method": "POST",
            "path": "parcels",
            "form": {"n": "{{ shipment.tracking_number }}", "x": "a&b"},
        },
    }
    xml = {
        "name": "b",
        "request": {"method": "PUT", "path": "xml", "xml": "<t n='1'>{{ order.note }}</t>"},
    }
    patch = {
        "name": "c",
        "request": {
            "method": "PATCH",
            "path": "xml",
            "body": {"a": 1},
            "content_type": "application/merge-patch+json",
        },
    }
    async with make_shop(order(1, lines=LINES, note="<&>")) as shop:
        shop.answers["PUT /xml"] = status(200)
        shop.answers["PATCH /xml"] = status(202)
        await ship_parcel(shop, with_steps(form, xml, patch))
        sent = [(seen.headers["Content-Type"], seen.body) for seen in shop.requests[1:]]
    assert sent == [
        ("application/x-www-form-urlencoded", b"n=1Z%20999&x=a%26b"),
        (
            "application/xml",
            b"<?xml version='1.0' encoding='utf-8'?>\n<t n=\"1\">&lt;&amp;&gt;</t>",
        ),
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
async def test_a_carrier_goes_by_the_shops_name(
    carriers: dict[str, str], carrier: str, name: str
) -> None:
    async with make_shop() as shop:
        shipment = msgspec.structs.replace(SHIPMENT, carrier=carrier)
        await ship_parcel(
            shop,
            with_steps(
                make_step(body={"by": "{{ carrier.name }}", "url": "{{ carrier.tracking_url }}"}),
                carriers=carriers,
            ),
            shipment,
        )
        (sent,) = shop.bodies("POST", "/parcels")
    assert sent["by"] == name
    assert sent["url"] == Carriers().link(shipment)
