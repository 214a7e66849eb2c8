"""ShipStation's own webhooks at the public listener: a secret in the path is the login, and no log
shows it.
"""

from __future__ import annotations

import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from proxy.telemetry.masking import mask_target, mask_text
from tests.server.stall import Stall, open_front

SECRET = "a-secret-of-thirty-two-letters-x"
MESSAGE = {
    "resource_url": "https://ssapi.shipstation.com/shipments?storeID=1&batchId=7",
    "resource_type": "SHIP_NOTIFY",
}


@pytest.fixture
async def front(stall: Stall, tmp_path: Path) -> AsyncIterator[str]:
    """Portside's address. ShipStation does not answer, so that its jobs change nothing."""
    account = {
        "api_key": "key",
        "api_secret": "secret",
        "store_id": 7,
        "url": "http://127.0.0.1:9",
        "webhooks": {"address": "https://portside.example", "secret": SECRET},
    }
    async with open_front(stall, tmp_path, store={"account": account}) as portside:
        yield f"http://{portside.public}"


async def tell(client: ClientSession, url: str, body: object = MESSAGE) -> int:
    async with client.post(url, json=body) as answer:
        return answer.status


@pytest.mark.parametrize(
    ("body", "status", "event"),
    [
        (MESSAGE, 200, "SHIP_NOTIFY"),
        ({**MESSAGE, "resource_type": "FULFILLMENT_SHIPPED"}, 200, "FULFILLMENT_SHIPPED"),
        ({**MESSAGE, "resource_type": "FULFILLMENT_REJECTED"}, 200, None),
        ({"resource_url": "https://ssapi.shipstation.com/orders"}, 400, None),
        (["SHIP_NOTIFY"], 400, None),
        ({"resource_type": "x" * 300_000}, 413, None),
        ({"resource_type": "x" * 200_000}, 200, None),
    ],
)
async def test_a_message_with_the_right_secret_is_answered_at_once(
    front: str, client: ClientSession, log: io.StringIO, body: object, status: int, event: str
) -> None:
    assert await tell(client, f"{front}/shipstation/north/{SECRET}", body) == status
    assert ("A webhook of ShipStation was heard." in log.getvalue()) is (event is not None)
    assert SECRET not in log.getvalue()


async def test_a_wrong_secret_is_not_found_and_counts_as_a_failed_login(
    front: str, client: ClientSession, log: io.StringIO
) -> None:
    wrong = "another-secret-of-thirty-letters"
    assert await tell(client, f"{front}/shipstation/nowhere/{SECRET}") == 404
    assert "Login refused." not in log.getvalue()
    statuses = [
        await tell(client, f"{front}/shipstation/north/{wrong}"),
        *[await tell(client, f"{front}/shipstation/north/{SECRET[:-1]}{n}") for n in range(2)],
    ]
    assert statuses == [404] * 3
    assert "Login refused." in log.getvalue()
    # The right one is never held up by the wrong ones.
    assert await tell(client, f"{front}/shipstation/north/{SECRET}") == 200
    for text in (wrong, SECRET[:-1]):
        assert text not in log.getvalue()


@pytest.mark.parametrize("settings", [{}, {"account": {"api_key": "k", "api_secret": "s"}}])
async def test_a_store_that_does_not_listen_answers_like_one_that_is_told_a_wrong_secret(
    stall: Stall, tmp_path: Path, client: ClientSession, settings: dict[str, object]
) -> None:
    async with open_front(stall, tmp_path, store=settings) as portside:
        for secret in (SECRET, "-"):
            url = f"http://{portside.public}/shipstation/north/{secret}"
            assert await tell(client, url) == 404


@pytest.mark.parametrize(
    "path", ["/shipstation/north/{}/", "//shipstation//north//{}", "/ShipStation/n/x/{}?a={}"]
)
async def test_a_secret_in_a_path_that_is_only_almost_right_is_in_no_log(
    front: str, client: ClientSession, log: io.StringIO, path: str
) -> None:
    for method in ("GET", "POST"):
        async with client.request(method, front + path.format(SECRET, SECRET)) as answer:
            assert answer.status in {404, 405}
            assert SECRET not in await answer.text()
    assert "/shipstation" in log.getvalue().lower()
    assert SECRET not in log.getvalue()
    assert SECRET not in mask_target(path.format(SECRET, SECRET), ())
    assert SECRET not in mask_text(f"POST https://portside.example{path.format(SECRET, '')} gone")


@pytest.mark.parametrize(
    "body",
    [
        *(b"", b"\0", b"[" * 200_000, b'{"x":' * 40_000, b'{"resource_type":"\\ud800"}', b"\xff"),
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b',"resource_type":"SHIP_NOTIFY"}',
        b'{"resource_type":' + b"9" * 200_000 + b"}",
    ],
)
async def test_a_body_that_is_no_message_is_a_bad_request_even_with_the_right_secret(
    front: str, client: ClientSession, body: bytes
) -> None:
    async with client.post(f"{front}/shipstation/north/{SECRET}", data=body) as answer:
        assert answer.status == 400
        assert len(await answer.text()) < 400
