"""The stranger's connector is found by its entry point, keeps all promises, and its settings are
checked as ours are.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import pytest

from connectors.interface import Connector, ConnectorContext, ConnectorType
from connectors.registry import Registry
from connectors.testing import ConnectorContract, ShopHarness
from connectors.testing.shops.json_shop import TOKEN, FakeJsonShop, Style
from connectors.upstream.policy import UpstreamPolicy
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError

PACKAGE = Path(__file__).parent / "woodland"
SETTINGS = """
stores:
  north:
    credentials: {username: n, password: p}
    connector: {type: woocommerce, url: "https://north.example", consumer_key: ck_1, consumer_secret: cs_1}
  wood:
    credentials: {username: w, password: p}
    connector: {type: woodland, url: "https://wood.example", token: t0ken}
"""  # noqa: E501 - lines are what the tests count


@pytest.fixture(autouse=True)
def _installed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """As `pip install` would: the package and its metadata lie where Python looks."""
    monkeypatch.syspath_prepend(str(PACKAGE))
    yield
    for name in [name for name in sys.modules if name.startswith("portside_")]:
        del sys.modules[name]


@pytest.fixture
def kind(_installed: None) -> ConnectorType:
    return Registry().get("woodland")


class WoodlandHarness(ShopHarness):
    def __init__(self, shop: FakeJsonShop, kind: ConnectorType) -> None:
        super().__init__(shop)
        self.kind = kind

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        settings = self.kind.settings.model_validate(
            {"type": "woodland", "url": self.shop.url, "token": TOKEN}
        )
        return self.kind.open(settings, ConnectorContext(store="wood", upstream=policy))


class TestWoodland(ConnectorContract):
    @pytest.fixture
    async def harness(self, kind: ConnectorType) -> AsyncIterator[WoodlandHarness]:
        async with FakeJsonShop(Style.KEYSET) as shop:
            yield WoodlandHarness(shop, kind)


def problems(text: str) -> list[str]:
    try:
        parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
    except SettingsError as error:
        return [str(problem) for problem in error.problems]
    return []


def test_it_is_named_beside_ours() -> None:
    assert {"generic_json", "woocommerce", "woodland"} <= set(Registry().names())


def test_its_settings_are_right_beside_others() -> None:
    assert problems(SETTINGS) == []


@pytest.mark.parametrize(
    ("old", "new", "says"),
    [
        (
            "token: t0ken",
            "tokn: t0ken",
            "8:62: stores.wood.connector.tokn: unknown key; did you mean 'token'?",
        ),
        (
            "token: t0ken",
            "token: t0ken, page_size: 0",
            "8:87: stores.wood.connector.page_size: expected at least 1, found the number 0",
        ),
        (
            "https://wood",
            "wood",
            (
                "8:38: stores.wood.connector.url: expected text of the form ^https?://.+, found"
                " 'wood.example'"
            ),
        ),
    ],
)
def test_a_fault_in_its_settings_has_a_line(old: str, new: str, says: str) -> None:
    assert says in problems(SETTINGS.replace(old, new))


def test_a_missing_plug_in_is_a_problem_with_a_line() -> None:
    (problem,) = problems(SETTINGS.replace("type: woodland", "type: woodlnd"))
    assert problem.startswith(
        "8:23: stores.wood.connector.type: There is no connector named 'woodlnd'. Did you mean"
        " 'woodland'?"
    )


@pytest.mark.parametrize(
    ("module", "says"),
    [
        (
            "import a_library_that_is_not_there",
            "cannot be loaded: ModuleNotFoundError: No module named 'a_library_that_is_not_there'",
        ),
        ("connector_type = 5", "is a int; expected a ConnectorType"),
        ("raise SystemError('boom')", "cannot be loaded: SystemError: boom"),
    ],
)
def test_a_broken_plug_in_is_a_problem_with_a_line_and_harms_nobody_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, module: str, says: str
) -> None:
    (tmp_path / "portside_broken.py").write_text(module)
    (tmp_path / "portside_broken-1.0.dist-info").mkdir()
    (tmp_path / "portside_broken-1.0.dist-info" / "METADATA").write_text(
        "Metadata-Version: 2.1\nName: portside-broken\nVersion: 1.0\n"
    )
    (tmp_path / "portside_broken-1.0.dist-info" / "entry_points.txt").write_text(
        "[portside.connectors]\nbroken = portside_broken:connector_type\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    assert problems(SETTINGS) == []
    (problem,) = problems(SETTINGS.replace("type: woodland", "type: broken"))
    assert problem.startswith(
        "8:23: stores.wood.connector.type: The connector 'broken' (portside-broken 1.0:"
        " portside_broken:connector_type)"
    )
    assert says in problem
