"""Settings that are right are understood as they were meant."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.orders import OrderStatus
from connectors.upstream.policy import UpstreamPolicy
from proxy.settings.loader import load_settings, parse_settings
from proxy.settings.models import Settings
from proxy.settings.problems import SettingsError
from proxy.settings.reference import json_schema, markdown
from tests.settings.kinds import STAND, StandSettings, find_kind

WHOLE = """\
listen: 0.0.0.0:8080                       # ShipStation's side
admin: {listen: 127.0.0.1:9090}
database: sqlite:///portside.db
export:   {page_size: 100, lookback: 10m, keep_for: 30m, deadline: 25s, when_shop_is_down: fail, max_recovery: 30d}
delivery: {answer_within: 10s, schedule: [1m, 5m, 15m, 1h, 6h, 24h], concurrency: 4, lease: 2m}
stores:
  north:
    credentials: {username: north, password: ${NORTH_PASSWORD}}
    connector:
      type: stand
      url: https://north.example
      consumer_key: ${NORTH_KEY}
      consumer_secret: ${NORTH_SECRET}
    upstream: {rate: 5/s, burst: 7, timeout: 20s, attempts: 3}
    statuses: {wc-awaiting-pickup: on_hold}
    shipping_methods: {"Flat rate": "USPS Ground Advantage"}
    filters: {max_age: 90d, tags: [], shippable_only: true}
"""  # noqa: E501 - as a person would lay it out
NAMES = {"NORTH_PASSWORD": "pass", "NORTH_KEY": "ck", "NORTH_SECRET": "cs"}


def read(text: str, directory: Path | None = None, **environment: str) -> Settings:
    return parse_settings(
        text,
        file="s.yaml",
        find_type=find_kind,
        environment={**NAMES, **environment},
        directory=directory,
    )


def test_the_whole_contract_is_understood() -> None:
    settings = read(WHOLE)
    north = settings.stores["north"]
    assert (settings.listen.host, settings.listen.port) == (
        "0.0.0.0",  # noqa: S104 -- the contract's own example
        8080,
    )
    assert settings.export.lookback == timedelta(minutes=10)
    assert settings.delivery.schedule[-1] == timedelta(days=1)
    assert north.credentials[0].password.get_secret_value() == "pass"
    assert isinstance(north.connector, StandSettings)
    assert north.connector.consumer_secret.get_secret_value() == "cs"
    assert north.upstream.policy() == UpstreamPolicy(
        rate=5, burst=7, timeout=20, attempts=3, concurrency=4
    )
    assert north.statuses == {"wc-awaiting-pickup": OrderStatus.ON_HOLD}
    assert north.filters.max_age == timedelta(days=90)


def test_what_is_left_out_has_the_documented_default() -> None:
    store = (
        "credentials: {auth_key: k}, connector: {type: stand, url: 'http://n', consumer_key: a,"
        " consumer_secret: b}"
    )
    plain = read(f"stores: {{n: {{{store}}}}}")
    defaults = WHOLE.partition("stores:")[0]
    assert plain == read(
        defaults + f"stores: {{n: {{{store}, upstream: {{}}, filters: {{shippable_only: true}}}}}}"
    )


def test_a_section_whose_lines_are_all_remarks_counts_as_left_out() -> None:
    text = WHOLE.replace(
        "filters: {max_age: 90d, tags: [], shippable_only: true}",
        "filters:\n      # max_age: 90d\n    carriers:\n",
    )
    assert read(text).stores["north"].filters.max_age is None


def test_words_and_numbers_meant_as_text_stay_what_was_typed() -> None:
    text = (
        WHOLE.replace("${NORTH_PASSWORD}", "007")
        .replace("${NORTH_KEY}", "no")
        .replace("username: north", "username: 12345")
    )
    north = read(text).stores["north"]
    assert isinstance(north.connector, StandSettings)
    assert north.credentials[0].username == "12345"
    assert north.credentials[0].password.get_secret_value() == "007"
    assert north.connector.consumer_key.get_secret_value() == "no"


def test_variables_may_stand_inside_text_and_be_written_without_being_one() -> None:
    text = WHOLE.replace("https://north.example", "https://${HOST}.example/$${path}").replace(
        "${NORTH_KEY}", '"a${NORTH_KEY}b"'
    )
    connector = read(text, HOST="shop").stores["north"].connector
    assert isinstance(connector, StandSettings)
    assert connector.url == "https://shop.example/${path}"
    assert connector.consumer_key.get_secret_value() == "ackb"


def test_a_number_from_the_environment_is_a_number() -> None:
    assert (
        read(WHOLE.replace("page_size: 100", "page_size: ${SIZE}"), SIZE="50").export.page_size
        == 50
    )


def test_a_value_that_looks_like_a_variable_is_not_read_again() -> None:
    text = WHOLE.replace("${NORTH_KEY}", "'${OUTER}'")
    connector = read(text, OUTER="${NORTH_SECRET}").stores["north"].connector
    assert isinstance(connector, StandSettings)
    assert connector.consumer_key.get_secret_value() == "${NORTH_SECRET}"


def test_a_secret_may_lie_in_a_file_beside_the_settings(tmp_path: Path) -> None:
    (tmp_path / "key").write_text("from-file\n")
    text = WHOLE.replace("${NORTH_KEY}", "file:key").replace(
        "${NORTH_SECRET}", f"file:{tmp_path}/key"
    )
    connector = read(text, directory=tmp_path).stores["north"].connector
    assert isinstance(connector, StandSettings)
    assert (
        connector.consumer_key.get_secret_value()
        == connector.consumer_secret.get_secret_value()
        == "from-file"
    )


@pytest.mark.parametrize("content", [b"", b"\n", b"x" * 70_000, b"\xff\xfe"])
def test_a_secrets_file_that_cannot_be_one_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(
        SettingsError, match=r"s\.yaml:12:21: stores\.north\.connector\.consumer_key: expected "
    ):
        read(WHOLE.replace("${NORTH_KEY}", "file:key"), directory=tmp_path)


def test_credentials_may_be_several_while_a_password_changes() -> None:
    text = WHOLE.replace(
        "{username: north, password: ${NORTH_PASSWORD}}",
        "[{username: a, password: b}, {username: a, password: c}]",
    )
    assert [
        entry.password.get_secret_value() for entry in read(text).stores["north"].credentials
    ] == ["b", "c"]


def test_mappings_may_be_merged_and_the_own_key_wins() -> None:
    text = (
        WHOLE.replace(
            "upstream: {rate: 5/s, burst: 7, timeout: 20s, attempts: 3}",
            "upstream: &calm {rate: 1/s, attempts: 2}",
        )
        + "  south:\n    credentials: {auth_key: k}\n    connector: {type: stand, url: 'http://s',"
        " consumer_key: a, consumer_secret: b}\n    upstream:\n      <<: *calm\n     "
        " attempts: 7\n"
    )
    south = read(text).stores["south"]
    assert (south.upstream.rate, south.upstream.attempts) == (1.0, 7)


def test_a_carrier_may_be_given_by_its_name_alone() -> None:
    carriers = (
        read(
            WHOLE
            + "    carriers: {usps: USPS, dhl: {name: DHL, tracking_url: 'https://t/{number}'}}\n"
        )
        .stores["north"]
        .carriers
    )
    assert (carriers["usps"].name, carriers["dhl"].tracking_url) == ("USPS", "https://t/{number}")


def test_a_file_with_a_byte_order_mark_is_read(tmp_path: Path) -> None:
    (tmp_path / "s.yaml").write_bytes(b"\xef\xbb\xbf" + WHOLE.encode())
    assert load_settings(tmp_path / "s.yaml", find_type=find_kind, environment=NAMES) == read(WHOLE)


def test_no_secret_shows_when_settings_are_printed() -> None:
    shown = repr(
        read(
            WHOLE.replace("sqlite:///portside.db", "postgresql://u:hunter2@h/d"),
            NORTH_PASSWORD="hunter3",
        )
    )
    assert "hunter" not in shown


@given(
    st.text(
        alphabet=st.sampled_from("ab:-[]{}&*!?|>'\"%@`#,$ \n\t0~<") | st.characters(), max_size=60
    )
)
def test_no_text_makes_the_reader_raise_anything_but_settings_errors(text: str) -> None:
    try:
        read(text)
    except SettingsError as error:
        assert all(  # noqa: PT017 -- either may come
            problem.line >= 1 and problem.column >= 1 and problem.message
            for problem in error.problems
        )


def test_the_schema_for_editors_knows_every_key_and_each_kind_of_shop() -> None:
    schema = json.loads(json.dumps(json_schema([STAND])))
    assert set(schema["properties"]) == set(Settings.model_fields)
    assert schema["$defs"]["StoreSettings"]["properties"]["connector"]["oneOf"] == [
        {"$ref": "#/$defs/connector.stand"}
    ]
    assert schema["$defs"]["connector.stand"]["properties"]["type"]["const"] == "stand"
    assert schema["$defs"]["ExportSettings"]["properties"]["lookback"]["default"] == "10m"


def test_the_reference_page_names_every_key() -> None:
    page = markdown([STAND])
    for name in (
        *Settings.model_fields,
        "page_size",
        "answer_within",
        "exclude_tags",
        "consumer_secret",
        "batch",
    ):
        assert f"| `{name}` |" in page
