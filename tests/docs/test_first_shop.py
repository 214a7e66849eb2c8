"""The first tutorial, followed word by word: a fake WooCommerce shop stands in for the reader's."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from tests.acceptance.served import run_portside, serving
from tests.docs.blocks import list_blocks

PAGE = "docs/tutorials/first-shop.md"


@pytest.fixture(scope="module")
def commands() -> dict[str, list[str]]:
    """The words behind `portside` by the first of them; each is shown once."""
    text = "".join(block.text for block in list_blocks() if block.page == PAGE)
    calls = [shlex.split(line) for line in re.findall(r"(?m)^portside (.*)$", text)]
    found = {words[0]: words for words in calls}
    assert len(found) == len(calls)
    return found


async def test_whoever_follows_it_ends_with_a_store_that_serves(
    commands: dict[str, list[str]], tmp_path: Path
) -> None:
    async with FakeWooCommerceShop() as shop:
        shop.stock(count=8)
        number = next(order.number for order in shop.book if order.word == "processing")
        replaced = {"https://north.example": shop.url, "1001": number}

        async def follow(name: str, **secrets: str) -> str:
            words = [replaced.get(word, word) for word in commands[name]]
            code, out, err = await run_portside(*words, cwd=tmp_path, **secrets)
            assert code == 0, (words, out, err)
            return out

        keys = {"NORTH_KEY": shop.access.key, "NORTH_SECRET": shop.access.secret}
        assert "✗" not in await follow("init", **keys)
        secrets = dict(re.findall(r"(?m)^(\w+)=(.*)$", (tmp_path / ".env").read_text()))
        assert secrets.keys() == {"NORTH_PASSWORD", "NORTH_KEY", "NORTH_SECRET"}
        assert f"<OrderNumber><![CDATA[{number}]]>" in await follow("preview", **secrets)
        assert "<Orders" in await follow("export", **secrets)
        file = tmp_path / "settings.yaml"
        file.write_text(
            file.read_text().replace("sqlite:///portside.db", f"sqlite:///{tmp_path}/portside.db")
            + "listen: 127.0.0.1:0\nadmin: {listen: 127.0.0.1:0}\n"
        )
        assert commands["serve"] == ["serve"]
        async with serving(file, **secrets) as served:
            replaced["http://127.0.0.1:8080/stores/north"] = served.url
            await follow("verify", PORTSIDE_PASSWORD=secrets["NORTH_PASSWORD"], **secrets)
            assert (await follow("status", **secrets)).startswith("All well.")
