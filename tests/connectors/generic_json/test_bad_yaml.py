"""Every fault in a described shop is named with its line, its column, its path and a sentence."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml

from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.registry import Registry
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError

FOLDER = Path(__file__).parent
GOOD = (FOLDER / "good.yaml").read_text(encoding="utf-8")
FAULTS: list[dict[str, Any]] = yaml.safe_load((FOLDER / "faults.yaml").read_text(encoding="utf-8"))


def problems(text: str) -> list[str]:
    try:
        parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_the_good_settings_are_good() -> None:
    assert problems(GOOD) == []


@pytest.mark.parametrize(
    ("written", "meant"),
    [("1h30m", timedelta(minutes=90)), ("1w", timedelta(days=7)), ("500ms", timedelta(0, 0.5))],
)
def test_a_duration_is_written_as_everywhere_in_the_settings(
    written: str, meant: timedelta
) -> None:
    text = GOOD.replace("cache: 1h", f"cache: {written}")
    settings = parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
    block = settings.stores["attic"].connector
    assert isinstance(block, GenericJsonSettings)
    assert block.orders.expand["goods"].cache == meant


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40


@pytest.mark.parametrize(
    "fault", FAULTS, ids=[str(fault["by"]).strip()[:40] or "nothing" for fault in FAULTS]
)
def test_a_fault_is_named_at_its_place(fault: dict[str, Any]) -> None:
    assert fault["replace"] in GOOD
    assert problems(GOOD.replace(fault["replace"], fault["by"], 1)) == fault["says"]


def test_all_faults_are_told_at_once() -> None:
    text = (
        GOOD.replace("items: data.orders", "items: data.orders[")
        .replace("zone: UTC", "zone: Berlin")
        .replace("code, id]", "code, idd(id)]")
    )
    assert [problem.split(": ")[0] for problem in problems(text)] == ["28:42", "30:16", "45:24"]


def test_a_secret_is_not_repeated_in_a_problem() -> None:
    text = GOOD.replace("{user: me, password: secret-word}", "[secret-word]")
    assert problems(text) != []
    assert not any("secret-word" in problem for problem in problems(text))
