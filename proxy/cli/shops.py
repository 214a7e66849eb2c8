"""One store's shop for the commands that ask it something."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TypeVar

from connectors.errors import ConnectorError, OrderNotFoundError
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError, find_store, read_settings
from proxy.operator.order_numbers import describe_unknown_order
from proxy.settings.models import Settings
from proxy.stores import Store, StoreServices, open_store
from proxy.telemetry.logs import configure_logs

T = TypeVar("T")


def ask_shop(
    file: Path,
    name: str,
    work: Callable[[Store], Awaitable[T]],
    services: StoreServices | None = None,
) -> T:
    """What `work` gives for the store of this name in the settings `file`; a shop that fails ends
    the command with one line.

    `services` are what its connector may use; without them it runs on its own.
    """
    return ask_store(read_settings(file), name, work, services)


def ask_store(
    settings: Settings,
    name: str,
    work: Callable[[Store], Awaitable[T]],
    services: StoreServices | None = None,
) -> T:
    """As `ask_shop`, with settings that are read already."""
    configure_logs(level="error")
    found = find_store(settings.stores, name)

    async def open_and_work() -> T:
        kind = find_kind(found.connector.type)
        async with open_store(name, found, kind, services) as store:
            return await work(store)

    try:
        return asyncio.run(open_and_work())
    except OrderNotFoundError as error:
        raise CommandError(f"{name}: {describe_unknown_order(str(error), name)}") from error
    except ConnectorError as error:
        raise CommandError(f"{name}: {error}") from error
