"""The tutorial's last page is a working store: its very lines keep every promise, and what it shows
on the way is what is shown.
"""

import re
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from connectors.carriers import Carriers
from connectors.generic_json import connector_type
from connectors.interface import Connector, ConnectorContext
from connectors.language.functions.__main__ import write_table
from connectors.registry import Registry
from connectors.testing.contract import ConnectorContract, ShopHarness
from connectors.testing.requests import SeenRequest
from connectors.testing.shops.json_attic import KEY, PORT, FakeAttic
from connectors.upstream.policy import UpstreamPolicy
from proxy.settings.loader import parse_settings
from proxy.settings.problems import SettingsError

DOCS = Path(__file__).parents[3] / "docs"
TUTORIAL = (DOCS / "tutorials" / "strange-api.md").read_text(encoding="utf-8")
BLOCKS: list[str] = re.findall(r"```yaml\n(.*?)```", TUTORIAL, re.DOTALL)
FIRST, LAST = BLOCKS[0], BLOCKS[-1]


def read(text: str) -> Any:
    return (
        parse_settings(text, file="settings.yaml", find_type=Registry().get, environment={})
        .stores["attic"]
        .connector
    )


class AtticHarness(ShopHarness):
    page_size = 20

    def open_connector(self, policy: UpstreamPolicy) -> AbstractAsyncContextManager[Connector]:
        settings = read(LAST.replace(f"http://127.0.0.1:{PORT}", self.shop.url))
        return connector_type.open(
            settings, ConnectorContext(store="attic", upstream=policy, carriers=Carriers())
        )

    def is_list(self, seen: SeenRequest) -> bool:
        return seen.path == "/rpc/find-orders"

    def is_write(self, seen: SeenRequest) -> bool:
        return seen.path in {"/rpc/pack", "/rpc/send"}


class TestTheAttic(ConnectorContract):
    @pytest.fixture
    async def harness(self) -> AsyncIterator[AtticHarness]:
        async with FakeAttic() as shop:
            yield AtticHarness(shop)


def test_the_slip_of_the_first_step_is_told_as_printed() -> None:
    with pytest.raises(SettingsError) as fault:
        read(FIRST)
    assert f"$ portside check --offline\n{fault.value}\n" in TUTORIAL
    read(FIRST.replace("window.ende", "window.end"))


def test_the_whole_is_made_of_the_parts_shown_before() -> None:
    for part in BLOCKS[1:-1]:
        assert part in LAST
    assert KEY in LAST


def test_the_lines_that_faults_name_are_those_of_the_whole() -> None:
    lines = LAST.splitlines()
    for text, number in re.findall(r"([a-z.]+)(?: \(|, )settings\.yaml:(\d+)\)", TUTORIAL):
        assert text.split(".")[-1] in lines[int(number) - 1], (
            f"{text} does not stand on line {number}"
        )


def test_every_function_is_in_the_reference() -> None:
    page = (DOCS / "generic-json.md").read_text(encoding="utf-8")
    assert "\n".join(write_table()) in page, (
        "put in what `python -m connectors.language.functions` prints"
    )
