"""`portside serve` as an operator meets it: started, asked, stopped, and started wrongly."""

from __future__ import annotations

import asyncio
import resource
import signal
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth
from lxml import etree

from connectors.testing.faults import Hang
from connectors.testing.shops.woocommerce import FakeWooCommerceShop
from proxy.doors.custom_store.dates import format_date
from proxy.storage.database import Database
from tests.acceptance.leases import end_leases
from tests.acceptance.served import Served, run_portside, serving, write_settings
from tests.storage.upgrades.test_schema import make_newer

LOGIN = {"Authorization": encode_basic_auth("north", "pass-word")}


@pytest.fixture
async def shop() -> AsyncIterator[FakeWooCommerceShop]:
    async with FakeWooCommerceShop() as shop:
        shop.stock(count=20)
        yield shop


@pytest.fixture
async def client() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def poll(
    client: ClientSession, served: Served, shop: FakeWooCommerceShop
) -> tuple[int, bytes]:
    end = shop.clock() + timedelta(days=1)
    query = {
        "action": "export",
        "start_date": format_date(end - timedelta(days=10)),
        "end_date": format_date(end),
        "page": "1",
    }
    async with client.get(served.url, params=query, headers=LOGIN) as answer:
        return answer.status, await answer.read()


async def notify(client: ClientSession, served: Served, order: str, number: str) -> int:
    query = {
        "action": "shipnotify",
        "order_number": order,
        "carrier": "USPS",
        "tracking_number": number,
    }
    async with client.post(served.url, params=query, headers=LOGIN) as answer:
        return answer.status


async def test_orders_go_out_and_a_stop_is_clean(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path
) -> None:
    async with serving(write_settings(tmp_path, shop)) as served:
        status, body = await poll(client, served, shop)
        async with client.get(f"http://{served.admin}/readyz") as answer:
            assert answer.status == 200
        served.stop()
        assert await served.ended() == 0
    assert status == 200
    assert len(etree.fromstring(body).findall("Order")) > 10
    assert served.log[-1]["event"] == "Stopped."
    assert served.other == []


async def test_a_stop_breaks_off_no_poll(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path
) -> None:
    async with serving(write_settings(tmp_path, shop)) as served:
        hang = Hang()
        shop.faults.add(hang)
        asked = asyncio.create_task(poll(client, served, shop))
        await hang.reached.wait()
        served.stop()
        await served.heard("Stopping.")
        hang.release()
        status, body = await asked
        assert await served.ended() == 0
    assert status == 200
    assert etree.fromstring(body).tag == "Orders"


@pytest.mark.parametrize("end", [signal.SIGTERM, signal.SIGKILL], ids=["stopped", "killed"])
async def test_a_stop_keeps_a_notice_that_is_on_its_way_and_the_next_start_delivers_it(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path, end: signal.Signals
) -> None:
    file = write_settings(tmp_path, shop)
    file.write_text(
        "stop_within: 1s\ndelivery: {answer_within: 1s, lease: 5s}\n" + file.read_text()
    )
    order = next(order.id for order in shop.book if order.word == "processing")
    async with serving(file) as served:
        hang = Hang()
        shop.faults.add(
            hang, when=lambda seen: seen.method == "GET" and f"/orders/{order}" in seen.path
        )
        assert await notify(client, served, order, "9400") == 200
        served.process.send_signal(end)
        assert await served.ended() == (0 if end is signal.SIGTERM else -signal.SIGKILL)
    assert not noted(shop, order, "9400")
    await end_leases(f"sqlite:///{tmp_path}/portside.db")
    hang.release()
    async with serving(file) as served:
        await served.heard("Shop told.")
        assert await notify(client, served, order, "9400") == 200
        served.stop()
        assert await served.ended() == 0
    assert noted(shop, order, "9400") == 1


def noted(shop: FakeWooCommerceShop, order: str, number: str) -> int:
    return sum(number in note["note"] for note in shop.desk.notes.get(order, []))


async def test_a_full_disk_is_503_and_space_is_all_it_takes_to_go_on(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path
) -> None:
    order = next(order.id for order in shop.book if order.word == "processing")
    async with serving(write_settings(tmp_path, shop)) as served:
        pid = served.process.pid
        _, most = resource.prlimit(pid, resource.RLIMIT_FSIZE)
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, most))
        assert await notify(client, served, order, "9400") == 503
        assert (await readiness(client, served))[0] == 503
        assert not noted(shop, order, "9400")
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (most, most))
        assert await notify(client, served, order, "9400") == 200
    assert noted(shop, order, "9400") == 1


async def readiness(client: ClientSession, served: Served) -> tuple[int, str]:
    async with client.get(f"http://{served.admin}/readyz") as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("fate", ["deleted", "replaced"])
async def test_a_notice_is_not_accepted_into_a_database_file_that_is_no_longer_there(
    shop: FakeWooCommerceShop, client: ClientSession, tmp_path: Path, fate: str
) -> None:
    order = next(order.id for order in shop.book if order.word == "processing")
    async with serving(write_settings(tmp_path, shop)) as served:
        file = tmp_path / "portside.db"
        if fate == "replaced":
            (tmp_path / "copy").write_bytes(file.read_bytes())
            (tmp_path / "copy").replace(file)
        else:
            file.unlink()
        assert await notify(client, served, order, "9400") == 503
        status, words = await readiness(client, served)
    assert status == 503
    assert words.startswith("the database's file was deleted or replaced while Portside ran")


async def test_a_newer_database_is_one_sentence_for_every_command(
    shop: FakeWooCommerceShop, tmp_path: Path
) -> None:
    file = write_settings(tmp_path, shop)
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as database:
        await make_newer(database, compatible_from="9999")
    for command in ("serve", "status"):
        code, out, err = await run_portside(command, "--settings", str(file))
        assert (code, out) == (1, ""), command
        (line,) = err.splitlines()
        assert line.startswith("Error: a newer Portside made this database")


async def test_a_taken_port_ends_the_start_with_one_line(
    shop: FakeWooCommerceShop, tmp_path: Path
) -> None:
    async with serving(write_settings(tmp_path, shop)) as served:
        file = tmp_path / "second.yaml"
        file.write_text(
            (tmp_path / "settings.yaml")
            .read_text()
            .replace("listen: 127.0.0.1:0", f"listen: {served.public}", 1)
        )
        code, out, err = await run_portside("serve", "--settings", str(file))
    assert (code, out) == (1, "")
    assert err == f"Error: cannot listen on {served.public}: address already in use\n"


@pytest.mark.parametrize(
    "database", ["sqlite:////no/such/folder/portside.db", "postgresql://nobody@127.0.0.1:1/none"]
)
async def test_a_database_that_cannot_be_used_ends_the_start_with_one_line(
    shop: FakeWooCommerceShop, tmp_path: Path, database: str
) -> None:
    file = write_settings(tmp_path, shop)
    file.write_text(file.read_text().replace(f"sqlite:///{tmp_path}/portside.db", database))
    code, out, err = await run_portside("serve", "--settings", str(file))
    assert (code, out) == (1, "")
    assert err.startswith("Error: the database ")
    assert err.count("\n") == 1


async def test_wrong_settings_end_the_start_with_their_problems_and_nothing_else(
    tmp_path: Path,
) -> None:
    file = tmp_path / "settings.yaml"
    file.write_text(
        "listen: 5\nstores:\n  north:\n    credentials: {username: a}\n    connector: {type:"
        " woocomerce}\n"
    )
    code, out, err = await run_portside("serve", "--settings", str(file))
    assert (code, out) == (2, "")
    assert [line.split(": ")[:2] for line in err.splitlines()] == [
        [f"{file}:1:9", "listen"],
        [f"{file}:4:18", "stores.north.credentials"],
        [f"{file}:5:23", "stores.north.connector.type"],
    ]
    assert "Did you mean 'woocommerce'?" in err


async def test_the_demo_comes_out_right_and_ends_by_itself() -> None:
    code, out, err = await run_portside("demo", "--once")
    assert (code, err) == (0, "")
    assert out.count("✓") == 8
    assert "✗" not in out


async def test_the_settings_file_we_ship_is_sound() -> None:
    root = Path(__file__).parents[2]
    code, out, _ = await run_portside(
        *("check", "--offline", "--settings", str(root / "settings.yaml")),
        NORTH_PASSWORD="p",
        NORTH_KEY="ck_1",
        NORTH_SECRET="cs_1",
    )
    assert code == 0
    assert "the settings are right (1 store)" in out


async def test_an_export_gives_the_very_xml(shop: FakeWooCommerceShop, tmp_path: Path) -> None:
    file = write_settings(tmp_path, shop)
    since = (shop.clock() - timedelta(days=10)).isoformat()
    code, out, err = await run_portside(
        "export", "--settings", str(file), "--store", "north", "--since", since
    )
    assert code == 0
    orders = etree.fromstring(out.encode()).findall("Order")
    held = err.count("left out: order")
    assert len(orders) + held == 20
    assert f"{len(orders)} orders, {held} left out" in err


async def test_a_check_says_what_is_wrong_and_what_to_do(
    shop: FakeWooCommerceShop, tmp_path: Path
) -> None:
    file = write_settings(tmp_path, shop)
    code, out, _ = await run_portside("check", "--settings", str(file))
    assert code == 0, out
    shop.access.secret = "another"
    code, out, _ = await run_portside("check", "--settings", str(file))
    assert code == 1
    assert "✗" in out
    assert "→" in out
    assert "Traceback" not in out
