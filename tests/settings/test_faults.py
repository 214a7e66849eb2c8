"""Each fault a person can make in the sections for the whole of Portside, with the exact line,
column and sentence it earns; and what holds for all faults.
"""

from __future__ import annotations

from pathlib import Path

import pytest

from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError
from tests.settings.kinds import find_kind
from tests.settings.sound_store import NAMES, STORE, read_complaint

# One fault each: the text, and the one line it must give.
FAULTS = [
    ("listne: 0.0.0.0:1\n", "1:1: listne: unknown key; did you mean 'listen'?"),
    ("zzz: 1\n", "1:1: zzz: unknown key"),
    (
        "listen: 8080\n",
        "1:9: listen: expected an address such as 0.0.0.0:8080, found the number 8080",
    ),
    ("listen: 0.0.0.0:99999\n", "1:9: listen: expected a port from 0 to 65535, found 99999"),
    (
        "admin:\n  listen: 0.0.0.0:9090\n",
        (
            "2:3: admin: expected a password, because 0.0.0.0:9090 can be reached from other"
            " machines; or listen on 127.0.0.1"
        ),
    ),
    (
        "listen: 127.0.0.1:9090\n",
        "1:9: admin.listen: expected another address than `listen`, found 127.0.0.1:9090 for both",
    ),
    (
        "database: mysql://root:hunter2@h/d\n",
        (
            "1:11: database: expected sqlite:///file.db (sqlite:////absolute/file.db) or"
            " postgresql://user:password@host/name, found something else"
        ),
    ),
    ("export: 5\n", "1:9: export: expected keys with values, found the number 5"),
    (
        "export:\n  page_size: 0\n",
        "2:14: export.page_size: expected at least 1, found the number 0",
    ),
    (
        "export:\n  page_size: many\n",
        "2:14: export.page_size: expected a whole number, found 'many'",
    ),
    (
        "export:\n  page_size: 10.5\n",
        "2:14: export.page_size: expected a whole number, found the number 10.5",
    ),
    (
        "export: {lookback: 10}\n",
        (
            "1:20: export.lookback: expected a duration such as 30s, 10m, 2h or 90d, found the"
            " number 10"
        ),
    ),
    ("export: {lookback: 2d}\n", "1:20: export.lookback: expected at most 1 day, found 2d"),
    (
        "export: {keep_for: ten}\n",
        "1:20: export.keep_for: expected a duration such as 30s, 10m, 2h or 90d, found 'ten'",
    ),
    (
        "export: {when_shop_is_down: defre}\n",
        (
            "1:29: export.when_shop_is_down: expected 'fail' or 'defer', found 'defre'; did you"
            " mean 'defer'?"
        ),
    ),
    ("export: {page-size: 5}\n", "1:10: export.page-size: unknown key; did you mean 'page_size'?"),
    (
        "export: {resend_unchanged: perhaps}\n",
        "1:28: export.resend_unchanged: expected true or false, found 'perhaps'",
    ),
    ("delivery: {schedule: 1m}\n", "1:22: delivery.schedule: expected a list, found '1m'"),
    (
        "delivery: {schedule: []}\n",
        "1:22: delivery.schedule: expected at least 1, found a list of 0",
    ),
    (
        "delivery: {schedule: [1m, soon]}\n",
        "1:27: delivery.schedule[1]: expected a duration such as 30s, 10m, 2h or 90d, found 'soon'",
    ),
    ("delivery: {lease: 1s}\n", "1:19: delivery.lease: expected at least 5 seconds, found 1s"),
    (
        "delivery: {answer_within: 30s, lease: 30s}\n",
        (
            "1:11: delivery: expected a lease longer than answer_within (30s), found 30s; a notice"
            " could be told twice"
        ),
    ),
    (
        "logs: {level: loud}\n",
        "1:15: logs.level: expected 'debug', 'info', 'warning' or 'error', found 'loud'",
    ),
    (
        "logs: {format: jsn}\n",
        (
            "1:16: logs.format: expected 'auto', 'json' or 'console', found 'jsn'; did you mean"
            " 'json'?"
        ),
    ),
]


@pytest.mark.parametrize(("text", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_each_fault_is_told_with_its_place(text: str, line: str) -> None:
    assert read_complaint(text) == [f"s.yaml:{line}"]


def test_all_faults_are_told_at_once_in_the_order_of_the_file() -> None:
    text = "listne: 1\nexport: {page_size: 0}\n" + STORE.replace("stand", "stnad") + "    door: x\n"
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert [(problem.line, problem.path) for problem in caught.value.problems] == [
        (1, "listne"),
        (2, "export.page_size"),
        (6, "stores.north.connector.type"),
        (7, "stores.north.door"),
    ]


@pytest.mark.parametrize("written", ["${NORTH_SECRET}", "file:secret"])
def test_a_value_from_the_environment_or_a_file_is_never_echoed(
    written: str, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text(NAMES["NORTH_SECRET"])
    text = (
        f"export: {{when_shop_is_down: '{written}', lookback: '{written}'}}\nlisten:"
        f" '{written}'\n" + STORE
    )
    with pytest.raises(SettingsError) as caught:
        parse_settings(
            text, file="s.yaml", find_type=find_kind, environment=NAMES, directory=tmp_path
        )
    assert len(caught.value.problems) == 3
    assert NAMES["NORTH_SECRET"] not in str(caught.value)


def test_a_secret_typed_into_the_wrong_place_is_never_echoed() -> None:
    text = STORE.replace("consumer_secret: cs_1", "consumer_secret: {cs_hidden: 1}").replace(
        "pass-word", "[pass-hidden]"
    )
    with pytest.raises(SettingsError) as caught:
        parse_settings(text, file="s.yaml", find_type=find_kind, environment={})
    assert "hidden" not in str(caught.value)
