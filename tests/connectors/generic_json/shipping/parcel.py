"""A parcel for a made-up shop: the shipment, its order's lines, and the steps that tell of it."""

from datetime import date
from typing import Any

from connectors.interface import ShipOutcome
from connectors.shipments import Shipment, ShippingRules
from tests.connectors.generic_json.shops import TinyShop, connected, order

SHIPMENT = Shipment(
    order_id="1",
    order_number="R1",
    carrier="UPS",
    service="UPS Ground",
    tracking_number="1Z 999",
    shipped_on=date(2026, 3, 2),
    notify_customer=True,
)
BLIND = ShippingRules(confirm=False)
LINES = [
    {"id": "L1", "sku": "A", "title": "Thing A", "pieces": 2, "price": "10.00", "left": 2},
    {"id": "L2", "sku": "B", "title": "Thing B", "pieces": 3, "price": "1.00", "left": 1},
]


def make_step(
    name: str = "parcel", path: str = "parcels", body: Any = None, **more: Any
) -> dict[str, Any]:
    return {
        "name": name,
        "request": {"method": "POST", "path": path, **({"body": body} if body is not None else {})},
        **more,
    }


def with_steps(*steps: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"shipment": {"steps": list(steps), **more}}


async def ship_parcel(
    shop: TinyShop,
    changes: dict[str, Any],
    shipment: Shipment = SHIPMENT,
    earlier: tuple[Shipment, ...] = (),
    rules: ShippingRules = BLIND,
) -> ShipOutcome:
    """Tell of a parcel; the shop never changes, so it is believed unless `rules` say otherwise."""
    async with connected(shop, changes, shipping=rules) as connector:
        return await connector.ship(shipment, earlier)


def make_shop(raw: dict[str, Any] | None = None, **answers: Any) -> TinyShop:
    return TinyShop(
        {
            "GET /api/orders/1": {"order": raw or order(1, lines=LINES)},
            "POST /parcels": {"parcel": {"id": 77}},
            **answers,
        }
    )
