"""What an operator can see and do about deliveries on the command line."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner

from connectors.orders import Address
from connectors.shipments import Shipment, ShippedItem
from proxy.cli.deliveries.deliveries import deliveries
from proxy.cli.main import main as portside
from proxy.storage.database import Database
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.interface import Attempt, AttemptOutcome
from proxy.storage.outbox.operator import DatabaseDeliveries
from tests.databases import make_migrated_file


def parcel(order: str, *items: ShippedItem) -> Shipment:
    return Shipment(
        items=items,
        order_number=order,
        carrier="UPS",
        tracking_number=f"1Z{order}",
        recipient=Address(name="Ada Löwe", line1="1 Main St", country="US"),
    )


PACKED = (ShippedItem(sku="CUP", quantity=2), ShippedItem(name="Pot\x1b", quantity=1))


async def fill_outbox(url: str) -> None:
    """1 is delivered, 2 is dead, 3 waits, 4 is dead and of another store, 5 is under way."""
    async with Database.open(url) as database:
        outbox = DatabaseOutbox(database)
        now = await outbox.now()
        told = Attempt(
            at=now,
            outcome=AttemptOutcome.REFUSED,
            seconds=0.125,
            message="cancelled, says the shop",
            worker="test",
        )
        for order, store in (
            ("1", "north"),
            ("2", "north"),
            ("3", "north"),
            ("4", "south"),
            ("5", "north"),
        ):
            items = PACKED if order == "3" else ()
            _, delivery = await outbox.put(store, parcel(order, *items), lease=60)
            if order == "1":
                await outbox.mark_delivered(delivery, told)
            elif order in "24":
                await outbox.mark_dead(delivery, told)
            elif order == "3":
                await outbox.retry_at(delivery, now + timedelta(hours=1), told, counted=True)


async def states(url: str) -> dict[int, str]:
    async with Database.open(url) as database:
        kept = DatabaseDeliveries(database)
        rows = [await kept.get(number) for number in range(1, 6)]
    return {row.id: "under way" if row.lease else row.state.value for row in rows}


BEFORE = {1: "delivered", 2: "dead", 3: "waiting", 4: "dead", 5: "under way"}


class CommandLine:
    """`portside deliveries …` on a filled database."""

    def __init__(self, directory: Path) -> None:
        self.url = make_migrated_file(directory / "portside.db")
        self.settings = directory / "settings.yaml"
        self.settings.write_text(
            f"database: {self.url}\nstores:\n  north:\n    credentials: {{username: north,"
            " password: p}\n    connector: {type: woocommerce, url: 'http://127.0.0.1:1',"
            " consumer_key: ck_1, consumer_secret: '${SHOP_SECRET}'}\n"
        )
        asyncio.run(fill_outbox(self.url))

    def __call__(self, *words: str, status: int = 0) -> str:
        command, *rest = words
        result = CliRunner(env={"COLUMNS": "200"}).invoke(
            deliveries, [command, "--settings", str(self.settings), *rest]
        )
        assert result.exit_code == status, result.output
        return result.output

    def states(self) -> dict[int, str]:
        return asyncio.run(states(self.url))


@pytest.fixture
def command(tmp_path: Path) -> CommandLine:
    return CommandLine(tmp_path)


def test_the_list_shows_what_there_is_without_the_buyer(command: CommandLine) -> None:
    out = command("list")
    assert [line.split()[0] for line in out.splitlines()] == ["ID", "5", "4", "3", "2", "1"]
    assert "cancelled, says the shop" in out
    assert "items            2 x CUP, 1 x Pot\\x1b\n" in command("show", "3")
    assert "Ada" not in out


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (["--state", "dead"], [4, 2]),
        (["--state", "dead", "--state", "waiting", "--store", "north"], [5, 3, 2]),
        (["--since", "1h"], [5, 4, 3, 2, 1]),
        (["--since", "2090-01-01"], []),
        (["--order", "3"], [3]),
        (["--limit", "2"], [5, 4]),
    ],
)
def test_the_list_can_be_narrowed_down(
    command: CommandLine, options: list[str], ids: list[int]
) -> None:
    assert [row["id"] for row in json.loads(command("list", "--json", *options))] == ids


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (
            ["list", "--state", "lost"],
            "state: expected one of waiting, delivered, dead, discarded, found 'lost'",
        ),
        (
            ["list", "--since", "yesterday"],
            (
                "since: expected a duration such as 2d or 12h, or a date such as 2026-01-31 or"
                " 2026-01-31T08:00, found 'yesterday'"
            ),
        ),
        (["retry", "two"], "id: expected a delivery's number, found 'two'"),
        (["show", "404"], "there is no delivery 404"),
        (
            ["discard"],
            (
                "expected which deliveries to discard: ids, a store, a state, an order, a time, or"
                " all; found none"
            ),
        ),
        (
            ["retry"],
            (
                "expected which deliveries to try again: ids, a store, a state, an order, a time,"
                " or all; found none"
            ),
        ),
        (["retry", "2", "--all"], "expected either ids or all, found both"),
        (
            ["resend", "1", "--reason", " "],
            "reason: expected 1 to 500 characters that say why, found none",
        ),
        (
            ["resend", "1", "--reason", "a" * 501],
            "reason: expected 1 to 500 characters that say why, found more",
        ),
        (
            ["retry", "--state", "delivered"],
            "state: expected waiting or dead, because what is delivered is finished",
        ),
    ],
)
def test_what_cannot_be_understood_is_said_in_one_line_and_nothing_is_done(
    command: CommandLine, words: list[str], complaint: str
) -> None:
    assert command(*words, status=1) == f"Error: {complaint}\n"
    assert command.states() == BEFORE


def test_one_delivery_is_shown_with_every_attempt(command: CommandLine) -> None:
    out = command("show", "2")
    assert "tracking number  1Z2" in out
    assert "refused        0.125 s  cancelled, says the shop" in out
    assert "items            all that is left" in out
    assert "Ada" not in out
    assert "under way" not in out
    shown = json.loads(command("show", "2", "--json"))
    assert [attempt["outcome"] for attempt in shown["tried"]] == ["refused"]
    assert "not tried yet" in command("show", "5")


def test_all_dead_ones_are_brought_back_at_once(command: CommandLine) -> None:
    assert command("retry", "--all") == "2 queued again\n"
    assert command.states() == {**BEFORE, 2: "waiting", 4: "waiting"}


@pytest.mark.parametrize(
    ("words", "changed"),
    [(["2"], {2}), (["--store", "south"], {4}), (["3", "5"], {3}), (["--state", "waiting"], {3})],
)
def test_only_what_is_named_is_brought_back_and_nothing_count_running(
    command: CommandLine, words: list[str], changed: set[int]
) -> None:
    assert command("retry", *words).splitlines()[-1] == f"{len(changed)} queued again"
    assert command.states() == {**BEFORE, **dict.fromkeys(changed, "waiting")}


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["retry", "404", "5"], ["there is no delivery 404", "delivery 5 is under way"]),
        (["retry", "1"], ["delivery 1 is delivered, so there is nothing to try again"]),
        (["discard", "1"], ["delivery 1 is delivered, so there is nothing to discard"]),
        (
            ["retry", "--store", "nroth"],
            ["no store named 'nroth'; the settings name: north; did you mean 'north'?"],
        ),
        (
            ["list", "--store", "nroth"],
            ["no store named 'nroth'; the settings name: north; did you mean 'north'?"],
        ),
    ],
)
def test_what_stays_as_it_is_stays_so_for_a_reason(
    command: CommandLine, words: list[str], says: list[str]
) -> None:
    status = 0 if words[0] == "list" else 1
    assert command(*words, status=status).splitlines()[: len(says)] == says
    assert command.states() == BEFORE


@pytest.mark.parametrize("word", ["retry", "discard"])
def test_a_choice_that_nothing_fits_ends_with_1(command: CommandLine, word: str) -> None:
    assert command(word, "--order", "77", status=1).startswith("0 ")
    assert command(word, "--order", "77", "--dry-run", status=1).startswith("none\n0 would be ")


def test_what_the_shop_has_is_sent_again_for_a_reason_that_is_shown(command: CommandLine) -> None:
    why = ("--reason", "the shop was restored from a backup")
    assert command("resend", "1", *why, "--dry-run").endswith(
        "1 would be queued to be sent again\n"
    )
    assert command.states() == BEFORE
    assert command("resend", "1", "2", *why) == (
        "delivery 2 is dead, so there is nothing to send again; see `portside deliveries retry 2`\n"
        "1 queued to be sent again\n"
    )
    assert command.states() == {**BEFORE, 1: "waiting"}
    assert "resent         0.000 s  the shop was restored from a backup" in command("show", "1")


@pytest.mark.parametrize("words", [["status"], ["held"], ["deliveries", "list"]])
def test_what_only_reads_the_database_needs_no_secret_of_a_shop(
    command: CommandLine, words: list[str]
) -> None:
    broken = command.settings.read_text() + "    upstream: {rate: file:no-such-file}\n"
    command.settings.write_text(broken + "export: {page_size: many}\n")
    result = CliRunner(env={"COLUMNS": "200"}).invoke(
        portside, [*words, "--settings", str(command.settings)]
    )
    assert result.exit_code == (1 if words == ["status"] else 0), result.output


def test_the_secret_of_the_database_is_needed_and_named(command: CommandLine) -> None:
    text = command.settings.read_text()
    command.settings.write_text(text.replace(command.url, "postgresql://u:${PG_SECRET}@db/p"))
    assert "expected the environment variable PG_SECRET to hold a value" in command(
        "list", status=2
    )


@pytest.mark.parametrize(("words", "changed"), [(["2", "3"], {2, 3}), (["--since", "1d"], {2, 4})])
def test_what_is_discarded_stays_so(
    command: CommandLine, words: list[str], changed: set[int]
) -> None:
    assert command("discard", *words) == f"{len(changed)} discarded\n"
    assert command.states() == {**BEFORE, **dict.fromkeys(changed, "discarded")}


@pytest.mark.parametrize("word", ["retry", "discard"])
def test_a_dry_run_shows_and_changes_nothing(command: CommandLine, word: str) -> None:
    out = command(word, "--dry-run", "--store", "north")
    assert out.splitlines()[1].split()[:3] == ["2", "north", "2"]
    assert (
        out.splitlines()[-1] == f"1 would be {'queued again' if word == 'retry' else 'discarded'}"
    )
    assert command.states() == BEFORE


@pytest.mark.parametrize("place", ["missing/portside.db", "other.db"])
def test_a_database_that_is_not_there_is_one_readable_line_and_stays_away(
    command: CommandLine, place: str
) -> None:
    command.settings.write_text(command.settings.read_text().replace("/portside.db", f"/{place}"))
    file = command.settings.parent / place
    assert f"there is no database at {file}" in command("list", status=1)
    assert not file.exists()
