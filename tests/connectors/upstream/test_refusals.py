"""What a shop says goes into errors, logs and answers: never with a secret in it, nor a half of
one, nor an e-mail address.
"""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from multidict import CIMultiDict, CIMultiDictProxy

from connectors.errors import ConnectorError
from connectors.upstream.masking import MASK, Mask
from connectors.upstream.refusals import explain_refusal, explain_unusable, read_code
from connectors.upstream.response import Reply

SECRET = "cs_0123456789abcdefghijklmnopqrstuvwxyz"
# What cannot be in the texts around it by chance.
PIECE = SECRET[:8]
HIDING = Mask([SECRET])


def reply(content: str, kind: str = "application/json", status: int = 400) -> Reply:
    return Reply(
        status=status,
        content=content.encode(),
        headers=CIMultiDictProxy(CIMultiDict({"Content-Type": kind})),
        where="GET x",
    )


def told(answer: Reply) -> str:
    """All that is said of an answer, as a refusal and as a success."""
    errors: list[ConnectorError | None] = [
        explain_refusal(answer, HIDING),
        *(explain_unusable(answer, HIDING, read=read) for read in (True, False)),
    ]
    return " ".join(
        [*(str(error) for error in errors if error is not None), read_code(answer, HIDING)]
    )


def test_the_title_of_a_web_page_in_place_of_data_is_quoted_without_secrets_and_addresses() -> None:
    page = reply(
        f"<html><title>Blocked jane@example.com with {SECRET} today</title>", "text/html", 200
    )
    assert f"titled “Blocked {MASK} with {MASK} today”" in told(page)
    assert "jane" not in told(page)


@settings(max_examples=25)
@example(length=70, filling="x")
@example(length=190, filling="x")
@example(length=789, filling="<b>")
@given(
    length=st.integers(0, 1200), filling=st.sampled_from(["x", "<b>", " ", "&amp;", f"{SECRET} "])
)
@pytest.mark.parametrize(
    ("kind", "before", "behind"),
    [
        ("text/html", "<html><title>", "</title>"),
        ("text/html", "<html><title>", ""),
        ("text/plain", "", ""),
        ("application/json", '{"message":"', '"}'),
        ("application/json", '{"code":"', '"}'),
    ],
)
@pytest.mark.parametrize("status", [200, 403, 500])
def test_no_cut_leaves_half_a_secret(
    status: int, kind: str, before: str, behind: str, length: int, filling: str
) -> None:
    said = filling * (length // len(filling))
    assert PIECE not in told(reply(f"{before}{said}{SECRET}{behind}", kind, status))
    # Where a web page is no longer searched for its title.
    assert PIECE not in told(
        reply(f"{before}{' ' * (65536 - len(before) - 20)}{SECRET}{behind}", kind, status)
    )


def test_an_error_of_aspnet_is_told_by_its_cause() -> None:
    body = '{"Message":"An error has occurred.","ExceptionMessage":"The key is unknown."}'
    assert "The key is unknown" in told(reply(body))
    assert "Not today" in told(reply('{"Message":"Not today"}'))


def test_an_error_word_and_a_kind_of_content_are_told_without_secrets() -> None:
    assert read_code(reply(f'{{"code":"no_{SECRET}"}}'), HIDING) == f"no_{MASK}"
    assert PIECE not in told(reply("?", f"text/{SECRET}", 200))


def test_a_text_is_cut_before_it_is_searched_for_addresses() -> None:
    shown = Mask().text("jane@example.com " + "a" * 3_000_000)
    assert shown.startswith(f"{MASK} a")
    assert len(shown) <= 20_000


def test_a_secret_that_the_cut_divides_is_not_shown_in_part() -> None:
    secret = "the-secret-of-the-shop"
    shown = Mask([secret]).text("a" * 19_990 + secret + "b" * 100)
    assert shown == "a" * 19_990 + MASK
