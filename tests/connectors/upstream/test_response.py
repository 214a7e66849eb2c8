"""The answer: exact, told apart from web pages, and never at the price of a hang."""

from __future__ import annotations

import contextlib
import gzip
from decimal import Decimal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.errors import ConnectorError, UnavailableError, UnreadableResponseError
from connectors.reading.formats.json_values import LARGE, decode_slices
from connectors.reading.tolerant import read_tolerantly
from connectors.upstream.masking import Mask
from connectors.upstream.refusals import explain_refusal, explain_unusable, read_code, read_words
from connectors.upstream.response import Reply, unpack


def reply(content: bytes, kind: str = "application/json", status: int = 200) -> Reply:
    return Reply(
        status=status,
        content=content,
        headers=CIMultiDictProxy(CIMultiDict({"Content-Type": kind})),
        where="GET x",
    )


@given(
    st.binary(max_size=300),
    st.sampled_from(["application/json", "text/html", "text/plain", ""]),
    st.integers(100, 599),
)
def test_any_answer_is_judged_in_one_line(content: bytes, kind: str, status: int) -> None:
    answer = reply(content, kind, status)
    for error in (
        explain_refusal(answer, Mask()),
        explain_unusable(answer, Mask(), read=True),
        explain_unusable(answer, Mask(), read=False),
    ):
        assert error is None or "\n" not in str(error)
    assert len(read_words(answer, Mask())) <= 200
    assert len(read_code(answer, Mask())) <= 100
    with contextlib.suppress(UnreadableResponseError):
        answer.json()


@pytest.mark.parametrize(
    ("content", "kind", "page"),
    [
        (b"<!DOCTYPE html><html>", "application/json", True),
        (b"\xef\xbb\xbf\n <HTML lang=en>", "", True),
        (b"<!-- a --><!-- b --><html>", "", True),
        (b"<br />\n<b>Fatal error</b>: oops", "application/json", True),
        (b"Not here", "text/html; charset=utf-8", True),
        (b'{"html": "<html>"}', "text/html", False),
        (b'<?xml version="1.0"?><order/>', "application/xml", False),
        (b"<order/>", "application/xml", False),
        (b"", "application/json", False),
        (b"[]", "application/json", False),
    ],
)
def test_web_pages_are_told_from_data(content: bytes, kind: str, page: bool) -> None:  # noqa: FBT001 - a table's column
    assert reply(content, kind).is_html is page


def test_hostile_bodies_are_judged_in_no_time() -> None:
    for content in (
        b"<!---->" * 50_000,
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"{" * 50 + b"x" * 500_000,
        b"<title" * 50_000,
    ):
        answer = reply(content, "text/html")
        assert explain_unusable(answer, Mask(), read=True) is not None
        assert isinstance(
            explain_refusal(msgspec.structs.replace(answer, status=400), Mask()), ConnectorError
        )
        read_tolerantly(content)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b'"\xff"', b"[1,]", b"NaN", b"[" * 100_000]
)
def test_what_is_not_json_is_unreadable(content: bytes) -> None:
    with pytest.raises(UnreadableResponseError):
        reply(content).json()
    with pytest.raises(UnreadableResponseError):
        reply(content).decode(dict[str, Decimal])


@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=9, min_value=-(10**12), max_value=10**12
    )
)
def test_no_number_loses_a_digit(number: Decimal) -> None:
    assert reply(str(number).encode()).json() == number
    assert reply(f"[{number}]".encode()).decode(list[Decimal]) == [number]


@given(st.binary(max_size=50))
def test_what_is_not_compressed_stays_as_it_is(content: bytes) -> None:
    assert unpack(b"[" + content, 1000) == b"[" + content


@pytest.mark.parametrize(
    "content",
    [
        b"\x1f\x8b\x08 not at all",
        gzip.compress(b"[1]", mtime=0)[:-6],
        gzip.compress(b"[1]" * 1000, mtime=0),
    ],
)
def test_what_is_badly_compressed_is_unavailable(content: bytes) -> None:
    with pytest.raises(UnavailableError):
        unpack(content, 1000)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("key ck_1234 failed", "key *** failed"),
        ("key ck%2F1 failed", "key *** failed"),
        ("write to ada.l+x@mail.example.com now", "write to *** now"),
        ("a @ b", "a @ b"),
    ],
)
def test_secrets_and_addresses_are_masked_in_text(text: str, told: str) -> None:
    assert Mask(["ck_1234", "ck/1", "a"]).text(text) == told


@pytest.mark.parametrize(
    ("url", "told"),
    [
        (
            "https://u:p@a.example/o?consumer_secret=x&page=2",
            "https://a.example/o?consumer_secret=***&page=2",
        ),
        (
            "https://a.example/o?oauth_signature=x%3D&access_token=1&status=any",
            "https://a.example/o?oauth_signature=***&access_token=***&status=any",
        ),
        ("https://a.example/t/ck_1234/o?page_info=abc", "https://a.example/t/***/o?page_info=abc"),
    ],
)
def test_secrets_are_masked_in_addresses(url: str, told: str) -> None:
    assert Mask(["ck_1234"]).url(url) == told


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (b'{"access_token": "abc", "n": 1}', b'{"access_token": "***", "n": 1}'),
        (b'{"client_secret":"a\\"b"}', b'{"client_secret":"***"}'),
        (
            b"grant_type=refresh_token&refresh_token=abc&x=1",
            b"grant_type=refresh_token&refresh_token=***&x=1",
        ),
        (b'["ck_1234"]', b'["***"]'),
        (b"x" * 70_000 + b"ck_1234", b"x" * 70_000 + b"***"),
    ],
)
def test_secrets_are_masked_in_bodies(body: bytes, told: bytes) -> None:
    assert Mask(["ck_1234"]).body(body) == told


@pytest.mark.parametrize("wrap", ["{}", '{{"orders": {}}}', '{{"a": {{"b": [{}]}}}}'])
def test_a_large_answer_is_decoded_in_slices_to_the_same_values(wrap: str) -> None:
    row = b'{"id":1,"total":1.10,"note":"%s"}' % (b"x" * 1000)
    body = wrap.format((b"[" + b",".join([row] * 3000) + b"]").decode()).encode()
    assert len(body) > LARGE
    assert decode_slices(body) == msgspec.json.Decoder(float_hook=Decimal).decode(body)
