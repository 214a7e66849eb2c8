"""What `account:` takes, and each fault with its place."""

from __future__ import annotations

import pytest

from proxy.settings.account import SHIPSTATION_URL, AccountSettings
from tests.settings.sound_store import STORE, read_complaint

KEYS = {"api_key": "key", "api_secret": "hush-hush"}


def test_shipstation_is_asked_twenty_times_a_minute_unless_the_settings_say_otherwise() -> None:
    usual = AccountSettings.model_validate(KEYS)
    assert (usual.url, usual.per_minute, usual.stands_in) == (SHIPSTATION_URL, 20, False)
    assert "hush-hush" not in repr(usual)


@pytest.mark.parametrize(
    ("url", "stands_in"),
    [
        ("https://ssapi6.shipstation.com/", False),
        ("https://SSAPI.shipstation.com", False),
        ("https://ssapi.shipstation.com.example", True),
        ("http://127.0.0.1:8090", True),
        ("http://[::1]:8090", True),
    ],
)
def test_another_address_than_shipstations_is_known(url: str, *, stands_in: bool) -> None:
    assert AccountSettings.model_validate({**KEYS, "url": url}).stands_in is stands_in


@pytest.mark.parametrize("rate", ["1/m", "40/m", "60/h"])
def test_a_rate_from_one_to_forty_a_minute_is_taken(rate: str) -> None:
    assert 1 <= AccountSettings.model_validate({**KEYS, "rate": rate}).per_minute <= 40


@pytest.mark.parametrize(
    ("account", "line"),
    [
        ("api_key: k", "5:5: stores.north.account.api_secret: expected a value, found none"),
        (
            "api_key: k, api_secret: s, url: 'http://ssapi.shipstation.com'",
            (
                "5:47: stores.north.account.url: expected https, because the key travels with each"
                " request (http only to this machine itself), found http"
            ),
        ),
        (
            "api_key: k, api_secret: s, url: 'https://a:b@ssapi.shipstation.com'",
            (
                "5:47: stores.north.account.url: expected an address such as"
                " https://ssapi.shipstation.com, found something else"
            ),
        ),
        (
            "api_key: k, api_secret: s, rate: 41/m",
            "5:48: stores.north.account.rate: expected 1/m to 40/m, found 41/m",
        ),
        (
            "api_key: k, api_secret: s, reconcile: {every: 2d}",
            "5:61: stores.north.account.reconcile.every: expected 1m to 1d, or never, found 2d",
        ),
        (
            "api_key: k, api_secret: s, after_import: [{only: a, hold_until: 12h}]",
            (
                "5:79: stores.north.account.after_import[0].hold_until: expected a day such as"
                " 2026-12-24, or 1d to 365d, found '12h'"
            ),
        ),
        (
            "api_key: k, api_secret: s, after_import: [{only: a}]",
            (
                "5:57: stores.north.account.after_import[0]: expected assign_user, add_tag or"
                " hold_until, found none of them"
            ),
        ),
        (
            "api_key: k, api_secret: s, audit: {every: 30m}",
            "5:57: stores.north.account.audit.every: expected 1h or more, or never, found 30m",
        ),
        (
            "api_key: k, api_secret: s, audit: {every: 2d, look_back: 1d}",
            (
                "5:72: stores.north.account.audit.look_back: expected 2d to 90d, so that no order"
                " is left out between two audits, found 1d"
            ),
        ),
        (
            (
                "api_key: k, api_secret: s, webhooks: {address: 'https://p.example', secret:"
                " short/one}"
            ),
            (
                "5:91: stores.north.account.webhooks.secret: expected 16 to 100 letters, digits, -"
                " or _, because it is a part of a path, found something else"
            ),
        ),
    ],
)
def test_a_fault_is_told_at_its_place(account: str, line: str) -> None:
    assert read_complaint(f"{STORE}    account: {{{account}}}\n") == [f"s.yaml:{line}"]
