"""Webhooks that could not be heard: a secret is missing, or the kind of shop has none."""

from __future__ import annotations

import pytest

from connectors.registry import Registry
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError

LISTENING = """\
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector: {{{connector}}}
    webhooks: {{{webhooks}}}
"""
SHOPIFY = "type: shopify, shop: north, access_token: shpat_1"
WOOCOMMERCE = (
    'type: woocommerce, url: "https://north.example", consumer_key: ck_1, consumer_secret: cs_1'
)
GENERIC = "type: generic_json, recipe: medusa, url: https://north.example, auth: {kind: none}"
ADDRESS = "address: https://portside.example"


@pytest.mark.parametrize(
    ("connector", "webhooks", "line"),
    [
        (
            SHOPIFY,
            ADDRESS,
            (
                "expected the app's client secret, which Shopify signs with, as secret here or as"
                " connector.client_secret; found neither"
            ),
        ),
        (SHOPIFY, f"{ADDRESS}, secret: a-long-text", ""),
        (f"{SHOPIFY}, client_secret: shpss_1", ADDRESS, ""),
        (
            WOOCOMMERCE,
            ADDRESS,
            "expected a secret for WooCommerce to sign with, a long random text; found none",
        ),
        (WOOCOMMERCE, f"{ADDRESS}, secret: a-long-text", ""),
        (
            GENERIC,
            f"{ADDRESS}, secret: a-long-text",
            "remove `webhooks`: Portside does not support webhooks for generic_json",
        ),
        (WOOCOMMERCE.replace("consumer_key: ck_1, ", ""), ADDRESS, "consumer_key"),
    ],
)
def test_webhooks_that_could_not_be_heard_are_a_fault_of_the_settings(
    connector: str, webhooks: str, line: str
) -> None:
    text = LISTENING.format(connector=connector, webhooks=webhooks)
    caught = ""
    try:
        parse_settings(text, file="s.yaml", find_type=Registry().get, environment={})
    except SettingsError as error:
        caught = str(error)
    known = "s.yaml:4:5: stores.north.connector.consumer_key: expected a value, found none"
    assert caught == (
        known if line == "consumer_key" else line and f"s.yaml:5:5: stores.north.webhooks: {line}"
    )
