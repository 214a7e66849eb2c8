"""The `Link` header, by which many APIs name the next page."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.upstream.response import Reply, find_next_link


@pytest.mark.parametrize(
    ("headers", "url"),
    [
        ([], None),
        (['<https://a.example/o?page=2>; rel="next"'], "https://a.example/o?page=2"),
        (
            ['<https://a.example/o?page=1>; rel="prev", <https://a.example/o?a=1,2;3>; rel="next"'],
            "https://a.example/o?a=1,2;3",
        ),
        (
            ["<https://a.example/p>; rel=prev", "</o?page=3>; rel=next"],
            "https://a.example/o?page=3",
        ),
        (['<https://a.example/x>; title="a, b; rel=next"; rel="prev"'], None),
        (['<https://a.example/x>; rel="last next"'], "https://a.example/x"),
        (['<https://a.example/x>; rel="nextish"'], None),
        (["nonsense"], None),
    ],
)
def test_the_next_link_of_a_header(headers: list[str], url: str | None) -> None:
    reply = Reply(
        status=200,
        url="https://a.example/o",
        headers=CIMultiDictProxy(CIMultiDict([("link", header) for header in headers])),
    )
    assert find_next_link(reply) == url


@given(st.text(max_size=200))
def test_any_link_header_is_read_without_harm(header: str) -> None:
    reply = Reply(
        status=200,
        url="https://a.example/o",
        headers=CIMultiDictProxy(CIMultiDict([("link", header)])),
    )
    assert find_next_link(reply) is None or "next" in header.lower()
