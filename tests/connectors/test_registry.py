"""Connector types are found by name, loaded late, and a broken one is named."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from connectors.interface import Connector, ConnectorContext, ConnectorSettings, ConnectorType
from connectors.registry import GROUP, ConnectorTypeError, Registry


class FlowerSettings(ConnectorSettings):
    petals: int = 5


def open_flower(
    settings: FlowerSettings, context: ConnectorContext
) -> AbstractAsyncContextManager[Connector]:
    raise AssertionError((settings, context))


FLOWER = ConnectorType(name="flower", settings=FlowerSettings, open=open_flower)
MISNAMED = ConnectorType(name="tree", settings=FlowerSettings, open=open_flower)
SETTINGLESS = ConnectorType(name="settingless", settings=dict, open=open_flower)  # type: ignore[arg-type] # a stranger's mistake
NOT_A_TYPE = {"name": "flower"}


def registry(**points: str) -> Registry:
    return Registry(lambda: [EntryPoint(name, value, GROUP) for name, value in points.items()])


@pytest.fixture
def broken_module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    (tmp_path / "portside_broken_plugin.py").write_text("import a_library_that_is_not_there\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    yield "portside_broken_plugin"
    sys.modules.pop("portside_broken_plugin", None)


def test_a_type_is_loaded_by_its_name() -> None:
    assert registry(flower=f"{__name__}:FLOWER").get("flower").settings is FlowerSettings


def test_our_own_connectors_come_by_entry_points() -> None:
    assert {"generic_json", "shopify", "woocommerce"} <= set(Registry().names())
    assert Registry().get("woocommerce").name == "woocommerce"


def test_settings_may_ask_for_any_name() -> None:
    with pytest.raises(LookupError, match="no connector named 'woocommerze'"):
        Registry().get("woocommerze")


def test_a_misspelt_name_is_told_the_right_one() -> None:
    with pytest.raises(
        ConnectorTypeError,
        match=r"no connector named 'flowr'. Did you mean 'flower'\? Installed: flower, tree\.",
    ) as caught:
        registry(flower=f"{__name__}:FLOWER", tree="x:y").get("flowr")
    assert caught.value.suggestion == "flower"


def test_a_name_like_no_other_gets_the_list_alone() -> None:
    with pytest.raises(
        ConnectorTypeError, match=r"no connector named 'magento'\. Installed: flower\."
    ):
        registry(flower="x:y").get("magento")


def test_a_broken_plug_in_harms_only_those_who_ask_for_it(broken_module: str) -> None:
    types = registry(flower=f"{__name__}:FLOWER", broken=f"{broken_module}:thing")
    assert types.names() == ("broken", "flower")
    assert types.get("flower").name == "flower"
    assert types.get("flower") == FLOWER
    with pytest.raises(
        ConnectorTypeError,
        match=r"'broken' .*cannot be loaded: ModuleNotFoundError: No module named",
    ):
        types.get("broken")


@pytest.mark.parametrize(
    ("name", "target", "complaint"),
    [
        ("flower", "NOT_A_TYPE", "is a dict; expected a ConnectorType"),
        ("flower", "MISNAMED", "calls itself 'tree'"),
        ("settingless", "SETTINGLESS", "settings that are not a ConnectorSettings model"),
        ("flower", "NOTHING_HERE", "cannot be loaded: AttributeError"),
    ],
)
def test_a_wrong_object_is_named(name: str, target: str, complaint: str) -> None:
    with pytest.raises(ConnectorTypeError, match=complaint):
        registry(**{name: f"{__name__}:{target}"}).get(name)


def test_two_packages_may_not_offer_one_name() -> None:
    points = [
        EntryPoint("flower", f"{__name__}:FLOWER", GROUP),
        EntryPoint("flower", "elsewhere:FLOWER", GROUP),
    ]
    with pytest.raises(
        ConnectorTypeError,
        match=r"Two packages offer a connector named 'flower': .*elsewhere:FLOWER",
    ):
        Registry(lambda: points).get("flower")


def test_the_same_entry_point_seen_twice_is_one() -> None:
    points = [EntryPoint("flower", f"{__name__}:FLOWER", GROUP)] * 2
    assert Registry(lambda: points).get("flower") is FLOWER
