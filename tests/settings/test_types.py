"""Rates and addresses: what is written reads back, what is not understood is refused in
one sentence.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from proxy.settings.values import (
    ListenAddress,
    parse_database,
    parse_rate,
    write_rate,
)

T = TypeVar("T")


def read_or_say(parse: Callable[[object], T], text: str) -> T | str:
    try:
        return parse(text)
    except ValueError as error:
        return str(error)


@given(st.integers(min_value=1, max_value=999_999), st.sampled_from(["s", "m", "h", "d"]))
def test_every_rate_reads_back_as_it_was_written(number: int, unit: str) -> None:
    rate = parse_rate(f"{number}/{unit}")
    assert parse_rate(write_rate(rate)) == pytest.approx(rate, rel=1e-4)


@given(st.text())
def test_any_text_is_a_rate_or_refused_with_a_sentence(text: str) -> None:
    result = read_or_say(parse_rate, text)
    assert result.startswith("expected a rate") if isinstance(result, str) else result > 0


@pytest.mark.parametrize("value", ["5", 5, "5/y", "0/s", "-1/s", "/s", "1e3/s", None])
def test_what_is_no_rate_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^expected a rate"):
        parse_rate(value)


@given(st.ip_addresses(), st.integers(min_value=0, max_value=65_535))
def test_every_address_reads_back_as_it_was_written(address: object, port: int) -> None:
    listen = ListenAddress(str(address), port)
    assert ListenAddress.parse(str(listen)) == listen


@pytest.mark.parametrize(
    "value",
    [
        "8080",
        ":8080",
        "localhost",
        "localhost:",
        "localhost:x",
        "::1:80",
        "[::1",
        "h:65536",
        80,
        None,
        "[]:80",
        "[h]:1",
    ],
)
def test_what_is_no_address_is_refused(value: object) -> None:
    with pytest.raises(ValueError, match=r"^expected "):
        ListenAddress.parse(value)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [
        ("127.0.0.1", True),
        ("127.9.9.9", True),
        ("::1", True),
        ("localhost", True),
        ("192.0.2.1", False),
        ("::", False),
        ("host", False),
    ],
)
def test_only_loopback_addresses_count_as_unreachable_from_elsewhere(
    host: str,
    loopback: bool,  # noqa: FBT001 -- a table's column
) -> None:
    assert ListenAddress(host, 1).loopback is loopback


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:///portside.db",
        "sqlite:////var/lib/portside.db",
        "postgresql://u:p@h/d",
        "postgres://u:p@h/d",
    ],
)
def test_both_databases_are_understood(url: str) -> None:
    assert parse_database(url).get_secret_value().startswith(("sqlite:///", "postgresql://"))


@pytest.mark.parametrize(
    "value",
    [
        "",
        "portside.db",
        "sqlite://",
        "sqlite:///",
        "mysql://h/d",
        "sqlite:portside.db",
        5,
        None,
        "postgresql://",
    ],
)
def test_another_database_is_refused_without_showing_what_was_typed(value: object) -> None:
    with pytest.raises(ValueError, match=r"^expected sqlite") as caught:
        parse_database(value)
    assert str(value) not in str(caught.value).split("found")[1] or not value
