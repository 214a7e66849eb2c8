"""`portside account` against the fake account: what it lists, and what it finds wrong."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from proxy.cli.main import main
from proxy.simulator.account.traits import Fate, Traits
from proxy.storage.account.refreshes import Refreshes
from proxy.storage.database import Database
from tests.databases import copy_migrated, read_actions
from tests.simulator.account.stage import Scene, open_scene

LISTS = (
    *("stores", "users", "tags", "warehouses", "carriers", "services"),
    *("customers", "products", "orders", "shipments", "fulfillments"),
)

AFTER = [{"add_tag": "Fragil", "assign_user": "Ada"}]


@pytest.fixture
def database(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    return copy_migrated(request, "sqlite", tmp_path)


def write_settings(directory: Path, database: str, scene: Scene, **store: object) -> Path:
    """Settings of a store whose account is the scene's; `account` is merged into it."""
    account = {
        "api_key": scene.account.key,
        "api_secret": scene.account.secret,
        "url": scene.account.url,
        "rate": "40/m",
    }
    given = {
        "credentials": {"username": "north", "password": "a-long-password"},
        "connector": {
            "type": "woocommerce",
            "url": "https://north.example",
            "consumer_key": "ck_1",
            "consumer_secret": "cs_1",
        },
        **store,
        "account": account | dict(store.get("account") or {}),  # type: ignore[call-overload]
    }
    file = directory / "settings.yaml"
    file.write_text(yaml.safe_dump({"database": database, "stores": {"north": given}}))
    return file


async def run(file: Path, *words: str) -> Result:
    """The command, in a thread: the account answers on this one."""
    words = ("account", words[0], "--settings", str(file), *words[1:])
    return await asyncio.to_thread(CliRunner().invoke, main, list(words))


async def test_every_list_is_printed_as_a_table_and_as_json(tmp_path: Path, database: str) -> None:
    async with open_scene(now=datetime.now(UTC) - timedelta(hours=3)) as scene:
        account = scene.account
        for number in ("N-1", "N-2"):
            account.add_order(scene.store, number, {"CUP-1": 1})
        account.add_order(account.add_store("Other"), "M-1", {"CUP-1": 1})
        account.make_label(account.find_order("N-1"), fate=Fate.OFF)
        account.mark_shipped(account.find_order("N-2"), "X-7", fate=Fate.OFF)
        own = {"store_id": scene.store.store_id}
        file = write_settings(tmp_path, database, scene, account=own)
        counts = {}
        for name in LISTS:
            made = await run(file, name, "--json")
            assert made.exit_code == 0, made.output
            counts[name] = len(json.loads(made.stdout))
        assert counts["orders"] == 2
        assert (counts["shipments"], counts["fulfillments"]) == (1, 1)
        assert all(counts.values()), counts
        table = (await run(file, "shipments")).stdout
        assert "N-1" in table
        assert "stamps_com" in table
        for name in ("orders", "shipments", "fulfillments", "customers", "products"):
            assert (await run(file, name, "--since", "0s", "--json")).stdout == "[]\n", name
        for name in ("stores", "users", "tags", "warehouses", "carriers", "services"):
            refused = await run(file, name, "--since", "2d")
            assert refused.exit_code == 2
            assert f"list of {name} is short and always comes whole" in " ".join(
                refused.output.split()
            )


async def test_a_fitting_account_is_found_sound(tmp_path: Path, database: str) -> None:
    async with open_scene() as scene:
        await scene.account.connect_store(
            "North", "http://127.0.0.1:9/stores/north", scene.credentials
        )
        store = max(scene.account.stores)
        service = next(
            iter(
                json.loads(
                    (
                        await run(write_settings(tmp_path, database, scene), "services", "--json")
                    ).stdout
                )
            )
        )
        warehouse = scene.account.office.warehouses[0].name
        file = write_settings(
            tmp_path,
            database,
            scene,
            account={"store_id": store},
            shipping_methods={"Flat rate": service["name"].upper()},
            fields={"requested_warehouse": {"value": warehouse}},
        )
        made = await run(file, "check")
        assert made.exit_code == 0, made.output
        assert "stands in for ShipStation" in made.stdout
        assert "understands all five status words" in made.stdout
        assert made.stdout.count("!") == 1
        assert "cannot be compared" not in made.stdout


async def test_what_does_not_fit_is_named_with_what_to_do(tmp_path: Path, database: str) -> None:
    async with open_scene() as scene:
        file = write_settings(
            tmp_path,
            database,
            scene,
            account={"store_id": scene.store.store_id, "after_import": AFTER},
            status_words={"paid": "processing", "on_hold": "paid"},
            shipping_methods={"Flat rate": "Pigeon Post"},
            fields={"requested_warehouse": {"from": "w", "table": {"a": "Nowhere", "b": "Rino"}}},
        )
        made = await run(file, "check")
        assert made.exit_code == 1
        assert "the word for paid orders is 'processing'" in made.stdout
        assert "takes it for awaiting_shipment" in made.stdout
        assert "'Pigeon Post'" in made.stdout
        assert "'Nowhere'" in made.stdout
        assert "add_tag: expected one of Fragile, Wholesale" in made.stdout
        assert "assign_user: expected one of Ada Packer" in made.stdout
        assert (
            "'Rino', which `fields.requested_warehouse` gives; did you mean 'Reno'?" in made.stdout
        )
        assert "takes names from the order, which cannot be compared" in made.stdout
        assert "does not end in /stores/north" in made.stdout


async def test_mappings_shows_the_difference_and_writes_it_only_when_told(
    tmp_path: Path, database: str
) -> None:
    async with open_scene() as scene:
        file = write_settings(
            tmp_path,
            database,
            scene,
            account={"store_id": scene.store.store_id},
            status_words={"paid": "Paid"},
        )
        found = await run(file, "check")
        assert "does not know it; did you mean 'paid'?" in found.stdout
        shown = await run(file, "mappings")
        assert shown.exit_code == 1, shown.output
        assert ["Paid", "awaiting_shipment", "unknown"] in [
            line.split() for line in shown.stdout.splitlines()
        ]
        assert scene.store.find_status("Paid") is None
        written = await run(file, "mappings", "--write")
        assert written.exit_code == 0, written.output
        assert scene.store.find_status("Paid") == "awaiting_shipment"
        again = await run(file, "mappings", "--write")
        assert (again.exit_code, again.stdout.count("the same")) == (0, 5)
        assert [call.method for call in scene.account.calls].count("PUT") == 1
    assert await read_actions(database) == [("correct words", "north", "")]


async def test_mappings_that_the_account_does_not_show_are_left_alone(
    tmp_path: Path, database: str
) -> None:
    async with open_scene(traits=Traits(limit=1000, shows_words=False)) as scene:
        account = {"store_id": scene.store.store_id}
        file = write_settings(tmp_path, database, scene, account=account)
        made = await run(file, "mappings", "--write")
        assert made.exit_code == 0, made.output
        assert "does not show the status words" in made.stdout
        assert [call.method for call in scene.account.calls] == ["GET"]
        nameless = await run(write_settings(tmp_path, database, scene), "mappings")
        assert nameless.exit_code == 1
        assert "set `account.store_id`" in nameless.output


@pytest.mark.parametrize(
    ("options", "said"),
    [((), "the store's orders."), (("--since", "2026-01-05"), "orders from ")],
)
async def test_refresh_has_the_stores_orders_imported(
    tmp_path: Path, database: str, options: tuple[str, ...], said: str
) -> None:
    async with open_scene() as scene:
        own = {"store_id": scene.store.store_id}
        file = write_settings(tmp_path, database, scene, account=own)
        for _ in range(2):
            made = await run(file, "refresh", *options)
            assert made.exit_code == 0, made.output
            assert said in made.stdout
        assert [call.path for call in scene.account.calls] == ["/stores/refreshstore"] * 2
        before = scene.store.resource["refreshDate"]
        await scene.account.advance(timedelta(minutes=1))
        assert scene.store.resource["refreshDate"] != before
        polled = [path for path in scene.shop.polls if "start_date=01%2f05%2f2026" in path]
        assert bool(polled) is bool(options), scene.shop.polls
    assert await read_actions(database) == [("refresh", "north", "")] * 2


async def test_a_refresh_that_shipstation_refused_does_not_count_as_one(
    tmp_path: Path, database: str
) -> None:
    async with open_scene() as scene:
        file = write_settings(tmp_path, database, scene, account={"store_id": 999})
        made = await run(file, "refresh")
        assert (made.exit_code, "found 999" in made.output) == (1, True)
    async with Database.open(database) as kept:
        assert (await Refreshes(kept).list_last("north"))[0] == {}
    assert await read_actions(database) == []


async def test_refresh_of_a_store_without_its_number_says_what_to_set(
    tmp_path: Path, database: str
) -> None:
    async with open_scene() as scene:
        made = await run(write_settings(tmp_path, database, scene), "refresh")
        assert made.exit_code == 1
        assert "set `account.store_id`" in made.output
        assert scene.account.calls == []


async def test_what_the_account_does_not_show_is_not_called_wrong(
    tmp_path: Path, database: str
) -> None:
    traits = Traits(limit=1000, shows_words=False, shows_address=False)
    async with open_scene(traits=traits) as scene:
        account = {"store_id": scene.store.store_id}
        made = await run(write_settings(tmp_path, database, scene, account=account), "check")
        assert made.exit_code == 0, made.output
        assert "does not show this store's status words" in made.stdout


@pytest.mark.parametrize(
    ("account", "said", "status"),
    [
        ({"api_secret": "another-secret"}, "Invalid API credentials", 1),
        ({"store_id": 999}, "no active store 999", 1),
        ({}, "`account.store_id` is not set", 0),
    ],
)
async def test_a_key_or_store_that_is_wrong_ends_the_check_with_a_sentence(
    tmp_path: Path, database: str, account: dict[str, object], said: str, status: int
) -> None:
    async with open_scene() as scene:
        made = await run(write_settings(tmp_path, database, scene, account=account), "check")
        assert made.exit_code == status
        assert said in made.output
        assert "another-secret" not in made.output


async def test_the_check_of_all_settings_tells_of_an_address_that_stands_in(
    tmp_path: Path, database: str
) -> None:
    async with open_scene() as scene:
        file = write_settings(tmp_path, database, scene)
        made = CliRunner().invoke(main, ["check", "--offline", "--settings", str(file)])
        assert made.exit_code == 0
        assert "127.0.0.1, which stands in for ShipStation" in made.stdout
        file.write_text(
            file.read_text().replace(scene.account.url, "https://ssapi.shipstation.com")
        )
        made = CliRunner().invoke(main, ["check", "--offline", "--settings", str(file)])
        assert "stands in" not in made.stdout


async def test_a_store_without_a_key_is_told_what_to_add(tmp_path: Path, database: str) -> None:
    async with open_scene() as scene:
        file = write_settings(tmp_path, database, scene)
        settings = yaml.safe_load(file.read_text())
        del settings["stores"]["north"]["account"]
        file.write_text(yaml.safe_dump(settings))
        for options in ((), ("--store", "north")):
            made = await run(file, "stores", *options)
            assert made.exit_code == 1
            assert "add `account` with `api_key` and `api_secret`" in made.output
