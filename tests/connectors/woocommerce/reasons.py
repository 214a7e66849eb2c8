"""Why an exported field may differ from the official plugin's: the rows of
docs/differences-from-the-plugin.md, as code.
"""

from __future__ import annotations

import html
import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from connectors.reading.regions import write_region
from connectors.woocommerce.mapping.regions import name_region
from tests.connectors.woocommerce.flattening import Difference

Json = dict[str, Any]
_STATUSES = {
    "completed": "shipped",
    "processing": "paid",
    "cancelled": "cancelled",
    "on-hold": "on_hold",
}
_DROPPED = re.compile(r"[^A-Za-z0-9 \-._,|]")
_PLACE = re.compile(r"Customer/ShipTo/(?:Name|Company|Address1|Address2|City|State|PostalCode)")


@dataclass(frozen=True, kw_only=True)
class Reason:
    """A row of the table: its first column, and which differences it explains.

    `order` is the shop's JSON of the order.
    """

    name: str
    field: str
    holds: Callable[[Difference, Json], bool]

    def explains(self, found: Difference, order: Json) -> bool:
        """Whether this row accounts for the difference."""
        return re.fullmatch(self.field, found.field) is not None and self.holds(found, order)


def _always(found: Difference, order: Json) -> bool:  # noqa: ARG001 - a reason's signature
    return True


def _added_empty(found: Difference, order: Json) -> bool:  # noqa: ARG001
    return found.theirs is None and found.ours in {"", "false"}


def _added(found: Difference, order: Json) -> bool:  # noqa: ARG001
    return found.theirs is None


def _same_number(found: Difference, order: Json) -> bool:  # noqa: ARG001
    try:
        theirs, ours = Decimal(str(found.theirs)), Decimal(str(found.ours))
    except InvalidOperation:
        return False
    return (
        theirs.quantize(Decimal("0.01"), ROUND_HALF_UP) == ours
        and re.fullmatch(r"-?\d+\.\d\d", str(found.ours)) is not None
    )


def _trimmed(found: Difference, order: Json) -> bool:  # noqa: ARG001
    return (
        isinstance(found.theirs, str)
        and found.theirs != found.ours
        and found.theirs.strip() == found.ours
    )


def _cut(found: Difference, order: Json) -> bool:  # noqa: ARG001
    theirs, ours = found.theirs, found.ours
    return (
        isinstance(theirs, str)
        and isinstance(ours, str)
        and ours.endswith("…")
        and theirs.strip().startswith(ours[:-1])
    )


def _full_method(found: Difference, order: Json) -> bool:
    titles = " | ".join(html.unescape(line["method_title"]) for line in order["shipping_lines"])
    return found.ours == titles and found.theirs == " | ".join(
        _DROPPED.sub("", title).replace("|", "") for title in titles.split(" | ")
    )


def _refunded(found: Difference, order: Json) -> bool:
    return bool(order["refunds"]) and Decimal(str(found.ours)) < Decimal(str(found.theirs))


def _line(found: Difference, order: Json) -> Json:
    return next((line for line in order["line_items"] if str(line["id"]) == found.item), {})


def _finer_weight(found: Difference, order: Json) -> bool:  # noqa: ARG001
    if found.field == "Item/WeightUnits":
        return (found.theirs, found.ours) == ("Pounds", "Grams")
    grams = Decimal(str(found.theirs or 0)) * Decimal("453.59237")
    return (
        found.ours is not None
        and found.theirs != ""
        and abs(grams - Decimal(str(found.ours))) < Decimal("0.01")
    )


def _negative_fee(found: Difference, order: Json) -> bool:
    return any(
        str(fee["id"]) == found.item and Decimal(fee["total"]) < 0 for fee in order["fee_lines"]
    )


def _discount_of_rest(found: Difference, order: Json) -> bool:
    """The plugin takes the whole discount, also of lines that it left out."""
    return found.item == "total-discount" and Decimal(order["discount_total"]) > -Decimal(
        str(found.ours or 0)
    )


def _unescaped(found: Difference, order: Json) -> bool:  # noqa: ARG001
    return (
        isinstance(found.theirs, str)
        and html.unescape(re.sub(r"</?b>", "", found.theirs)) == found.ours
    )


def _newline(found: Difference, order: Json) -> bool:  # noqa: ARG001
    if not isinstance(found.theirs, tuple):
        return False
    return found.ours == tuple((name, value.replace("\n", " ")) for name, value in found.theirs)


def _named_region(found: Difference, order: Json) -> bool:
    """Ours is the name behind one of the shop's codes."""
    place = order["shipping"]["country"] or order["billing"]["country"]
    countries = {place, order["billing"]["country"]}
    return found.ours in {
        write_region(name_region(str(found.theirs), each), each) for each in countries
    }


def _structured_option(found: Difference, order: Json) -> bool:
    """Ours has a choice more, whose value in the shop is a list or an object."""
    if not isinstance(found.ours, tuple):
        return False
    theirs = found.theirs or ()
    structured = {
        meta["key"]
        for line in order["line_items"]
        if str(line["id"]) == found.item
        for meta in line["meta_data"]
        if isinstance(meta["value"], list | dict)
    }
    kept = tuple(option for option in found.ours if option[0] not in structured)
    return kept == tuple(theirs) and len(kept) < len(found.ours)


def _billing(found: Difference, order: Json) -> bool:
    return (
        found.theirs in {"", " "}
        and not order["shipping"]["address_1"]
        and bool(order["shipping"]["country"])
    )


def _country(found: Difference, order: Json) -> bool:
    return found.theirs == "" and found.ours == order["billing"]["country"]


def _markup(found: Difference, order: Json) -> bool:  # noqa: ARG001
    return (
        isinstance(found.theirs, str) and "<script>" in found.theirs and found.ours == "Bold note"
    )


def _same_notes(found: Difference, order: Json) -> bool:  # noqa: ARG001
    ends = re.compile(r" \| ")
    return sorted(ends.split(str(found.theirs))) == sorted(ends.split(str(found.ours)))


def _nothing_left(found: Difference, order: Json) -> bool:
    """A line less may also leave one piece alone in the parcel, whose size is then the parcel's."""
    return bool(order["refunds"]) and (
        found.ours is None if found.field == "Item" else found.theirs is None
    )


REASONS = (
    Reason(
        name="Empty elements",
        field=r"CustomField[123]|Gift|GiftMessage|Item/SKU|Customer/BillTo/\w+",
        holds=_added_empty,
    ),
    Reason(
        name="Two decimals",
        field=r"OrderTotal|TaxAmount|ShippingAmount|Item/(UnitPrice|Weight)|Dimensions/\w+",
        holds=_same_number,
    ),
    Reason(
        name="Status words",
        field="OrderStatus",
        holds=lambda found, _: _STATUSES[str(found.theirs)] == found.ours,
    ),
    Reason(
        name="Extra elements",
        field="OrderPaymentMethodTitle",
        holds=lambda found, _: found.ours is None,
    ),
    Reason(name="Shipping method", field="ShippingMethod", holds=_full_method),
    Reason(
        name="Tax and shipping after refunds", field="TaxAmount|ShippingAmount", holds=_refunded
    ),
    Reason(
        name="Billing address",
        field=r"Customer/BillTo/(Address[12]|City|State|PostalCode|Country)",
        holds=_added,
    ),
    Reason(name="Names without blanks", field=r"Customer/(BillTo|ShipTo)/Name", holds=_trimmed),
    Reason(
        name="Lengths",
        field=r"Customer/(BillTo|ShipTo)/Name|CustomerNotes|InternalNotes|Item/(SKU|Name)",
        holds=_cut,
    ),
    Reason(
        name="Phone of the parcel's receiver",
        field="Customer/ShipTo/Phone",
        holds=lambda found, order: found.ours == order["shipping"]["phone"],
    ),
    Reason(name="Nearly empty shipping address", field=_PLACE.pattern, holds=_billing),
    Reason(name="Country", field="Customer/ShipTo/Country", holds=_country),
    Reason(
        name="Customer code",
        field="Customer/CustomerCode",
        holds=lambda found, order: found.theirs == "" and found.ours == order["number"],
    ),
    Reason(name="Coupon codes", field="CustomField1", holds=_unescaped),
    Reason(name="Notes: blanks", field="CustomerNotes", holds=_trimmed),
    Reason(name="Notes: markup", field="CustomerNotes", holds=_markup),
    Reason(name="Notes of one second", field="InternalNotes", holds=_same_notes),
    Reason(
        name="Pictures",
        field="Item/ImageUrl",
        holds=lambda found, _: not found.theirs or "100x100" in str(found.theirs),
    ),
    Reason(name="Item names", field="Item/Name", holds=_unescaped),
    Reason(name="Region names", field="Customer/(ShipTo|BillTo)/State", holds=_named_region),
    Reason(name="Option lines", field="Item/Options", holds=_newline),
    Reason(name="Option lists", field="Item/Options", holds=_structured_option),
    Reason(name="Fine weights", field="Item/(Weight|WeightUnits)", holds=_finer_weight),
    Reason(
        name="No weight",
        field="Item/(Weight|WeightUnits)",
        holds=lambda found, _: found.ours is None,
    ),
    Reason(name="Negative fees", field="Item/Adjustment", holds=_negative_fee),
    Reason(
        name="Discount line's id",
        field="Item/LineItemID",
        holds=lambda found, _: (found.item, found.ours) == ("total-discount", "discount"),
    ),
    Reason(name="Discount of what is left", field="Item|Item/UnitPrice", holds=_discount_of_rest),
    Reason(name="Lines with nothing left", field=r"Item|Dimensions/\w+", holds=_nothing_left),
    Reason(
        name="Deleted products",
        field="Item",
        holds=lambda found, order: (
            _line(found, order).get("product_id") == 0 and found.theirs is None
        ),
    ),
    Reason(
        name="Money refunded without goods",
        field="Item",
        holds=lambda found, _: found.item == "total-refund",
    ),
    Reason(
        name="Nothing to pack",
        field="Item",
        holds=lambda found, order: found.theirs is None and bool(_line(found, order)),
    ),
    Reason(
        name="Size unit",
        field="Dimensions/DimensionUnits",
        holds=lambda found, _: (found.theirs, found.ours) == ("in", "Inch"),
    ),
    Reason(name="Unknown size", field=r"Dimensions/\w+", holds=lambda found, _: found.ours is None),
)
