"""Orders on three sides with each kind of fault, and orders with none."""

from __future__ import annotations

from connectors.orders import OrderStatus
from proxy.rules.audit.faults import FaultKind
from proxy.rules.audit.sides import OrderSides
from proxy.rules.policy import HeldKind
from tests.audit.sides import (
    HOUR,
    NOW,
    build_delivery,
    build_given,
    build_hold,
    build_label,
    build_shipped,
    build_shop,
    build_sides,
    build_there,
)

S = OrderStatus
CANCELLED = {"status": S.CANCELLED, "word": "cancelled"}
SHIPPED = {"status": S.SHIPPED, "word": "shipped"}
ON_HOLD = {"status": S.ON_HOLD, "word": "on_hold"}
UNPAID = {"status": S.UNPAID, "word": "awaiting_payment"}
SECOND = {"id": 990_002, "created_at": NOW - 20 * HOUR}
OLD = {"created_at": NOW - 72 * HOUR, "paid_at": NOW - 73 * HOUR}
FILTERED = build_hold(HeldKind.FILTERED)

FAULTS: dict[str, tuple[OrderSides, FaultKind]] = {
    "ShipStation lost it": (build_sides(account=()), FaultKind.MISSING),
    "another store has the number": (
        build_sides(account=(build_there(is_ours=False),)),
        FaultKind.IN_OTHER_STORE,
    ),
    "never listed": (build_sides(given=None, account=()), FaultKind.NEVER_GIVEN),
    "its page was never fetched": (
        build_sides(given=build_given(told_at=None), account=()),
        FaultKind.NEVER_GIVEN,
    ),
    "without an account, never listed": (
        build_sides(given=None, account=None),
        FaultKind.NEVER_GIVEN,
    ),
    "unreadable": (
        build_sides(
            shop=build_shop(
                status=None, hold=build_hold(HeldKind.UNREADABLE, "total: expected money")
            ),
            given=None,
            account=(),
        ),
        FaultKind.UNREADABLE,
    ),
    "news of it is invalid": (
        build_sides(hold=build_hold(HeldKind.INVALID, "no street")),
        FaultKind.INVALID,
    ),
    "left out, and there": (
        build_sides(given=None, shop=build_shop(hold=FILTERED)),
        FaultKind.OPEN_THOUGH_FILTERED,
    ),
    "given under two numbers": (
        build_sides(
            given=build_given(former_number="OLD-1"),
            account=(build_there(number="OLD-1"), build_there(**SECOND)),
        ),
        FaultKind.GIVEN_TWICE,
    ),
    "there twice": (
        build_sides(account=(build_there(), build_there(**SECOND))),
        FaultKind.DOUBLED,
    ),
    "deleted in the shop": (build_sides(shop=None, is_gone=True), FaultKind.NOT_IN_SHOP),
    "nobody's": (
        build_sides(shop=None, is_gone=True, given=None, shop_id=""),
        FaultKind.UNKNOWN,
    ),
    "cancelled here": (
        build_sides(shop=build_shop(status=S.CANCELLED)),
        FaultKind.CANCELLED_HERE,
    ),
    "nothing to pack here": (
        build_sides(shop=build_shop(is_unpacked=True)),
        FaultKind.CANCELLED_HERE,
    ),
    "cancelled there": (
        build_sides(account=(build_there(**CANCELLED),)),
        FaultKind.CANCELLED_THERE,
    ),
    "shipped though cancelled": (
        build_shipped(shop=build_shop(status=S.CANCELLED)),
        FaultKind.SHIPPED_THOUGH_CANCELLED,
    ),
    "shipped here": (build_sides(shop=build_shop(status=S.SHIPPED)), FaultKind.SHIPPED_HERE),
    "shipped there without a parcel": (
        build_sides(account=(build_there(**SHIPPED),)),
        FaultKind.SHIPPED_THERE,
    ),
    "never announced": (
        build_shipped(shop=build_shop(), deliveries=(), parcels=(build_label(is_announced=False),)),
        FaultKind.SHIPPED_THERE,
    ),
    "announced, it says": (
        build_shipped(shop=build_shop(), deliveries=()),
        FaultKind.SHIPPED_THERE,
    ),
    "another parcel's delivery": (
        build_shipped(deliveries=(build_delivery(tracking_number="9999"),)),
        FaultKind.SHIPPED_THERE,
    ),
    "the notice failed": (
        build_shipped(shop=build_shop(), deliveries=(), parcels=(build_label(error="(500)"),)),
        FaultKind.REFUSED,
    ),
    "the shop refused": (
        build_shipped(deliveries=(build_delivery(state="dead", last_error="no such line"),)),
        FaultKind.REFUSED,
    ),
    "the shop refused, without an account": (
        build_sides(deliveries=(build_delivery(state="dead"),), account=None),
        FaultKind.REFUSED,
    ),
    "the shop is down": (
        build_shipped(deliveries=(build_delivery(state="waiting", attempts=3),)),
        FaultKind.WAITING,
    ),
    "voided afterwards": (
        build_shipped(
            account=(build_there(),),
            parcels=(build_label(is_voided=True, voided_at=NOW - HOUR),),
        ),
        FaultKind.VOIDED,
    ),
    "voided while its notice waits": (
        build_shipped(
            shop=build_shop(),
            deliveries=(build_delivery(state="waiting"),),
            parcels=(build_label(is_voided=True, voided_at=NOW - HOUR),),
        ),
        FaultKind.VOIDED,
    ),
    "not paid there": (build_sides(account=(build_there(**UNPAID),)), FaultKind.OTHER_STATUS),
    "not paid here": (build_sides(shop=build_shop(status=S.UNPAID)), FaultKind.OTHER_STATUS),
    "on hold there": (build_sides(account=(build_there(**ON_HOLD),)), FaultKind.OTHER_STATUS),
    "on hold here": (build_sides(shop=build_shop(status=S.ON_HOLD)), FaultKind.OTHER_STATUS),
    "stuck": (build_sides(account=(build_there(**OLD),)), FaultKind.STUCK),
}
FINE: dict[str, OrderSides] = {
    "nothing to pack here, cancelled there": build_sides(
        shop=build_shop(is_unpacked=True), account=(build_there(**CANCELLED),)
    ),
    "waits for its parcel": build_sides(),
    "shipped and told": build_shipped(),
    "told, and kept open by the shop": build_shipped(shop=build_shop()),
    "voided after it was told, and taken out of the shop": build_sides(
        deliveries=(build_delivery(is_withdrawn=True),),
        parcels=(build_label(is_voided=True, voided_at=NOW - HOUR),),
    ),
    "without an account": build_sides(account=None),
    "renamed there": build_sides(
        given=build_given(former_number="OLD-1"), account=(build_there(number="OLD-1"),)
    ),
    "one of two was cancelled": build_sides(
        account=(build_there(), build_there(**SECOND, **CANCELLED))
    ),
    "both shipped": build_shipped(
        account=(build_there(**SHIPPED), build_there(**SECOND | SHIPPED))
    ),
    "split there": build_sides(account=(build_there(), build_there(**SECOND, number="1001-1"))),
    "just changed": build_sides(shop=build_shop(status=S.CANCELLED, changed_at=NOW - HOUR / 2)),
    "just placed": build_sides(shop=build_shop(changed_at=NOW - HOUR / 2), given=None, account=()),
    "just given": build_sides(given=build_given(told_at=NOW - HOUR / 2), account=()),
    "just labelled": build_shipped(
        shop=build_shop(), deliveries=(), parcels=(build_label(created_at=NOW - HOUR / 2),)
    ),
    "just cancelled there": build_sides(
        account=(build_there(**CANCELLED, changed_at=NOW - HOUR / 2),)
    ),
    "cancelled on both sides": build_sides(
        shop=build_shop(status=S.CANCELLED), account=(build_there(**CANCELLED),)
    ),
    "cancelled before it was given": build_sides(
        shop=build_shop(status=S.CANCELLED), given=None, account=()
    ),
    "shipped here, and never there": build_sides(
        shop=build_shop(status=S.SHIPPED), given=None, account=()
    ),
    "a return": build_shipped(
        parcels=(build_label(), build_label(id=7002, tracking_number="R", is_return=True))
    ),
    "voided before it was told": build_sides(parcels=(build_label(is_voided=True),)),
    "given up by a person": build_shipped(deliveries=(build_delivery(state="discarded"),)),
    "marked as shipped": build_shipped(
        parcels=(build_label(is_label=False, tracking_number=""),), deliveries=()
    ),
    "held by a person there": build_sides(
        account=(build_there(**ON_HOLD, held_until="2026-03-20"),)
    ),
    "unpaid here, on hold there": build_sides(
        shop=build_shop(status=S.UNPAID), account=(build_there(**ON_HOLD),)
    ),
    "with a fulfillment provider": build_sides(
        account=(build_there(**OLD, status=None, word="pending_fulfillment"),)
    ),
    "paid yesterday, placed long ago": build_sides(
        account=(build_there(created_at=NOW - 90 * HOUR, paid_at=NOW - HOUR),)
    ),
    "forgotten": build_sides(given=build_given(told_at=None, is_forgotten=True), account=()),
    "no filter holds what was given": build_sides(shop=build_shop(hold=FILTERED)),
    "held by a filter before it was given": build_sides(hold=FILTERED),
    "the shop was not asked": build_sides(shop=None),
}
