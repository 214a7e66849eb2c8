"""Each fault a person can make in the settings of a store, with the exact line, column and sentence
it earns.
"""

from __future__ import annotations

import pytest

from tests.settings.sound_store import STORE, read_complaint

# One fault each: the text, and the one line it must give.
FAULTS = [
    ("stores:\n", "1:1: stores: expected a value, found none"),
    ("stores: {}\n", "1:9: stores: expected at least 1, found none"),
    (
        "listen: 0.0.0.0:1\nexport: {}\nstores: []\n",
        "3:9: stores: expected keys with values, found a list of 0",
    ),
    (
        STORE.replace("north:", "North:", 1),
        "2:3: stores.North: expected a name of small letters, digits, - and _, found 'North'",
    ),
    (
        STORE.replace(", password: pass-word", ""),
        (
            "3:18: stores.north.credentials: expected username and password together, found only"
            " one of them"
        ),
    ),
    (
        STORE.replace("username: north, password: pass-word", ""),
        (
            "3:18: stores.north.credentials: expected username and password, or auth_key, found"
            " neither"
        ),
    ),
    (
        STORE.replace(
            "{username: north, password: pass-word}", "[{username: a, password: b}, {username: c}]"
        ),
        (
            "3:47: stores.north.credentials[1]: expected username and password together, found only"
            " one of them"
        ),
    ),
    (
        STORE.replace("password: pass-word", "password: [pass-word]"),
        "3:46: stores.north.credentials.password: expected text, found a list of 1",
    ),
    (
        STORE.replace("username: north", 'username: "a:b"'),
        (
            "3:18: stores.north.credentials: expected a username without a colon, because HTTP's"
            " Basic login cannot carry one"
        ),
    ),
    (
        STORE.replace("password:", "pasword:"),
        "3:36: stores.north.credentials.pasword: unknown key; did you mean 'password'?",
    ),
    (
        STORE.replace("    connector", "    #"),
        "2:3: stores.north.connector: expected a value, found none",
    ),
    (
        STORE.replace("type: stand, ", ""),
        "4:16: stores.north.connector.type: expected the kind of shop, e.g. `type: woocommerce`",
    ),
    (
        STORE.replace("type: stand", "type: stnad"),
        "4:23: stores.north.connector.type: expected 'stand', found 'stnad'",
    ),
    (
        STORE.replace(", consumer_secret: cs_1", ""),
        "4:5: stores.north.connector.consumer_secret: expected a value, found none",
    ),
    (
        STORE.replace("consumer_key:", "consumerKey:"),
        "4:60: stores.north.connector.consumerKey: unknown key; did you mean 'consumer_key'?",
    ),
    (
        STORE.replace("https://north.example", "https://north.example?x"),
        "4:35: stores.north.connector.url: expected a URL without a query",
    ),
    (
        STORE.replace("https://north.example", "north.example"),
        (
            "4:35: stores.north.connector.url: expected text of the form ^https?://, found"
            " 'north.example'"
        ),
    ),
    (
        STORE.replace("cs_1}", "cs_1, products: {batch: 500}}"),
        "4:121: stores.north.connector.products.batch: expected at most 100, found the number 500",
    ),
    (
        STORE.replace("cs_1}", "cs_1, products: {batsh: 5}}"),
        "4:114: stores.north.connector.products.batsh: unknown key; did you mean 'batch'?",
    ),
    (
        STORE + "    door: shiprush\n    filters: {min_age: 1h}\n",
        (
            "3:5: stores.north: expected no filters.min_age with door: shiprush, which would"
            " never ask for an order that was held back"
        ),
    ),
    (
        STORE + "    statuses: {processing: payed}\n",
        (
            "5:28: stores.north.statuses.processing: expected 'unpaid', 'paid', 'shipped',"
            " 'cancelled' or 'on_hold', found 'payed'; did you mean 'paid'?"
        ),
    ),
    (
        STORE + "    upstream: {rate: 5}\n",
        (
            "5:22: stores.north.upstream.rate: expected a rate such as 5/s or 300/m, found the"
            " number 5"
        ),
    ),
    (
        STORE + "    upstream: {attempts: 0}\n",
        "5:26: stores.north.upstream.attempts: expected at least 1, found the number 0",
    ),
    (
        STORE + "    upstream: {timeout: 0s}\n",
        "5:25: stores.north.upstream.timeout: expected more than 0 seconds, found 0s",
    ),
    (
        STORE + "    filters: {tags: vip}\n",
        "5:21: stores.north.filters.tags: expected a list, found 'vip'",
    ),
    (
        STORE + "    filters: {min_age: 2d, max_age: 10m}\n",
        (
            "5:14: stores.north.filters: expected a min_age below max_age, or no order is ever"
            " given; found 2d and 10m"
        ),
    ),
    (
        STORE + "    carriers: {acme: {tracking_url: 'https://t.example/{numbr}'}}\n",
        (
            "5:37: stores.north.carriers.acme.tracking_url: expected an address such as"
            " https://carrier.example/track/{number}, found 'https://t.example/{numbr}'"
        ),
    ),
    (
        STORE + "    carriers: {acme: {tracking_url: 'ftp://t.example/{number}'}}\n",
        (
            "5:37: stores.north.carriers.acme.tracking_url: expected an address such as"
            " https://carrier.example/track/{number}, found 'ftp://t.example/{number}'"
        ),
    ),
    (
        STORE + "    filters: {min_age: -1h}\n",
        (
            "5:24: stores.north.filters.min_age: expected a duration such as 30s, 10m, 2h or 90d,"
            " found '-1h'"
        ),
    ),
    (
        STORE + "    notify_customer: allways\n",
        (
            "5:22: stores.north.notify_customer: expected 'as_told', 'always' or 'never', found"
            " 'allways'; did you mean 'always'?"
        ),
    ),
    (
        STORE + "    dialect: shiprush\n",
        "5:5: stores.north.dialect: unknown key; `dialect` became `door`: write `door` instead",
    ),
    (
        STORE + "    door: shiprsh\n",
        (
            "5:11: stores.north.door: expected 'shipstation' or 'shiprush', found 'shiprsh'; did"
            " you mean 'shiprush'?"
        ),
    ),
    (
        STORE + "    webhooks: {address: https://portside.example, secret: s3cr3t-value}\n",
        (
            "5:5: stores.north.webhooks: remove `webhooks`: Portside does not support webhooks for"
            " stand"
        ),
    ),
    (
        STORE + "    carriers: {usps: 5}\n",
        "5:22: stores.north.carriers.usps: expected keys with values, found the number 5",
    ),
    (
        STORE + "    shipping_methods: {Flat: [a]}\n",
        "5:30: stores.north.shipping_methods.Flat: expected text, found a list of 1",
    ),
]


@pytest.mark.parametrize(("text", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_each_fault_is_told_with_its_place(text: str, line: str) -> None:
    assert read_complaint(text) == [f"s.yaml:{line}"]
