"""Who bought and where it is sent, from the parts that Shopify gives; and whether it withholds
them. Pure.
"""

from __future__ import annotations

from functools import lru_cache

from connectors.orders import Address, Customer
from connectors.reading.countries import find_country
from connectors.reading.fields import FieldError
from connectors.reading.regions import write_region
from connectors.shopify.mapping import wire

WITHHELD = (
    "none, nor any name, e-mail or phone of the buyer. If Shopify's admin shows them, Shopify"
    " withholds them from this app: on its lowest plans custom apps do not get them, on the others"
    " access to protected customer data has to be granted in the Dev Dashboard"
)


def _strip(value: str | None) -> str:
    return (value or "").strip()


_country = lru_cache(maxsize=1024)(find_country)


def read_address(address: wire.Address | None, *, email: str, phone: str) -> Address:
    """An address with whatever parts it has.

    The name is put together from its parts if the whole is missing.
    """
    if address is None:
        return Address(email=email, phone=phone)
    name = _strip(address.name) or " ".join(
        part for part in (_strip(address.first_name), _strip(address.last_name)) if part
    )
    country = _country(address.country_code or "") or _country(address.country or "")
    return Address(
        name=name or _strip(address.company),
        company=_strip(address.company),
        line1=_strip(address.address1),
        line2=_strip(address.address2),
        city=_strip(address.city),
        region=write_region(_strip(address.province_code), country, _strip(address.province)),
        postal_code=_strip(address.zip),
        country=country,
        phone=_strip(address.phone) or phone,
        email=_strip(address.email) or email,
    )


def read_customer(order: wire.Order) -> Customer:
    """The buyer, with both addresses; a missing name or e-mail address is taken from the next best
    place.
    """
    person = order.customer
    email = (
        _strip(order.email) or _strip(order.contact_email) or _strip(person.email if person else "")
    )
    phone = _strip(order.phone) or _strip(person.phone if person else "")
    # `require_address` decides what may be shipped; an order that is over, or digital, is exported
    # with whatever address it has.
    ship_to = read_address(
        order.shipping_address or order.billing_address, email=email, phone=phone
    )
    bill_to = read_address(
        order.billing_address or order.shipping_address, email=email, phone=phone
    )
    if not bill_to.name and person is not None:
        name = " ".join(
            part for part in (_strip(person.first_name), _strip(person.last_name)) if part
        )
        bill_to = (
            Address(name=name, email=email, phone=phone)
            if order.billing_address is None and order.shipping_address is None
            else bill_to
        )
    code = email or (str(person.id) if person and person.id else "")
    return Customer(code=code, bill_to=bill_to, ship_to=ship_to)


def _has_place(address: wire.Address | None) -> bool:
    return address is not None and any(
        _strip(part)
        for part in (address.name, address.last_name, address.address1, address.city, address.zip)
    )


def lacks_buyer(order: wire.Order) -> bool:
    """Whether nothing at all is known of the buyer: Shopify empties these fields for apps that may
    not see personal data.
    """
    person = order.customer
    known = (
        order.email,
        order.contact_email,
        order.phone,
        *((person.email, person.first_name, person.last_name) if person else ()),
    )
    return (
        not any(_strip(part) for part in known)
        and not _has_place(order.billing_address)
        and not _has_place(order.shipping_address)
    )


def require_address(order: wire.Order, lines: int) -> None:
    """Raise `FieldError` unless there is an address to ship `lines` lines to; the error says
    whether Shopify withholds it or it was never given.
    """
    if _has_place(order.shipping_address):
        return
    why = WITHHELD if lacks_buyer(order) else "none; give the order one in Shopify"
    raise FieldError(
        "shipping_address",
        f"an address, because {lines} of its lines are to be shipped",
        order.shipping_address,
        shown=why,
    )
