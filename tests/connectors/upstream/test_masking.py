"""Which names are names of secrets, the same for what shops are asked and for what is logged."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.upstream.masking import (
    MASK,
    Mask,
    hide_named,
    hide_secrets,
    remember_secrets,
)
from proxy.telemetry.masking import is_secret_name, mask_text

SECRET = [
    "password",
    "passwd",
    "pwd",
    "client_secret",
    "access_token",
    "X-Auth-Token",
    "oauth_signature",
    "sig",
    "consumer_key",
    "api_key",
    "ApiKey",
    "api-key",
    "key",
    "license_key",
    "auth",
    "basic_auth",
    "authorization",
    "cookie",
    "credentials",
    "code_verifier",
]
PLAIN = ["page", "author", "monkey", "status", "order_number", "sku", "signed_on", "keyword"]


@pytest.mark.parametrize("name", SECRET)
def test_a_secret_is_hidden_wherever_it_is_named(name: str) -> None:
    assert Mask().url(f"https://a.example/?{name}=abc&x=1") == f"https://a.example/?{name}=***&x=1"
    assert mask_text(f"GET /?{name}=abc&x=1") == f"GET /?{name}=***&x=1"
    assert is_secret_name(name)


@pytest.mark.parametrize("name", PLAIN)
def test_what_only_looks_like_a_secret_is_shown(name: str) -> None:
    url = f"https://a.example/?{name}=abc"
    assert Mask().url(url) == url
    assert mask_text(url) == url
    assert not is_secret_name(name)
    assert Mask().body(f'{{"{name}":"abc"}}'.encode()) == f'{{"{name}":"abc"}}'.encode()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("invalid consumer_secret=cs_12 given", "invalid consumer_secret=*** given"),
        ("access_token = abc", "access_token = ***"),
        ("clientSecret=abc", "clientSecret=***"),
        ('{"refresh_token": "a b\\"c", "n": 1}', '{"refresh_token": "***", "n": 1}'),
        ("{'api_key': 'abc'}", "{'api_key': '***'}"),
        ("X-Access-Token: at_0123456789abcdef", "X-Access-Token: ***"),
        ("Authorization: Bearer abcd1234efgh5678", "Authorization: ***"),
        ("authorization=Basic YWJjOmRlZg== was", "authorization=*** was"),
        ("filter[token]=abc consumer%5Fkey=abc", "filter[token]=*** consumer%5Fkey=***"),
        ("at https://a.example/?u=https://b.example/?sig=abc", None),
        ("pwd=abc&pwd=abc", "pwd=***&pwd=***"),
        ('password="half a wor', 'password="***'),
        ("connector.consumer_key: expected text", "connector.consumer_key: expected text"),
        ("key: expected a number, found 'x'", "key: expected a number, found 'x'"),
    ],
)
def test_a_secret_is_hidden_in_clear_text(text: str, shown: str | None) -> None:
    expected = text.replace("abc", "***") if shown is None else shown
    assert Mask().text(text) == expected
    # A log keeps the name of the scheme.
    assert re.sub(r"(Bearer|Basic|\*\*\*) \*\*\*", "***", mask_text(text)) == expected


_SENTENCE = st.text(st.characters(blacklist_categories=["Cs"]), max_size=40)


@given(_SENTENCE, st.sampled_from(SECRET), st.sampled_from(["=", " = ", '="', "='", '": "']))
def test_a_named_secret_is_hidden_whatever_stands_before_it(
    before: str, name: str, between: str
) -> None:
    text = f"{before} {name}{between}qZ9-value"
    assert "qZ9" not in Mask().text(text)
    assert "qZ9" not in mask_text(text)


@given(st.text("abc=:\"' &?token.key_%[]9", max_size=80))
def test_hiding_what_is_named_twice_changes_nothing_more(text: str) -> None:
    hidden = mask_text(text)
    assert mask_text(hidden) == hidden


@given(_SENTENCE)
def test_a_text_without_names_of_secrets_stays(text: str) -> None:
    assert hide_named(text, lambda _: False) == text


@pytest.mark.parametrize(
    "name", ["password", "passwd", "client_secret", "access_token", "api_key", "cookie", "auth"]
)
def test_a_secret_is_hidden_in_json_and_forms(name: str) -> None:
    assert Mask().body(f'{{"{name}": "abc", "n": 1}}'.encode()) == (
        f'{{"{name}": "***", "n": 1}}'.encode()
    )
    assert Mask().body(f"{name}=abc&n=1".encode()) == f"{name}=***&n=1".encode()


@pytest.mark.parametrize(
    "text",
    [
        '"' + "token" * 12_000,
        '"token":"' * 7_000,
        "&token" * 10_000,
        "a." * 30_000,
        "x://" * 15_000,
    ],
    ids=["one name", "open values", "forms", "no scheme", "no host"],
)
def test_no_text_takes_long_to_mask(text: str) -> None:
    begun = time.process_time()
    Mask().body(text.encode())
    Mask().url(f"https://a.example/?{text}")
    mask_text(text)
    assert time.process_time() - begun < 2


@pytest.fixture
def forgetting() -> Iterator[None]:
    """Forgets the secrets afterwards."""
    yield
    remember_secrets(())


@pytest.mark.usefixtures("forgetting")
@given(
    secrets=st.lists(st.text("abcd", min_size=4, max_size=12), max_size=30),
    text=st.text("abcd .", max_size=40),
)
def test_each_secret_is_hidden_however_many_and_of_whatever_length(
    secrets: list[str], text: str
) -> None:
    remember_secrets(secrets)
    hidden = hide_secrets(text)
    assert [secret for secret in secrets if secret in hidden] == []
    assert hidden == text or MASK in hidden
    for secret in secrets:
        assert hide_secrets(secret) == MASK or secret not in hide_secrets(secret)
