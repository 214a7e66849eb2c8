"""`portside account refresh`: have ShipStation import a store's orders now."""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path

import click

from connectors.errors import ConnectorError
from proxy.account.refresh.request import request_refresh
from proxy.cli.account.target import AccountTarget, ask_account, require_store_id
from proxy.cli.options import Moment, only_store_option, settings_option
from proxy.cli.output import PlainConsole
from proxy.cli.records import keep_action
from proxy.operator.times import exact_moment
from proxy.storage.account.refreshes import Refreshes, RefreshReason


@click.command
@settings_option
@only_store_option
@click.option(
    "--since",
    type=Moment(),
    help="Import from then on once more: 2d ago, or a date (UTC). Else from the last import on.",
)
def refresh(file: Path, name: str | None, since: datetime | None) -> None:
    """Have ShipStation import this store's orders now.

    ShipStation queues it and polls a little later; `portside status` shows the polls.
    """

    async def ask(target: AccountTarget) -> str:
        store_id = require_store_id(target)
        refreshes = Refreshes(target.database)
        await refreshes.claim(target.name, RefreshReason.COMMAND, timedelta(0), since)
        try:
            answered = await request_refresh(target.client, store_id, since)
        except ConnectorError:
            await refreshes.take_back(target.name, RefreshReason.COMMAND)
            raise
        await keep_action(target.database, "refresh", target.name)
        return answered

    words = ask_account(file, name, ask)
    span = "" if since is None else f" from {exact_moment(since)} on"
    console = PlainConsole(highlight=False, soft_wrap=True)
    console.print(f"ShipStation was asked to import the store's orders{span}.")
    if words:
        console.print(f"It answered: {words}")
