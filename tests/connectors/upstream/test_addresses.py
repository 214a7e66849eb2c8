"""Where requests may go: the shop's own host, a redirect that stays there, and nowhere else."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import (
    RefusedError,
)
from connectors.testing.faults import Answer
from connectors.upstream.addresses import Target
from connectors.upstream.auth.auth import BasicAuth
from tests.connectors.upstream.echo import EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


async def test_a_read_follows_a_redirect_on_the_same_host_with_its_credentials(
    shop: EchoShop,
) -> None:
    shop.faults.add(Answer(301, "", headers={"Location": "/new/orders?page=2"}))
    async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
        assert (await upstream.get("orders")).url == f"{shop.url}/new/orders?page=2"
    assert [("Authorization" in seen.headers) for seen in shop.requests] == [True, True]


async def test_a_redirect_to_another_host_is_told_and_not_followed(shop: EchoShop) -> None:
    async with EchoShop() as other:
        shop.faults.add(
            Answer(302, "", headers={"Location": f"{other.url}/login?token=1"}), times=None
        )
        async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
            for call in (upstream.get("orders"), upstream.write("PUT", "orders/1", json={})):
                with pytest.raises(
                    RefusedError, match=f"redirects to {other.url}/login, which"
                ) as caught:
                    await call
                assert "token" not in str(caught.value)
    assert other.requests == []


async def test_a_link_or_redirect_that_brings_a_login_of_its_own_is_told_and_not_asked(
    shop: EchoShop,
) -> None:
    address = shop.url.replace("://", "://eve:pass-word@") + "/orders?page=2"
    shop.faults.add(Answer(302, "", headers={"Location": address}))
    async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
        for path, words in ((address, "holds a user name or password"), ("orders", "redirects to")):
            with pytest.raises(RefusedError, match=words) as caught:
                await upstream.get(path)
            assert "pass-word" not in str(caught.value)
    assert [seen.path for seen in shop.requests] == ["/api/orders"]


@pytest.mark.parametrize("status", [301, 302, 307, 308])
async def test_a_write_is_never_redirected(shop: EchoShop, status: int) -> None:
    shop.faults.add(Answer(status, "", headers={"Location": "/elsewhere"}))
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError, match="redirects to /elsewhere"):
            await upstream.write("PUT", "orders/1", json={})
    assert len(shop.requests) == 1


async def test_a_search_by_post_follows_only_redirects_that_keep_its_body(shop: EchoShop) -> None:
    shop.faults.add(
        Answer(308, "", headers={"Location": "/new"}),
        Answer(301, "", headers={"Location": "/new"}),
        path="search",
    )
    async with asking(shop) as upstream:
        await upstream.query("search", {"q": 1})
        with pytest.raises(RefusedError):
            await upstream.query("search", {"q": 1})
    assert [(seen.method, seen.path, seen.body) for seen in shop.requests[:2]] == [
        ("POST", "/api/search", b'{"q":1}'),
        ("POST", "/new", b'{"q":1}'),
    ]


async def test_a_redirect_loop_ends(shop: EchoShop) -> None:
    shop.faults.add(Answer(301, "", headers={"Location": "/again"}), times=None)
    async with asking(shop) as upstream:
        with pytest.raises(RefusedError, match="redirects this request more than 5 times"):
            await upstream.get("orders")
    assert len(shop.requests) == 6


async def test_another_host_is_asked_only_if_it_is_allowed(shop: EchoShop) -> None:
    async with EchoShop() as other:
        async with asking(shop, auth=BasicAuth("key", "secret")) as upstream:
            with pytest.raises(RefusedError, match="lies on another host"):
                await upstream.get(f"{other.url}/orders")
        async with asking(shop, allowed_hosts=[other.url.removeprefix("http://")]) as upstream:
            assert (await upstream.get(f"{other.url}/orders")).status == 200
    assert len(other.requests) == 1


@pytest.mark.parametrize(
    ("base", "path", "result"),
    [
        ("https://a.example", "orders", "https://a.example/orders"),
        ("https://a.example/shop/", "/orders", "https://a.example/shop/orders"),
        ("https://a.example/shop?k=1", "orders?x=2", "https://a.example/shop/orders?k=1&x=2"),
        ("https://a.example", "orders/a b", "https://a.example/orders/a%20b"),
        ("https://a.example", "orders/a%2Fb", "https://a.example/orders/a%2Fb"),
        ("https://a.example/shop", "", "https://a.example/shop/"),
        ("https://a.example", "https://a.example:443/x", "https://a.example:443/x"),
        ("http://a.example", "https://a.example/x", "https://a.example/x"),
        ("https://a.example", "http://a.example/x", None),
        ("https://a.example", "https://a.example.evil/x", None),
        ("https://a.example", "https://a.example@evil/x", None),
        ("https://a.example", "//evil/x", None),
        ("https://a.example", "ftp://a.example/x", None),
        ("https://a.example", "orders/../../x", None),
        ("https://a.example:8443", "https://a.example/x", None),
    ],
)
def test_where_a_path_leads(base: str, path: str, result: str | None) -> None:
    if result is None:
        with pytest.raises(RefusedError):
            Target(base).url(path)
    else:
        assert Target(base).url(path) == result


@pytest.mark.parametrize(
    ("here", "location", "result"),
    [
        ("https://a.example/x", "https://www.a.example/x", "https://www.a.example/x"),
        ("http://a.example/x", "https://a.example/x", "https://a.example/x"),
        ("https://a.example/x", "http://a.example/x", None),
        ("https://a.example/x", "https://b.example/x", None),
        ("https://a.example/x", "https://evil-a.example/x", None),
        ("https://a.example/x", "javascript:alert(1)", None),
        ("https://a.example/x", "", None),
    ],
)
def test_where_a_redirect_may_lead(here: str, location: str, result: str | None) -> None:
    assert Target("https://a.example").redirect(here, location) == result


@given(st.text(max_size=60))
def test_no_path_leaves_the_shop(path: str) -> None:
    try:
        url = Target("https://a.example/shop").url(path)
    except (RefusedError, ValueError):
        return
    assert url.startswith(("https://a.example/", "https://a.example:443/"))
