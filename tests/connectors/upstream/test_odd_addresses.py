"""An address that is none, in whatever a shop sends, is an error that says so."""

from __future__ import annotations

from collections.abc import AsyncIterator
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.errors import ConnectorError, RefusedError, UnreadableResponseError
from connectors.testing.faults import Answer
from connectors.testing.trial import failure
from connectors.upstream.addresses import Target
from connectors.upstream.masking import MASK, Mask
from connectors.upstream.response import Reply, find_next_link
from tests.connectors.upstream.echo import EchoShop, asking

NO_ADDRESSES = (
    "http://[",
    "http://x:99999999/",
    "https://a:b/",
    "//[",
    "http://\u2100/",
    "http://[::1%25x]/",
    "http://127.0.0.1:-1/",
)
TEXTS = (
    st.sampled_from(NO_ADDRESSES)
    | st.text()
    | st.text("htps:/[]@%.ab19\u2100?#").map("http://".__add__)
)


@pytest.fixture
async def shop() -> AsyncIterator[EchoShop]:
    async with EchoShop() as running:
        yield running


@pytest.mark.parametrize("location", NO_ADDRESSES)
async def test_a_redirect_to_no_address_is_told_and_not_followed(
    shop: EchoShop, location: str
) -> None:
    shop.faults.add(Answer(302, "", headers={"Location": location}), times=None)
    async with asking(shop) as upstream:
        error = await failure(upstream.get("orders"), RefusedError)
    assert "which cannot be followed here" in str(error)
    assert len(shop.requests) == 1


@given(TEXTS)
@example("//[")
def test_any_text_is_an_address_or_an_error(text: str) -> None:
    target = Target("https://shop.example/api")
    assert isinstance(target.redirect("https://shop.example/api/orders", text), str | None)
    headers = CIMultiDictProxy(CIMultiDict({"Link": f'<{text}>; rel="next"'}))
    reply = Reply(status=200, url="https://shop.example/", headers=headers)
    for attempt in (partial(target.url, text), partial(find_next_link, reply)):
        try:
            attempt()
        except ConnectorError as error:
            assert str(error)  # noqa: PT017 - that nothing else is raised is the promise
    assert isinstance(Mask().url(text), str)


@pytest.mark.parametrize("place", ["http://[", "//["])
def test_a_next_page_at_no_address_does_not_pass_for_the_last_one(place: str) -> None:
    headers = CIMultiDictProxy(CIMultiDict({"Link": f'<{place}>; rel="next"'}))
    with pytest.raises(UnreadableResponseError, match="expected the address of the next page"):
        find_next_link(Reply(status=200, url="https://shop.example/", headers=headers))


def test_of_what_is_no_address_nothing_is_shown() -> None:
    assert Mask().url("http://[user:pass@x") == MASK
