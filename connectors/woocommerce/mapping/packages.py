"""The addresses of an order that goes to several, as WooCommerce's extension Ship to Multiple
Addresses keeps them. Pure.

The extension writes a package for each address into the order's meta data, `_wcms_packages`: the
address as `destination`, and as `contents` products with quantities, without the order's lines
(its class WC_MS_API shows the same as `shipping_packages`).
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
_ADDRESS = frozenset(field.encode_name for field in msgspec.structs.fields(wire.Address))
_Product = tuple[int, int]


class Packages(msgspec.Struct, frozen=True, kw_only=True):
    """Several addresses, and what of each product and variation goes to which."""

    destinations: tuple[Destination, ...] = ()
    shares: Mapping[_Product, Sequence[Share]] = {}

    def share_items(
        self, items: Sequence[LineItem], lines: Sequence[wire.Line]
    ) -> tuple[LineItem, ...]:
        """The items, each with the address that it goes to; `lines` say their products.

        Pieces that are in no package have no address, so that nobody sends them to a wrong one.
        """
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


def _list_values(value: Any) -> Iterator[dict[str, Any]]:
    """The objects of a PHP array, which is a list or an object in JSON."""
    values = value.values() if isinstance(value, dict) else value
    for each in values if isinstance(value, list | dict) else ():
        if isinstance(each, dict):
            yield each


def _read_destination(package: Mapping[str, Any]) -> wire.Address:
    """The address of a package; older versions write its fields with the checkout's prefix."""
    stated = package.get("destination")
    named = {
        name.removeprefix("shipping_"): value
        for name, value in (stated if isinstance(stated, dict) else {}).items()
    }
    texts = {name: value for name, value in named.items() if isinstance(value, str | int)}
    known = {name: value for name, value in texts.items() if name in _ADDRESS}
    # The cart's own packages, before an address was chosen, have one line under another name.
    known.setdefault("address_1", texts.get("address", ""))
    return msgspec.convert(known, wire.Address)
