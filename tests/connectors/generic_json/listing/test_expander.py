"""Orders whose details and parts stand elsewhere are made whole."""

from aiohttp import web

from connectors.orders import Order, RejectedOrder
from connectors.testing.shops.json_shop import answer
from tests.connectors.generic_json.listing.walk import make_page, walk_list
from tests.connectors.generic_json.shops import TinyShop, order


async def test_an_order_in_summary_is_fetched_whole() -> None:
    summaries = make_page({"id": 1}, {"id": 2}, {"id": 3})
    answers = {
        "GET /api/orders": summaries,
        "GET /api/orders/1": {"order": order(1)},
        "GET /api/orders/3": {"order": order(3)},
    }
    changes = {
        "orders": {"detail": {"request": "api/orders/{{ order.id }}", "item": "order"}},
        "limits": {"concurrency": 2},
    }
    async with TinyShop(answers) as shop:
        first, second, third = sorted(await walk_list(shop, changes), key=lambda each: each.id)
        assert isinstance(first, Order)
        assert isinstance(second, RejectedOrder)
        assert "404" in second.reason
        assert isinstance(third, Order)
        assert shop.most_open <= 2


async def test_links_in_an_order_are_followed_page_by_page_and_not_to_other_hosts() -> None:
    async with TinyShop({}) as shop:
        shop.answers = {
            "GET /api/orders": make_page(
                order(1, lines=None, links={"lines": f"{shop.url}/lines"})
            ),
            "GET /lines": {"items": [order()["lines"][0]], "more": f"{shop.url}/lines2"},
            "GET /lines2": {"items": [{**order()["lines"][0], "id": "L2"}], "more": None},
        }
        changes = {
            "orders": {
                "expand": {"lines": {"follow": "links.lines", "take": "items", "next": "more"}}
            }
        }
        (whole,) = await walk_list(shop, changes)
        assert isinstance(whole, Order)
        assert [item.id for item in whole.items] == ["L1", "L2"]
        shop.answers["GET /api/orders"] = make_page(
            order(1, links={"lines": "http://evil.example/lines"})
        )
        (refused,) = await walk_list(shop, changes)
        assert isinstance(refused, RejectedOrder)
        assert "another host" in refused.reason


async def test_parts_of_lines_are_fetched_once_while_they_are_remembered() -> None:
    lines = [
        {**order()["lines"][0], "id": f"L{number}", "product": number % 2} for number in range(4)
    ]
    answers = {
        "GET /api/orders": make_page(order(1, lines=lines), order(2, lines=lines)),
        "GET /products/*": {"pic": "https://x.example/p.png"},
    }
    answers = {
        **answers,
        "GET /products/0": {"pic": "https://x.example/0.png"},
        "GET /products/1": {"pic": "https://x.example/1.png"},
    }
    changes = {
        "orders": {
            "expand": {
                "goods": {"each": "lines", "request": "products/{{ item.product }}", "cache": "1h"}
            }
        },
        "map": {"items": {"image_url": "goods.pic"}},
        "limits": {"concurrency": 1},
    }
    async with TinyShop(answers) as shop:
        first, _ = await walk_list(shop, changes)
        assert isinstance(first, Order)
        assert [item.image_url[-5:] for item in first.items] == ["0.png", "1.png", "0.png", "1.png"]
        assert shop.count("GET", "/products/") <= 4


async def test_records_are_fetched_in_batches_for_a_whole_page() -> None:
    async def products(request: web.Request) -> web.Response:
        return answer(
            {
                "products": [
                    {"sku": sku, "pic": f"https://x.example/{sku}.png"}
                    for sku in request.query["skus"].split(",")
                ]
            }
        )

    lines = [{**order()["lines"][0], "id": sku, "sku": sku} for sku in "ABC"]
    orders = make_page(order(1, lines=lines[:2]), order(2, lines=lines[1:]))
    goods = {"ids": "lines[].sku", "batch": 2, "take": "products", "key": "sku", "cache": "1h"}
    request = {"path": "products", "query": {"skus": "{{ ids | join_text(',') }}"}}
    changes = {
        "orders": {"expand": {"goods": {**goods, "request": request}}},
        "map": {"items": {"image_url": "get(root().goods, sku).pic"}},
    }
    async with TinyShop({"GET /api/orders": orders, "GET /products": products}) as shop:
        first, second = await walk_list(shop, changes)
        assert isinstance(first, Order)
        assert isinstance(second, Order)
        assert [item.image_url[-5:] for item in (*first.items, *second.items)] == [
            "A.png",
            "B.png",
            "B.png",
            "C.png",
        ]
        assert shop.count("GET", "/products") == 2


async def test_an_order_whose_ids_cannot_be_read_costs_no_other_order_of_its_page() -> None:
    odd = [{**order()["lines"][0], "sku": {"code": "A"}}]
    changes = {
        "orders": {
            "expand": {
                "goods": {
                    "ids": "lines[].sku",
                    "request": {"path": "products", "query": {"skus": "{{ ids }}"}},
                    "key": "sku",
                }
            }
        }
    }
    answers = {
        "GET /api/orders": make_page(order(1, lines=odd), order(2)),
        "GET /products": [{"sku": "A"}],
    }
    async with TinyShop(answers) as shop:
        held, sound = sorted(await walk_list(shop, changes), key=lambda each: each.id)
    assert isinstance(sound, Order)
    assert isinstance(held, RejectedOrder)
    assert held.reason == "'lines[].sku': expected text, found an object."


async def test_a_record_whose_key_cannot_be_read_holds_the_orders_that_need_it() -> None:
    goods = {
        "ids": "lines[].sku",
        "request": {"path": "products", "query": {"skus": "{{ ids }}"}},
        "key": "sku",
    }
    answers = {"GET /api/orders": make_page(order(1)), "GET /products": [{"sku": {"code": "A"}}]}
    async with TinyShop(answers) as shop:
        (held,) = await walk_list(shop, {"orders": {"expand": {"goods": goods}}})
    assert isinstance(held, RejectedOrder)
    assert held.reason == "'sku': expected text, found an object."
