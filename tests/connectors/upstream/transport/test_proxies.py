"""Requests that must leave a network through a proxy: a real one, on loopback."""

from __future__ import annotations

import asyncio
from asyncio import StreamReader, StreamWriter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from urllib.parse import quote

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import UnavailableError
from connectors.upstream.auth.auth import NoAuth
from connectors.upstream.client import Upstream
from connectors.upstream.policy import UpstreamPolicy
from connectors.upstream.transport.proxies import find_proxy, parse_proxy
from tests.connectors.upstream.echo import QUICK, EchoShop, asking


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as shop:
        yield shop


class ForwardProxy:
    """Passes requests on as RFC 9110 has it: tunnels by CONNECT, the rest by absolute address.
    `heads` are the heads it was sent, in full.
    """

    def __init__(self, refuse: bytes = b"") -> None:
        self.heads: list[str] = []
        self._refuse = refuse
        self.port = 0

    @asynccontextmanager
    async def running(self) -> AsyncIterator[ForwardProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        async with server:
            yield self

    async def _serve(self, reader: StreamReader, writer: StreamWriter) -> None:
        with suppress(OSError, asyncio.IncompleteReadError):
            head = await reader.readuntil(b"\r\n\r\n")
            self.heads.append(head.decode())
            method, target, _ = head.split(b" ", 2)
            if self._refuse:
                writer.write(self._refuse)
            elif method == b"CONNECT":
                await self._pipe(reader, writer, target, b"")
            else:
                host, _, path = target.removeprefix(b"http://").partition(b"/")
                await self._pipe(reader, writer, host, head.replace(target, b"/" + path, 1))
        writer.close()

    async def _pipe(
        self, reader: StreamReader, writer: StreamWriter, host: bytes, first: bytes
    ) -> None:
        name, _, port = host.decode().rpartition(":")
        shop_reader, shop_writer = await asyncio.open_connection(name, int(port))
        if first:
            shop_writer.write(first)
        else:
            writer.write(b"HTTP/1.1 200 Connection established\r\n\r\n")

        async def copy(source: StreamReader, sink: StreamWriter) -> None:
            with suppress(OSError):
                while chunk := await source.read(65536):
                    sink.write(chunk)
                sink.close()

        await asyncio.gather(copy(reader, shop_writer), copy(shop_reader, writer))


EXPECTED = "expected none, environment, or a proxy like http://proxy.example:3128"


def through(choice: str) -> UpstreamPolicy:
    return msgspec.structs.replace(QUICK, attempts=1, proxy=choice)


async def test_requests_go_through_the_proxy_with_its_login(shop: EchoShop) -> None:
    async with ForwardProxy().running() as proxy:
        policy = through(f"http://me:pass%20word@127.0.0.1:{proxy.port}")
        async with asking(shop, policy=policy) as upstream:
            assert (await upstream.get("orders")).json() == {"ok": True}
            await upstream.write("POST", "orders/1", json={"a": 1})
    assert [seen.method for seen in shop.requests] == ["GET", "POST"]
    assert [head.split()[1] for head in proxy.heads] == [
        f"{shop.url}/api/orders",
        f"{shop.url}/api/orders/1",
    ]
    assert all("Proxy-Authorization: Basic bWU6cGFzcyB3b3Jk" in head for head in proxy.heads)


async def test_a_shop_behind_tls_is_reached_by_a_tunnel_and_the_login_stays_outside_of_it(
    shop: EchoShop,
) -> None:
    async with (
        ForwardProxy().running() as proxy,
        Upstream.open(
            shop.url.replace("http:", "https:"),
            auth=NoAuth(),
            policy=through(f"http://me:word@127.0.0.1:{proxy.port}"),
        ) as upstream,
    ):
        # The tunnel stands; what answers in it speaks no TLS.
        with pytest.raises(UnavailableError, match="no TLS is spoken there"):
            await upstream.get("orders")
    (head,) = proxy.heads
    assert head.startswith(f"CONNECT {shop.url.removeprefix('http://')} HTTP/1.1\r\n")
    assert "Proxy-Authorization: Basic bWU6d29yZA==" in head


async def test_a_proxy_that_refuses_or_is_not_there_is_named_and_the_shop_is_not_blamed(
    shop: EchoShop,
) -> None:
    refusal = b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n"
    async with ForwardProxy(refuse=refusal).running() as proxy:
        choice = f"http://me:secret@127.0.0.1:{proxy.port}"
        async with Upstream.open(
            "https://shop.example", auth=NoAuth(), policy=through(choice)
        ) as upstream:
            with pytest.raises(UnavailableError) as refused:
                await upstream.get("orders")
    assert "`upstream.proxy` does not lead to the shop (it answered with status 407)" in str(
        refused.value
    )
    assert "secret" not in str(refused.value)
    async with asking(shop, policy=through(choice)) as upstream:
        with pytest.raises(
            UnavailableError, match=r"no connection to `upstream.proxy` \(connection refused\)"
        ):
            await upstream.get("orders")
    assert shop.requests == []


async def test_the_environment_counts_only_where_the_settings_say_so(
    shop: EchoShop, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with ForwardProxy().running() as proxy:
        monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{proxy.port}")
        monkeypatch.setenv("no_proxy", "")
        async with asking(shop) as upstream:
            await upstream.get("orders")
        assert proxy.heads == []
        async with asking(shop, policy=through("environment")) as upstream:
            await upstream.get("orders")
        assert len(proxy.heads) == 1
        monkeypatch.setenv("no_proxy", "127.0.0.1")
        async with asking(shop, policy=through("environment")) as upstream:
            await upstream.get("orders")
        assert len(proxy.heads) == 1


def test_a_variable_that_names_no_proxy_is_told_by_its_name(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("https_proxy", "socks5://user:secret@proxy.example")
    with pytest.raises(ValueError, match="HTTPS_PROXY in the environment: expected") as refused:
        find_proxy("environment", "https://shop.example/")
    assert "secret" not in str(refused.value)


@given(st.one_of(st.text(), st.text().map("http://{}".format)))
def test_any_text_is_a_proxy_or_an_error_that_does_not_repeat_it(text: str) -> None:
    said = ""
    try:
        proxy = parse_proxy(text)
    except ValueError as error:
        said = str(error)
    else:
        assert proxy.url.host
    assert said in {"", EXPECTED}


@given(user=st.text(min_size=1), password=st.text(), port=st.integers(1, 65535))
def test_a_login_in_the_address_is_taken_out_of_it(user: str, password: str, port: int) -> None:
    try:
        proxy = parse_proxy(
            f"http://{quote(user, safe='')}:{quote(password, safe='')}@proxy.example:{port}"
        )
    except ValueError:
        return  # a login that HTTP cannot carry
    assert str(proxy.url) == f"http://proxy.example:{port}" or port == 80
    assert list(proxy.headers) == ["Proxy-Authorization"]
