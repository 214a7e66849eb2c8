"""`portside ship`: tell a shop of a shipment by hand, or show what it would be told."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.text import Text

from connectors.errors import ConnectorError, UnsentError
from connectors.shipments import Shipment
from connectors.upstream.exchange import Exchange
from proxy.cli.exchanges import body_option, exchange_lines
from proxy.cli.options import CommandError, read_settings, settings_option, store_option
from proxy.cli.output import PlainConsole
from proxy.cli.records import keep_action, open_database
from proxy.cli.shops import ask_store
from proxy.delivery.intake import Deliverer, NoticeOutcome, NoticeResult
from proxy.export.clock import SystemClock
from proxy.export.ledger import Ledger
from proxy.export.written import WrittenOrders
from proxy.operator.deliveries import WantedError
from proxy.operator.shipping import ParcelWords, build_shipment, rehearse
from proxy.settings.models import Settings
from proxy.storage.database import Database
from proxy.storage.errors import StorageError
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.outbox.database import DatabaseOutbox
from proxy.storage.outbox.foresight import DatabaseForesight, Foreseen
from proxy.storage.outbox.interface import DeliveryState
from proxy.stores import Store, StoreServices
from proxy.telemetry.metrics import Metrics


@click.command(short_help="Tell a shop of a shipment by hand, or show what it would be told.")
@settings_option
@store_option
@click.argument("order", metavar="ORDER")
@click.option(
    "--tracking", "tracking_number", required=True, metavar="NUMBER", help="The tracking number."
)
@click.option("--carrier", default="", metavar="NAME", help="The carrier, e.g. UPS.")
@click.option("--service", default="", metavar="NAME", help="The carrier's service.")
@click.option(
    "--item",
    "items",
    multiple=True,
    metavar="LINE=PIECES",
    help="What is in the parcel, a line by its id, SKU or name; all that is left without any.",
)
@click.option(
    "--date",
    "shipped_on",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="DATE",
    help="The day it left; today, if left out.",
)
@click.option(
    "--notify/--no-notify",
    "notify_customer",
    default=True,
    show_default=True,
    help="Let the shop mail the buyer, where `notify_customer` of the store allows it.",
)
@click.option("--dry-run", is_flag=True, help="Show each request, and send none that writes.")
@body_option
def ship(file: Path, name: str, most: int, *, dry_run: bool, **words: Any) -> None:
    """Tell a store's shop that a parcel was shipped, exactly as if ShipStation had sent a notice:
    it is stored first, told once, and tried again until the shop has it.

    ORDER is the number that people see, or the shop's own id. With --dry-run the shop is read and
    nothing is written: each request that would go out is shown, with secrets masked, and with the
    name of its step and its line in the settings.

    Works beside a running Portside, on the same database. Exits with 1 if the shop refuses.
    """
    settings = read_settings(file)
    day = words.pop("shipped_on") or datetime.now(UTC)
    told = ParcelWords(shipped_on=day.date(), **words)
    console = PlainConsole(highlight=False, soft_wrap=True, markup=False)
    shown = _Shown(console, most)
    services = StoreServices(observer=shown.show if dry_run else None, dry_run=dry_run)

    async def work(store: Store) -> bool:
        async with open_database(settings.database.get_secret_value()) as database:
            foresight = DatabaseForesight(database)
            shipment = await build_shipment(foresight, store, told)
            if dry_run:
                return await _rehearse(shown, store, await foresight.foresee(name, shipment))
            result = await _send(settings, database, store, shipment)
            if result.outcome is not NoticeOutcome.REPEATED:
                subject = f"delivery {result.delivery}"
                await keep_action(database, "ship", name, subject=subject)
            _print_result(console, result)
            return result.outcome is not NoticeOutcome.REFUSED

    try:
        is_taken = ask_store(settings, name, work, services)
    except (StorageError, WantedError) as error:
        raise CommandError(str(error)) from error
    if not is_taken:
        raise SystemExit(1)


class _Shown:
    """Prints the exchanges of a dry run, and counts the writes."""

    def __init__(self, console: Console, most: int) -> None:
        self.console = console
        self.writes = 0
        self._most = most

    def show(self, exchange: Exchange) -> None:
        """Bodies of writes and of failures only: what is read holds the order and its buyer."""
        self.writes += exchange.writes
        most = self._most if exchange.writes or exchange.failed else 0
        for line in exchange_lines(exchange, most):
            self.console.print(line)

    def say(self, sentence: str, style: str = "") -> None:
        """A line of our own."""
        self.console.print(Text(sentence, style=style))


async def _rehearse(shown: _Shown, store: Store, foreseen: Foreseen) -> bool:
    """Show what would be sent; whether the shop would have it."""
    if foreseen.known is not None:
        number, state = foreseen.known.id, foreseen.known.state
        if state is not DeliveryState.DEAD:
            shown.say(f"nothing would be sent: this is a repeat of delivery {number}, {state}")
            return True
        shown.say(f"delivery {number}, which is dead, would be tried again")
    if foreseen.is_behind:
        shown.say("another delivery of this order would be told first")
    try:
        outcome = await rehearse(store, foreseen)
    except UnsentError:
        shown.say("this kind of shop shows no further requests in a dry run", "yellow")
        return True
    except ConnectorError as error:
        shown.say(f"✗ {type(error).__name__}: {error}", "red")
        return False
    left = "nothing would be left to ship" if outcome.completed else "more would be left to ship"
    detail = f" ({outcome.detail})" if outcome.detail else ""
    if outcome.already:
        shown.say(f"✓ nothing would be written: the shop has it{detail}", "green")
    else:
        shown.say(f"✓ {shown.writes} requests would be sent; {left}{detail}", "green")
    return True


async def _send(
    settings: Settings, database: Database, store: Store, shipment: Shipment
) -> NoticeResult:
    """Store the notice, and wait for the end of its first attempt."""
    written = WrittenOrders(Ledger(DatabaseExportStorage(database)), SystemClock())

    def note_delivered(store: Store, told: Shipment) -> None:
        if told.order_id and store.reaches_back:
            written.add(store.books, told.order_id)

    patient = settings.delivery.model_copy(update={"answer_within": settings.delivery.lease})
    deliverer = Deliverer(DatabaseOutbox(database), patient, Metrics(), note_delivered)
    try:
        return await deliverer.accept(store, shipment)
    finally:
        await deliverer.close()
        await written.flush()


def _print_result(console: Console, result: NoticeResult) -> None:
    console.print(Text(f"delivery {result.delivery}: {result.message}"))
    if result.outcome is NoticeOutcome.WAITING:
        console.print(Text("a running `portside serve` goes on trying"))
    elif result.outcome is NoticeOutcome.REFUSED:
        console.print(Text(f"see `portside deliveries show {result.delivery}`"))
