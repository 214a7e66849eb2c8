"""`portside account`: what the merchant's ShipStation account has, and whether it fits the
settings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import aclosing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
import msgspec

from connectors.interface import CheckReport
from connectors.orders import Window
from proxy.account.inspection import inspect_account
from proxy.account.listing import (
    CARRIERS,
    CUSTOMERS,
    FULFILLMENTS,
    ORDERS,
    PRODUCTS,
    SHIPMENTS,
    STORES,
    TAGS,
    USERS,
    WAREHOUSES,
    LongList,
    ShortList,
    fetch_list,
    fetch_services,
    walk_list,
)
from proxy.account.pacific import read_pacific
from proxy.account.rows import OrderRow, Placement, ServiceRow
from proxy.account.tags import find_tag, walk_tagged
from proxy.cli.account.mappings import mappings
from proxy.cli.account.refresh import refresh
from proxy.cli.account.target import AccountTarget, ask_account
from proxy.cli.account.webhooks import webhooks
from proxy.cli.options import CommandError, Moment, json_option, only_store_option, settings_option
from proxy.cli.output import PlainConsole, build_table, print_finding, print_json, wide_console

_SHORT = {
    "stores": STORES,
    "users": USERS,
    "tags": TAGS,
    "warehouses": WAREHOUSES,
    "carriers": CARRIERS,
}
_LONG = (CUSTOMERS, PRODUCTS, ORDERS, SHIPMENTS, FULFILLMENTS)
# What the API can narrow to one store by itself.
_OF_A_STORE = (ORDERS, SHIPMENTS)
_PARCEL = (
    *("create_date", "order_number", "carrier_code", "tracking_number", "voided"),
    *("marketplace_notified", "notify_error_message"),
)
# The columns of tables where not all fields find room; JSON has all of them.
_COLUMNS: Mapping[type[msgspec.Struct], Sequence[str]] = {
    STORES.row: ("store_id", "store_name", "marketplace_name", "active", "integration_url"),
    ORDERS.row: (
        *("order_id", "create_date", "order_number", "order_status"),
        "requested_shipping_service",
    ),
    SHIPMENTS.row: ("shipment_id", *_PARCEL),
    FULFILLMENTS.row: ("fulfillment_id", *_PARCEL),
}
_since_option = click.option(
    "--since",
    type=Moment(),
    default="7d",
    show_default=True,
    help="Only what was created since then: 2d ago, or a date (UTC).",
)


def _refuse_since(context: click.Context, _: click.Parameter, value: str | None) -> None:
    if value is not None:
        raise click.UsageError(
            f"--since: ShipStation's list of {context.info_name} is short and always comes whole;"
            " leave --since out"
        )


# Known, so that it is refused with the reason.
_undated_option = click.option(
    "--since", hidden=True, expose_value=False, callback=_refuse_since, help="Not for this list."
)


@click.group
def account() -> None:
    """Look at the ShipStation account of a store, by ShipStation's own API.

    Needs an `account:` block in the store's settings. Only `mappings --write`, `refresh`
    and `webhooks` change anything there. Times are printed as ShipStation has them: Pacific.
    """


account.add_command(mappings)
account.add_command(refresh)
account.add_command(webhooks)


@account.command
@settings_option
@only_store_option
def check(file: Path, name: str | None) -> None:
    """Check the key, and whether the names in the settings exist in the account.

    The exit status is 0 if all fits (warnings included), 1 if something does not, 2 if the settings
    are wrong.
    """

    async def inspect(target: AccountTarget) -> CheckReport:
        found = await inspect_account(target.client, target.name, target.store, target.account)
        return CheckReport(findings=tuple(found))

    report = ask_account(file, name, inspect)
    console = PlainConsole(highlight=False, soft_wrap=True)
    for finding in report.findings:
        print_finding(console, finding)
    if not report.healthy:
        raise SystemExit(1)


def _add_short(name: str, listing: ShortList) -> None:
    @account.command(name=name, help=f"List the account's {name}.")
    @settings_option
    @only_store_option
    @_undated_option
    @json_option
    def list_short(file: Path, name: str | None, *, as_json: bool) -> None:
        rows = ask_account(file, name, lambda target: fetch_list(target.client, listing))
        _print_rows(listing.row, rows, as_json=as_json)


def _add_long(listing: LongList) -> None:
    scope = "this store's" if listing in _OF_A_STORE else "the account's"
    help_text = f"List {scope} {listing.name} by creation, the oldest first."

    @account.command(name=listing.name, help=help_text)
    @settings_option
    @only_store_option
    @_since_option
    @json_option
    def list_long(
        file: Path, name: str | None, since: datetime, *, as_json: bool, tag: str | None = None
    ) -> None:
        async def walk(target: AccountTarget) -> Sequence[Any]:
            if tag is not None:
                return await _list_tagged(target, tag, since)
            store_id = target.account.store_id if listing in _OF_A_STORE else None
            extra = () if store_id is None else (("storeId", str(store_id)),)
            window = Window(start=since, end=max(since, datetime.now(UTC)))
            async with aclosing(walk_list(target.client, listing, window, extra)) as rows:
                return [row async for row in rows]

        _print_rows(listing.row, ask_account(file, name, walk), as_json=as_json)

    if listing is ORDERS:
        tag_help = "Only orders that bear this tag, by its name or id."
        list_long.params.append(click.Option(["--tag"], metavar="NAME", help=tag_help))


async def _list_tagged(target: AccountTarget, tag: str, since: datetime) -> Sequence[OrderRow]:
    """As the list of orders, but of those with a tag; the API narrows them neither to a store nor
    to a date.
    """
    try:
        tag_id = await find_tag(target.client, tag)
    except LookupError as error:
        raise CommandError(f"{target.name}: --tag: {error.args[0]}") from error
    store_id = target.account.store_id
    async with aclosing(walk_tagged(target.client, tag_id)) as rows:
        found = [
            row
            async for row in rows
            if store_id is None or (row.advanced_options or Placement()).store_id == store_id
        ]
    recent = [row for row in found if read_pacific(row.create_date) >= since]
    return sorted(recent, key=lambda row: (row.create_date, row.order_id))


@account.command
@settings_option
@only_store_option
@_undated_option
@json_option
def services(file: Path, name: str | None, *, as_json: bool) -> None:
    """List the services of the account's carriers."""
    rows = ask_account(file, name, lambda target: fetch_services(target.client))
    _print_rows(ServiceRow, rows, as_json=as_json)


def _print_rows(kind: type[msgspec.Struct], rows: Sequence[Any], *, as_json: bool) -> None:
    if as_json:
        print_json([msgspec.to_builtins(row) for row in rows])
        return
    fields = _COLUMNS.get(kind, kind.__struct_fields__)
    table = build_table(*(name.replace("_", " ") for name in fields))
    for row in rows:
        table.add_row(*(_show_value(getattr(row, name)) for name in fields))
    wide_console().print(table)


def _show_value(value: Any) -> str:
    """A cell: yes and no in words, nothing where ShipStation sent nothing."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return "" if value is None else str(value)


for _name, _listing in _SHORT.items():
    _add_short(_name, _listing)
for _long in _LONG:
    _add_long(_long)
