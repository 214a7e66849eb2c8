"""Who bought, and where it is sent. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import msgspec

from connectors.orders import Address, Customer
from connectors.reading.countries import find_country
from connectors.reading.regions import write_region
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.regions import name_region
from connectors.woocommerce.mapping.values import read_key, read_plain, read_text

_NOWHERE = wire.Address()
_HOUSE_NUMBERS = ("house_number", "houseno", "street_number", "number")
# Under which plugins keep the buyer's tax number in the order's meta data, the likelier first.
_TAX_IDS = (
    "_billing_cpf",  # Brazilian Market on WooCommerce
    "_billing_cnpj",
    "_billing_vat_number",  # EU VAT Number since 2.3.21, and many others
    "_vat_number",  # EU VAT Number before
    "_billing_eu_vat_number",  # EU VAT Number for WooCommerce by WP Whale, Booster
    "yweu_billing_vat",  # YITH WooCommerce EU VAT
    "_billing_yweu_vat",
    "vat_number",  # EU VAT Assistant by Aelia, EU VAT Compliance
    "VAT Number",
    "billing_vat",  # German Market
    "_billing_vat",
    "_billing_vat_id",  # Germanized Pro
    "_billing_dic",  # EU/UK VAT Manager
    "_billing_piva",  # Italian plugins for electronic invoices: a company's, then a person's
    "_billing_partita_iva",
    "_billing_cf",
    "_billing_codice_fiscale",
    "_billing_nif",  # WC - APG NIF/CIF/NIE Field
    "_billing_cuit",  # Argentina
    "_billing_gstin",  # India
)
_SHIPPING_TAX_IDS = ("_shipping_cpf", "_shipping_cnpj", "_shipping_vat_id", "_shipping_nif")
_KNOWN_TAX_IDS = frozenset((*_TAX_IDS, *_SHIPPING_TAX_IDS))
METAS = frozenset(
    f"_{kind}_{key}"
    for kind in ("billing", "shipping")
    for key in (*_HOUSE_NUMBERS, "house_number_suffix", "neighborhood")
).union(_KNOWN_TAX_IDS)
"""The order's meta data that is read here."""
# Where a comma stands between street and house number.
_COMMA = frozenset({"BR", "PT", "IT", "ES"})


def read_customer(order: wire.Order, metas: Mapping[str, Any]) -> Customer:
    """The buyer with both addresses; `metas` is the order's meta data, in which plugins keep house
    number and tax number.
    """
    billing = read_billing(order)
    shipping = find_shipping(order)
    bill_to = _read_address(billing, billing, metas, "billing")
    ship_to = (
        bill_to if shipping is billing else _read_address(shipping, billing, metas, "shipping")
    )
    if not _KNOWN_TAX_IDS.isdisjoint(metas):
        bill_to = _add_tax_id(bill_to, metas, _TAX_IDS)
        ship_to = bill_to if shipping is billing else _add_tax_id(ship_to, metas, _SHIPPING_TAX_IDS)
    buyer = read_key(order.customer_id)
    return Customer(
        code=bill_to.email or (str(buyer) if buyer else ""), bill_to=bill_to, ship_to=ship_to
    )


def read_billing(order: wire.Order) -> wire.Address:
    """The buyer's address as the shop sends it, empty where it sends none."""
    return order.billing if isinstance(order.billing, wire.Address) else _NOWHERE


def find_shipping(order: wire.Order) -> wire.Address:
    """The address that the order goes to, as the shop sends it.

    WooCommerce leaves the shipping address empty, or without a street, where the buyer ships to the
    billing address: WC_Order::has_shipping_address() asks for a street line.
    """
    billing = read_billing(order)
    shipping = order.shipping if isinstance(order.shipping, wire.Address) else _NOWHERE
    return billing if not _has_street(shipping) and _is_place(billing) else shipping


def read_place(place: wire.Address, billing: wire.Address) -> Address:
    """An address that stands by itself, without what plugins keep beside the order's own."""
    return _read_address(place, billing, {}, "shipping")


def _has_street(address: wire.Address) -> bool:
    return bool(read_text(address.address_1) or read_text(address.address_2))


def _is_place(address: wire.Address) -> bool:
    """Whether a parcel could be sent to this address."""
    return any(
        map(read_text, (address.address_1, address.address_2, address.city, address.postcode))
    )


def _read_address(
    place: wire.Address, billing: wire.Address, metas: Mapping[str, Any], kind: str
) -> Address:
    """An address. The e-mail address, and where they are missing name, phone and country, are taken
    from billing; the country only where the state does not lie in another one.
    """
    company = read_plain(place.company)
    stated = read_text(place.country)
    if not stated and read_text(place.state) in {"", read_text(billing.state)}:
        stated = read_text(billing.country)
    country = _read_country(stated)
    second = read_plain(place.address_2)
    district = read_plain(place.neighborhood) or read_plain(metas.get(f"_{kind}_neighborhood"))
    return Address(
        name=_read_name(place) or company or _read_name(billing),
        company=company,
        line1=_read_street(place, metas, kind, country),
        line2=", ".join(filter(None, [second, district])) if district not in second else second,
        city=read_plain(place.city),
        region=write_region(name_region(read_plain(place.state), country), country),
        postal_code=read_text(place.postcode),
        country=country,
        phone=read_text(place.phone) or read_text(billing.phone),
        email=read_text(billing.email),
        tax_id=read_text(place.cpf) or read_text(place.cnpj) or read_text(place.vat_id),
    )


def _add_tax_id(address: Address, metas: Mapping[str, Any], keys: Sequence[str]) -> Address:
    """The address with a tax number that a plugin keeps in the meta data."""
    if address.tax_id:
        return address
    found = next(filter(None, (read_plain(metas.get(key)) for key in keys)), "")
    return msgspec.structs.replace(address, tax_id=found) if found else address


def _read_street(place: wire.Address, metas: Mapping[str, Any], kind: str, country: str) -> str:
    """The street with its house number, which plugins keep apart: Brazilian Market on WooCommerce
    in the address itself or in the order's meta data, MyParcel, PostNL and common snippets in the
    latter.
    """
    street = read_plain(place.address_1)
    number = read_plain(place.number)
    if not number and metas:
        found = (read_plain(metas.get(f"_{kind}_{key}")) for key in _HOUSE_NUMBERS)
        number = next(filter(None, found), "")
        suffix = read_plain(metas.get(f"_{kind}_house_number_suffix"))
        number = f"{number}{suffix and ' '}{suffix}" if number else ""
    if not number or not street or number in street:
        return street
    return f"{street}, {number}" if country in _COMMA else f"{street} {number}"


def _read_name(place: wire.Address) -> str:
    return f"{read_plain(place.first_name)} {read_plain(place.last_name)}".strip()


@lru_cache(maxsize=512)
def _read_country(value: str) -> str:
    """WooCommerce stores ISO codes, but importers have left names of countries there."""
    return find_country(value)
