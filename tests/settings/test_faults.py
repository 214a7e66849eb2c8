"""Each fault a person can make in settings.yaml, with the exact line, column and sentence it earns."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.registry import Registry
from proxy.settings.loader import load_settings, parse_settings
from proxy.settings.problems import SettingsError
from tests.settings.kinds import find_kind

STORE = """\
stores:
  north:
    credentials: {username: north, password: pass-word}
    connector: {type: stand, url: "https://north.example", consumer_key: ck_1, consumer_secret: cs_1}
"""

NAMES = {"NORTH_SECRET": "s3cr3t-value", "EMPTY": ""}

# One fault each: the text (after it comes a sound `stores:` unless it brings its own), and the one line it must give.
FAULTS = [
    ("listne: 0.0.0.0:1\n", "1:1: listne: unknown key; did you mean 'listen'?"),
    ("zzz: 1\n", "1:1: zzz: unknown key"),
    ("listen: 8080\n", "1:9: listen: expected an address such as 0.0.0.0:8080, found the number 8080"),
    ("listen: 0.0.0.0:99999\n", "1:9: listen: expected a port from 0 to 65535, found 99999"),
    ("listen: 1.2.3.4:80\nlisten: 1.2.3.4:81\n", "2:1: listen: key given twice, first on line 1"),
    (
        "admin:\n  listen: 0.0.0.0:9090\n",
        "2:3: admin: expected a password, for 0.0.0.0:9090 can be reached from other machines; or listen on 127.0.0.1",
    ),
    ("listen: 127.0.0.1:9090\n", "1:9: admin.listen: expected another address than `listen`, found 127.0.0.1:9090 for both"),
    (
        "database: mysql://root:hunter2@h/d\n",
        "1:11: database: expected sqlite:///file.db (sqlite:////absolute/file.db) or postgresql://user:password@host/name, found something else",
    ),
    ("export: 5\n", "1:9: export: expected keys with values, found the number 5"),
    ("export:\n  page_size: 0\n", "2:14: export.page_size: expected at least 1, found the number 0"),
    ("export:\n  page_size: many\n", "2:14: export.page_size: expected a whole number, found 'many'"),
    ("export:\n  page_size: 10.5\n", "2:14: export.page_size: expected a whole number, found the number 10.5"),
    ("export: {lookback: 10}\n", "1:20: export.lookback: expected a duration such as 30s, 10m, 2h or 90d, found the number 10"),
    ("export: {lookback: 2d}\n", "1:20: export.lookback: expected at most 1 day, found 2d"),
    ("export: {keep_for: ten}\n", "1:20: export.keep_for: expected a duration such as 30s, 10m, 2h or 90d, found 'ten'"),
    (
        "export: {when_shop_is_down: defre}\n",
        "1:29: export.when_shop_is_down: expected 'fail' or 'defer', found 'defre'; did you mean 'defer'?",
    ),
    ("export: {page-size: 5}\n", "1:10: export.page-size: unknown key; did you mean 'page_size'?"),
    ("export: {resend_unchanged: perhaps}\n", "1:28: export.resend_unchanged: expected true or false, found 'perhaps'"),
    ("delivery: {schedule: 1m}\n", "1:22: delivery.schedule: expected a list, found '1m'"),
    ("delivery: {schedule: []}\n", "1:22: delivery.schedule: expected at least 1, found a list of 0"),
    (
        "delivery: {schedule: [1m, soon]}\n",
        "1:27: delivery.schedule[1]: expected a duration such as 30s, 10m, 2h or 90d, found 'soon'",
    ),
    ("delivery: {lease: 1s}\n", "1:19: delivery.lease: expected at least 5 seconds, found 1s"),
    (
        "delivery: {answer_within: 30s, lease: 30s}\n",
        "1:11: delivery: expected a lease longer than answer_within (30s), found 30s; a notice could be told twice",
    ),
    ("logs: {level: loud}\n", "1:15: logs.level: expected 'debug', 'info', 'warning' or 'error', found 'loud'"),
    ("logs: {format: jsn}\n", "1:16: logs.format: expected 'auto', 'json' or 'console', found 'jsn'; did you mean 'json'?"),
    ("stores:\n", "1:1: stores: expected a value, found none"),
    ("stores: {}\n", "1:9: stores: expected at least 1, found none"),
    ("listen: 0.0.0.0:1\nexport: {}\nstores: []\n", "3:9: stores: expected keys with values, found a list of 0"),
    (STORE.replace("north:", "North:", 1), "2:3: stores.North: expected a name of small letters, digits, - and _, found 'North'"),
    (
        STORE.replace(", password: pass-word", ""),
        "3:18: stores.north.credentials: expected username and password together, found only one of them",
    ),
    (
        STORE.replace("username: north, password: pass-word", ""),
        "3:18: stores.north.credentials: expected username and password, or auth_key, found neither",
    ),
    (
        STORE.replace("{username: north, password: pass-word}", "[{username: a, password: b}, {username: c}]"),
        "3:47: stores.north.credentials[1]: expected username and password together, found only one of them",
    ),
    (
        STORE.replace("password: pass-word", "password: [pass-word]"),
        "3:46: stores.north.credentials.password: expected text, found a list of 1",
    ),
    (
        STORE.replace("username: north", 'username: "a:b"'),
        "3:18: stores.north.credentials: expected a username without a colon, for HTTP's Basic login cannot carry one",
    ),
    (STORE.replace("password:", "pasword:"), "3:36: stores.north.credentials.pasword: unknown key; did you mean 'password'?"),
    (STORE.replace("    connector", "    #"), "2:3: stores.north.connector: expected a value, found none"),
    (STORE.replace("type: stand, ", ""), "4:16: stores.north.connector.type: expected the kind of shop, e.g. `type: woocommerce`"),
    (STORE.replace("type: stand", "type: stnad"), "4:23: stores.north.connector.type: expected 'stand', found 'stnad'"),
    (STORE.replace(", consumer_secret: cs_1", ""), "4:5: stores.north.connector.consumer_secret: expected a value, found none"),
    (STORE.replace("consumer_key:", "consumerKey:"), "4:60: stores.north.connector.consumerKey: unknown key; did you mean 'consumer_key'?"),
    (STORE.replace("https://north.example", "https://north.example?x"), "4:35: stores.north.connector.url: expected a URL without a query"),
    (
        STORE.replace("https://north.example", "north.example"),
        "4:35: stores.north.connector.url: expected text of the form ^https?://, found 'north.example'",
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
        STORE + "    dialect: shiprush\n    filters: {min_age: 1h}\n",
        "3:5: stores.north: expected no filters.min_age with the dialect shiprush: an order held back would never be asked for again",
    ),
    (
        STORE + "    statuses: {processing: payed}\n",
        "5:28: stores.north.statuses.processing: expected 'unpaid', 'paid', 'shipped', 'cancelled' or 'on_hold', found 'payed'; did you mean 'paid'?",
    ),
    (STORE + "    upstream: {rate: 5}\n", "5:22: stores.north.upstream.rate: expected a rate such as 5/s or 300/m, found the number 5"),
    (STORE + "    upstream: {attempts: 0}\n", "5:26: stores.north.upstream.attempts: expected at least 1, found the number 0"),
    (STORE + "    upstream: {timeout: 0s}\n", "5:25: stores.north.upstream.timeout: expected more than 0 seconds, found 0s"),
    (STORE + "    filters: {tags: vip}\n", "5:21: stores.north.filters.tags: expected a list, found 'vip'"),
    (
        STORE + "    filters: {min_age: 2d, max_age: 10m}\n",
        "5:14: stores.north.filters: expected a min_age below max_age, or no order is ever given; found 2d and 10m",
    ),
    (
        STORE + "    carriers: {acme: {tracking_url: 'https://t.example/{numbr}'}}\n",
        "5:37: stores.north.carriers.acme.tracking_url: expected an address such as https://carrier.example/track/{number}, found 'https://t.example/{numbr}'",
    ),
    (
        STORE + "    carriers: {acme: {tracking_url: 'ftp://t.example/{number}'}}\n",
        "5:37: stores.north.carriers.acme.tracking_url: expected an address such as https://carrier.example/track/{number}, found 'ftp://t.example/{number}'",
    ),
    (
        STORE + "    filters: {min_age: -1h}\n",
        "5:24: stores.north.filters.min_age: expected a duration such as 30s, 10m, 2h or 90d, found '-1h'",
    ),
    (
        STORE + "    notify_customer: allways\n",
        "5:22: stores.north.notify_customer: expected 'as_told', 'always' or 'never', found 'allways'; did you mean 'always'?",
    ),
    (
        STORE + "    dialect: shiprsh\n",
        "5:14: stores.north.dialect: expected 'shipstation' or 'shiprush', found 'shiprsh'; did you mean 'shiprush'?",
    ),
    (
        STORE + "    webhooks: {address: https://portside.example, secret: s3cr3t-value}\n",
        "5:5: stores.north.webhooks: expected no webhooks, for Portside understands none of a shop of the kind stand",
    ),
    (STORE + "    carriers: {usps: 5}\n", "5:22: stores.north.carriers.usps: expected keys with values, found the number 5"),
    (STORE + "    shipping_methods: {Flat: [a]}\n", "5:30: stores.north.shipping_methods.Flat: expected text, found a list of 1"),
    ("listen: ${PORT}\n", "1:9: listen: expected the environment variable PORT to hold a value; it is not set"),
    ("listen: ${EMPTY}\n", "1:9: listen: expected the environment variable EMPTY to hold a value; it is empty"),
    ("listen: ${PORT:-80}\n", "1:9: listen: expected ${NAME} (or $${ for the characters themselves), found '${PORT:-80}'"),
    ("listen: ${PORT\n", "1:9: listen: expected ${NAME} (or $${ for the characters themselves), found '${PORT'"),
    ("database: file:/nowhere/at/all\n", "1:11: database: expected a readable file /nowhere/at/all: No such file or directory"),
    ("\tlisten: 1\n", "1:1: expected spaces at the start of the line, found a tab"),
    ("export:\n\tpage_size: 1\n", "2:1: expected spaces at the start of the line, found a tab"),
    ("listen: a: b\n", "1:10: not YAML: mapping values are not allowed here"),
    ("listen: 'x\n", "1:9: not YAML: found unexpected end of stream (while scanning a quoted scalar)"),
    ("listen: *nope\n", "1:9: not YAML: found undefined alias 'nope'"),
    ("listen: \x07\n", "1:9: not YAML: the character U+0007 is not allowed"),
    ("listen: !!python/name:os.system x\n", "1:9: listen: expected a plain value, found the tag '!!python/name:os.system'"),
    ("? [a]\n: 1\n", "1:3: expected a word as key, found a list or a mapping"),
    ("<<: 5\n", "1:5: expected `<<` to name another mapping"),
]


@pytest.mark.parametrize(("text", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_each_fault_is_told_with_its_place(text: str, line: str) -> None:
    whole = text if "stores" in text else text + STORE
    with pytest.raises(SettingsError) as caught:
        parse_settings(whole, file="s.yaml", find_type=find_kind, environment=NAMES)
    assert str(caught.value).splitlines() == [f"s.yaml:{line}"]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", "1:1: expected settings, found an empty file"),
        ("# nothing but a remark\n", "1:1: expected settings, found an empty file"),
        ("- 1\n", "1:1: expected keys with values, such as `stores:`"),
        ("just words\n", "1:1: expected keys with values, such as `stores:`"),
        ("{" * 5000, "1:1: nested too deeply"),
        ("a: &a [*a]\n", "1:4: a[0]: expected settings of a sane size, found aliases or nesting that blow them up"),
        ("---\na: 1\n---\nb: 1\n", "3:1: not YAML: found another document (expected a single document in the stream on line 2)"),
    ],
)
def test_what_is_no_settings_at_all_is_said_so(text: str, line: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert str(caught.value) == f"s.yaml:{line}"


LISTENING = """\
stores:
  north:
    credentials: {{username: north, password: pass-word}}
    connector: {{{connector}}}
    webhooks: {{{webhooks}}}
"""
SHOPIFY = "type: shopify, shop: north, access_token: shpat_1"
WOOCOMMERCE = 'type: woocommerce, url: "https://north.example", consumer_key: ck_1, consumer_secret: cs_1'
GENERIC = "type: generic_json, recipe: medusa, url: https://north.example, auth: {kind: none}"
ADDRESS = "address: https://portside.example"


@pytest.mark.parametrize(
    ("connector", "webhooks", "line"),
    [
        (
            SHOPIFY,
            ADDRESS,
            "expected the app's client secret, which Shopify signs with, as secret here or as connector.client_secret; found neither",
        ),
        (SHOPIFY, f"{ADDRESS}, secret: a-long-text", ""),
        (f"{SHOPIFY}, client_secret: shpss_1", ADDRESS, ""),
        (WOOCOMMERCE, ADDRESS, "expected a secret for WooCommerce to sign with, a long random text; found none"),
        (WOOCOMMERCE, f"{ADDRESS}, secret: a-long-text", ""),
        (
            GENERIC,
            f"{ADDRESS}, secret: a-long-text",
            "expected no webhooks, for Portside understands none of a shop of the kind generic_json",
        ),
        (WOOCOMMERCE.replace("consumer_key: ck_1, ", ""), ADDRESS, "consumer_key"),
    ],
)
def test_webhooks_that_could_not_be_heard_are_a_fault_of_the_settings(connector: str, webhooks: str, line: str) -> None:
    text = LISTENING.format(connector=connector, webhooks=webhooks)
    caught = ""
    try:
        parse_settings(text, file="s.yaml", find_type=Registry().get, environment={})
    except SettingsError as error:
        caught = str(error)
    known = "s.yaml:4:5: stores.north.connector.consumer_key: expected a value, found none"
    assert caught == (known if line == "consumer_key" else line and f"s.yaml:5:5: stores.north.webhooks: {line}")


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = "listne: 1\nexport: {page_size: 0}\n" + STORE.replace("stand", "stnad") + "    dialect: x\n"
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (1, "listne"),
        (2, "export.page_size"),
        (6, "stores.north.connector.type"),
        (7, "stores.north.dialect"),
    ]


def test_aliases_that_multiply_are_stopped_before_they_fill_the_memory() -> None:
    bomb = "a0: &a0 [x,x,x,x,x,x,x,x,x]\n" + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]\n" for n in range(1, 30))
    with pytest.raises(SettingsError, match="aliases or nesting that blow them up"):
        parse_settings(bomb, file="s.yaml", find_type=find_kind, environment={})


def test_a_value_from_the_environment_is_never_echoed() -> None:
    text = "export: {when_shop_is_down: '${NORTH_SECRET}', lookback: '${NORTH_SECRET}'}\nlisten: '${NORTH_SECRET}'\n" + STORE
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment=NAMES)
    assert len(caught.value.problems) == 3
    assert NAMES["NORTH_SECRET"] not in str(caught.value)


def test_a_secret_typed_into_the_wrong_place_is_never_echoed() -> None:
    text = STORE.replace("consumer_secret: cs_1", "consumer_secret: {cs_hidden: 1}").replace("pass-word", "[pass-hidden]")
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert "hidden" not in str(caught.value)


def test_a_file_that_is_not_there_or_not_text_is_said_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "none.yaml", find_type=find_kind, environment={})
    assert (
        str(caught.value)
        == f"{tmp_path}/none.yaml:1:1: the settings cannot be read: No such file or directory; name your file with --settings or in PORTSIDE_SETTINGS"
    )
    (tmp_path / "binary.yaml").write_bytes(b"listen: x\n\xff\xfe\n")
    with pytest.raises(SettingsError) as caught:
        load_settings(tmp_path / "binary.yaml", find_type=find_kind, environment={})
    assert str(caught.value) == f"{tmp_path}/binary.yaml:2:1: expected UTF-8 text, found other bytes"
