"""The addresses of an order that goes to several, as plugins keep them. Pure.

WooCommerce's extension Ship to Multiple Addresses writes a package for each address into the
order's meta data, `_wcms_packages`: the address as `destination`, and as `contents` products with
quantities, without the order's lines (its class WC_MS_API shows the same as `shipping_packages`).

ThemeHigh's Multiple Shipping Addresses writes each line's address into the line's meta data,
`thwma_order_shipping_address`, as an object of one entry: under the address's name in the buyer's
account an object with `shipping_address` (`Shipping Address` in old versions). Lines for which the
buyer chose none have no meta data of it and go to the order's own address (THWMA_Public_Checkout).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec

from connectors.orders import Address, Destination, LineItem, Share, split_item
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.customer import read_place
from connectors.woocommerce.mapping.values import read_key

PACKAGES = "_wcms_packages"
_LINE_ADDRESS = "thwma_order_shipping_address"
# Each of them says that the buyer chose an address for the line.
LINE_MARKS = frozenset({_LINE_ADDRESS, "thwma_order_shipping_data", "thwma_order_shipping_method"})
_LINE_ADDRESS_NAMES = ("shipping_address", "Shipping Address")
# The key of the order's own address, and that of one which is nowhere.
_OWN, _UNKNOWN = "own", "unknown"
_ADDRESS = frozenset(field.encode_name for field in msgspec.structs.fields(wire.Address))
_Product = tuple[int, int]


class Packages(msgspec.Struct, frozen=True, kw_only=True):
    """Several addresses, and what goes to which: of each product and variation, or each line."""

    destinations: tuple[Destination, ...] = ()
    shares: Mapping[_Product, Sequence[Share]] = {}
    lines: Mapping[str, str] = {}

    def share_items(
        self, items: Sequence[LineItem], lines: Sequence[wire.Line]
    ) -> tuple[LineItem, ...]:
        """The items, each with the address that it goes to; `lines` say their products.

        Pieces that are in no package have no address, so that nobody sends them to a wrong one.
        """
        if self.lines:
            return tuple(
                msgspec.structs.replace(item, destination=self.lines.get(item.id, ""))
                for item in items
            )
        products = {
            str(line.id): (read_key(line.product_id), read_key(line.variation_id)) for line in lines
        }
        left = {product: list(shares) for product, shares in self.shares.items()}
        found: list[LineItem] = []
        for item in items:
            shares = left.get(products.get(item.id, (0, 0)), [])
            found += split_item(item, shares)
            _take(shares, item.quantity)
        return tuple(found)


def _take(shares: list[Share], units: int) -> None:
    """Take off what one line has, so that the next line of the same product has the rest."""
    while shares and units:
        taken = min(units, shares[0].units)
        units -= taken
        rest = shares[0].units - taken
        if rest:
            shares[0] = Share(rest, shares[0].destination)
        else:
            del shares[0]


def read_packages(metas: Mapping[str, Any], billing: wire.Address) -> Packages:
    """The packages of an order; nothing where they all go to one address."""
    places: dict[Address, str] = {}
    shares: dict[_Product, list[Share]] = {}
    for package in _list_values(metas.get(PACKAGES)):
        address = read_place(_read_destination(package), billing)
        key = places.setdefault(address, str(len(places) + 1))
        for each in _list_values(package.get("contents")):
            product = read_key(each.get("product_id")), read_key(each.get("variation_id"))
            units = max(read_key(each.get("quantity")), 0)
            shares.setdefault(product, []).append(Share(units, key))
    if len(places) <= 1:
        return Packages()
    return Packages(
        destinations=tuple(Destination(key=key, ship_to=place) for place, key in places.items()),
        shares=shares,
    )


def read_line_addresses(
    lines: Sequence[wire.Line], own: Address, shipping: wire.Address, billing: wire.Address
) -> Packages:
    """The addresses that lines name; nothing where all go to the order's own, which is `own` as it
    is exported and `shipping` as the shop sends it.
    """
    if not any(meta.key in LINE_MARKS for line in lines for meta in wire.read_list(line.meta_data)):
        return Packages()
    places = {read_place(shipping, billing): _OWN}
    goals = {str(line.id): _read_line_goal(line, billing, places) for line in lines}
    if set(goals.values()) == {_OWN}:
        return Packages()
    used = {key: place for place, key in places.items() if key in goals.values()}
    return Packages(
        destinations=tuple(
            Destination(key=key, ship_to=own if key == _OWN else place)
            for key, place in (used or {_OWN: own}).items()
        ),
        lines=goals,
    )


def _read_line_goal(line: wire.Line, billing: wire.Address, places: dict[Address, str]) -> str:
    """The key of a line's address, which joins `places` where it is new."""
    metas = {
        meta.key: meta.value
        for meta in wire.read_list(line.meta_data)
        if isinstance(meta.key, str) and meta.key in LINE_MARKS
    }
    if not metas:
        return _OWN
    stated = metas.get(_LINE_ADDRESS)
    entries = list(stated.items()) if isinstance(stated, dict) else []
    if len(entries) != 1 or not isinstance(entries[0][1], dict):
        return _UNKNOWN
    name, entry = entries[0]
    fields = next((entry[key] for key in _LINE_ADDRESS_NAMES if key in entry), None)
    if not isinstance(fields, dict) or not any(fields.values()):
        return _UNKNOWN
    return places.setdefault(read_place(_read_fields(fields), billing), f"line-{name}")


def _list_values(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a PHP array, which is a list or an object in JSON."""
    values = value.values() if isinstance(value, dict) else value
    for each in values if isinstance(value, list | dict) else ():
        if isinstance(each, dict):
            yield each


def _read_destination(package: Mapping[str, Any]) -> wire.Address:
    stated = package.get("destination")
    return _read_fields(stated if isinstance(stated, dict) else {})


def _read_fields(stated: Mapping[str, Any]) -> wire.Address:
    """An address of a plugin; some versions write its fields with the checkout's prefix."""
    named = {name.removeprefix("shipping_"): value for name, value in stated.items()}
    texts = {name: value for name, value in named.items() if isinstance(value, str | int)}
    known = {name: value for name, value in texts.items() if name in _ADDRESS}
    # The cart's own packages, before an address was chosen, have one line under another name.
    known.setdefault("address_1", texts.get("address", ""))
    return msgspec.convert(known, wire.Address)
