"""The client behind proxies is the last forwarded address that is not trusted."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import CIMultiDict

from proxy.server.admission.clients import Proxies, has_forwarded, name_group
from proxy.settings.values import parse_network

PROXIES = Proxies(
    [parse_network(text) for text in ("127.0.0.1", "::1", "10.0.0.0/8", "2001:db8:f::/48")]
)
CASES = [
    ("no proxy", "203.0.113.9", [("X-Forwarded-For", "198.51.100.1")], "203.0.113.9"),
    ("one proxy", "127.0.0.1", [("X-Forwarded-For", "198.51.100.1")], "198.51.100.1"),
    ("nothing forwarded", "127.0.0.1", [], "127.0.0.1"),
    ("a made-up first hop", "::1", [("X-Forwarded-For", "6.6.6.6, 198.51.100.1")], "198.51.100.1"),
    (
        "two proxies",
        "127.0.0.1",
        [("X-Forwarded-For", "6.6.6.6,198.51.100.1, 10.1.2.3")],
        "198.51.100.1",
    ),
    (
        "two lines",
        "127.0.0.1",
        [("X-Forwarded-For", "6.6.6.6"), ("x-forwarded-for", "198.51.100.1")],
        "198.51.100.1",
    ),
    ("a port", "127.0.0.1", [("X-Forwarded-For", "198.51.100.1:4711")], "198.51.100.1"),
    ("only proxies", "127.0.0.1", [("X-Forwarded-For", "10.1.1.1, 10.1.1.2")], "10.1.1.1"),
    ("no address", "127.0.0.1", [("X-Forwarded-For", "6.6.6.6, unknown, 10.1.1.2")], "10.1.1.2"),
    ("empty", "127.0.0.1", [("X-Forwarded-For", "")], "127.0.0.1"),
    ("IPv4 as IPv6", "::ffff:127.0.0.1", [("X-Forwarded-For", "198.51.100.1")], "198.51.100.1"),
    ("RFC 7239", "127.0.0.1", [("Forwarded", "for=198.51.100.1;proto=https")], "198.51.100.1"),
    (
        "RFC 7239, IPv6",
        "127.0.0.1",
        [("Forwarded", 'for=6.6.6.6, proto=https;For="[2001:db8::7]:4711"')],
        "2001:db8::7",
    ),
    ("RFC 7239, hidden", "127.0.0.1", [("Forwarded", "for=6.6.6.6, for=_hidden")], "127.0.0.1"),
    (
        "RFC 7239, said twice",
        "127.0.0.1",
        [("Forwarded", "for=6.6.6.6;for=198.51.100.1")],
        "127.0.0.1",
    ),
    (
        "both agree",
        "127.0.0.1",
        [("Forwarded", "for=198.51.100.1"), ("X-Forwarded-For", "198.51.100.1")],
        "198.51.100.1",
    ),
    (
        "one is made up",
        "127.0.0.1",
        [("Forwarded", "for=6.6.6.6"), ("X-Forwarded-For", "198.51.100.1")],
        "127.0.0.1",
    ),
]


@pytest.mark.parametrize(
    ("peer", "headers", "client"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_the_client_is_the_last_forwarded_address_that_is_not_trusted(
    peer: str, headers: list[tuple[str, str]], client: str
) -> None:
    assert PROXIES.find_client(peer, CIMultiDict(headers)) == client


@given(st.lists(st.text(max_size=30), max_size=40), st.ip_addresses().map(str))
def test_whatever_a_stranger_adds_in_front_changes_nothing(made_up: list[str], client: str) -> None:
    headers = CIMultiDict({"X-Forwarded-For": ", ".join([*made_up, client])})
    found = PROXIES.find_client("127.0.0.1", headers)
    assert found == client or PROXIES.trusts(client)
    assert PROXIES.find_client("203.0.113.9", headers) == "203.0.113.9"


@given(st.sampled_from(["X-Forwarded-For", "Forwarded"]), st.text())
def test_no_forwarded_text_is_an_error(name: str, text: str) -> None:
    found = PROXIES.find_client("127.0.0.1", CIMultiDict({name: text}))
    assert str(ipaddress.ip_address(found)) == found


def test_a_forwarded_address_is_noticed_under_either_name() -> None:
    assert has_forwarded(CIMultiDict({"forwarded": "for=x"}))
    assert has_forwarded(CIMultiDict({"x-forwarded-for": ""}))
    assert not has_forwarded(CIMultiDict({"X-Real-IP": "x"}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("192.0.2.1", "192.0.2.2", False),
        ("192.0.2.1", "::ffff:192.0.2.1", True),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2", True),
        ("nonsense", "", True),
    ],
)
def test_one_customer_of_a_provider_is_one_client(one: str, other: str, *, same: bool) -> None:
    assert (name_group(one) == name_group(other)) is same
