"""`portside account webhooks`: asked for once, shown without secrets, and only ours ended."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from proxy.cli.main import main
from proxy.simulator.account.traits import Shape, Traits
from tests.cli.test_account import database, write_settings
from tests.databases import read_actions
from tests.simulator.account.stage import Scene, open_scene

__all__ = ["database"]
SECRETS = ("the-first-secret-of-portside", "the-second-secret-of-portside")
EVENTS = ["FULFILLMENT_SHIPPED", "ORDER_NOTIFY", "SHIP_NOTIFY"]


async def run(file: Path, *words: str) -> Result:
    """The command, in a thread: the account answers on this one."""
    given = ["account", *words, "--settings", str(file)]
    made = await asyncio.to_thread(CliRunner().invoke, main, given)
    assert not any(secret in made.output for secret in (*SECRETS, "hush")), made.output
    return made


def write_hooks(folder: Path, database: str, scene: Scene, secret: str, **more: object) -> Path:
    hooks = {"address": "https://portside.example/", "secret": secret}
    account = {"store_id": scene.store.store_id, "webhooks": hooks, **more}
    return write_settings(folder, database, scene, account=account)


def find_urls(scene: Scene) -> list[tuple[str, str]]:
    return sorted((hook.event, hook.url) for hook in scene.account.webhooks.hooks.values())


@pytest.mark.parametrize("shape", Shape)
async def test_webhooks_are_registered_once_renewed_with_the_secret_and_removed_alone(
    tmp_path: Path, database: str, shape: Shape
) -> None:
    foreign = [
        ("SHIP_NOTIFY", "https://other.example/shipstation/north/hush"),
        ("SHIP_NOTIFY", "https://portside.example/shipstation/south/hush"),
    ]
    async with open_scene(traits=Traits(limit=1000, hooks=shape)) as scene:
        for event, url in foreign:
            scene.account.webhooks.subscribe(url, event, None, "Portside north")
        file = write_hooks(tmp_path, database, scene, SECRETS[0])
        assert "does not send SHIP_NOTIFY" in (await run(file, "check")).stdout
        for secret in SECRETS:
            file = write_hooks(tmp_path, database, scene, secret)
            own = [
                (event, f"https://portside.example/shipstation/north/{secret}") for event in EVENTS
            ]
            for said in ("registered SHIP_NOTIFY", "nothing to do"):
                made = await run(file, "webhooks", "register")
                assert made.exit_code == 0, made.output
                assert said in made.stdout
                assert "https://portside.example/shipstation/north/…" in made.stdout
                assert find_urls(scene) == sorted([*own, *foreign])
        assert "webhooks call the address" in (await run(file, "check")).stdout
        listed = json.loads((await run(file, "webhooks", "list", "--json")).stdout)
        assert sorted(row["calls"] for row in listed) == [
            *["another program"] * 2,
            *["this store"] * 3,
        ]
        assert (await run(file, "webhooks", "remove")).exit_code == 0
        assert "nothing to do" in (await run(file, "webhooks", "remove")).stdout
        assert find_urls(scene) == sorted(foreign)
    done = [action for action, _, _ in await read_actions(database)]
    assert done == [*["register account webhooks"] * len(SECRETS), "remove account webhooks"]


async def test_without_an_address_nothing_is_registered(tmp_path: Path, database: str) -> None:
    async with open_scene() as scene:
        file = write_settings(tmp_path, database, scene)
        for word in ("register", "remove"):
            made = await run(file, "webhooks", word)
            assert (made.exit_code, "add `account.webhooks`" in made.output) == (1, True)
        assert "ShipStation has no webhooks." in (await run(file, "webhooks", "list")).stdout
        assert all(call.method == "GET" for call in scene.account.calls)
