"""Parts of a WooCommerce order that fail, are cut short or odd: refunds, products, side fields."""

from __future__ import annotations

from typing import Any

from aiohttp import web

from connectors.testing.faults import Answer
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from connectors.testing.shops.woocommerce.rendering import product_id
from tests.world.catalog import Catalog
from tests.world.lies import BROKEN, Liar, drop_query
from tests.world.woocommerce.anatomy import WooCommerceAnatomy

QUIRKS = Catalog()
Shop = Liar[FakeWooCommerceShop]
_IS = WooCommerceAnatomy()


def _refund(liar: Shop, places: slice) -> set[str]:
    """One of two pieces of these orders was paid back."""
    found = liar.pick_ids(places)
    for number in found:
        liar.book[number].lines[0].refunded = 1
    return found


def _is_refunds(seen: SeenRequest) -> bool:
    return seen.path.endswith("/refunds")


def _break_refunds(liar: Shop, broken: set[str]) -> set[str]:
    """Lists that hold them fail too."""

    def is_hit(seen: SeenRequest) -> bool:
        own = any(seen.path.endswith(f"/orders/{one}/refunds") for one in broken)
        return own or seen.path.endswith("/v3/refunds")

    liar.answer(BROKEN, is_hit)
    return broken


@QUIRKS.add()
def refunds_of_an_order_fail(liar: Shop) -> set[str]:
    return _break_refunds(liar, {max(_refund(liar, slice(0, 5)), default="")} - {""})


@QUIRKS.add()
def refunds_of_the_only_such_order_fail(liar: Shop) -> set[str]:
    return _break_refunds(liar, _refund(liar, slice(1, 2)))


@QUIRKS.add()
def all_refunds_fail(liar: Shop) -> set[str]:
    """They may be the orders' own fault, however many: the shop lists orders."""
    liar.answer(BROKEN, _is_refunds)
    return _refund(liar, slice(0, None))


@QUIRKS.add(fails="the shop answered 500")
def the_shop_goes_down_at_the_first_refunds(liar: Shop) -> set[str]:
    _refund(liar, slice(0, None))
    return liar.go_down(_is_refunds)


@QUIRKS.add(fails="refunds")
def refunds_are_forbidden(liar: Shop) -> set[str]:
    _refund(liar, slice(0, 4))
    said = '{"code":"woocommerce_rest_cannot_view","message":"Sorry, you cannot view."}'
    return liar.answer(Answer(403, said), _is_refunds)


@QUIRKS.add()
def refunds_are_capped(liar: Shop) -> set[str]:
    _refund(liar, slice(0, 6))
    return liar.change(lambda told, _: told.__delitem__(slice(2, None)), _is_refunds)


def _is_products(seen: SeenRequest) -> bool:
    return seen.path.endswith("/products")


@QUIRKS.add()
def a_product_fails(liar: Shop) -> set[str]:
    broken = str(product_id("S1"))
    return liar.answer(
        BROKEN,
        lambda seen: _is_products(seen) and broken in seen.query.get("include", "").split(","),
    )


@QUIRKS.add(fails=r"/products: the shop answered 500")
def all_products_fail(liar: Shop) -> set[str]:
    return liar.answer(BROKEN, _is_products)


@QUIRKS.add()
def products_are_capped(liar: Shop) -> set[str]:
    return liar.change_query(lambda query: query.update(per_page="2"), _is_products)


@QUIRKS.add()
def products_ignore_what_is_asked_for(liar: Shop) -> set[str]:
    return drop_query(liar, _is_products, "include")


@QUIRKS.add()
def products_are_null_or_odd(liar: Shop) -> set[str]:
    def spoil(told: Any, _response: web.Response) -> None:
        told[:1] = [None]
        for product in told[1:2]:
            product |= {"weight": {}, "dimensions": "none"}

    return liar.change(spoil, _is_products)


@QUIRKS.add()
def units_cannot_be_read(liar: Shop) -> set[str]:
    return liar.answer(BROKEN, lambda seen: "/settings/" in seen.path)


@QUIRKS.add()
def notes_fail(liar: Shop) -> set[str]:
    return liar.answer(BROKEN, lambda seen: seen.path.endswith("/notes"))


@QUIRKS.add()
def side_fields_are_odd(liar: Shop) -> set[str]:
    odd = {"coupon_lines": "none", "meta_data": {}, "customer_id": [], "payment_method": 7}

    def spoil(told: Any, _response: web.Response) -> None:
        for row in _IS.find_rows(told):
            row.update(odd)

    return liar.change(spoil, _IS.is_whole)
