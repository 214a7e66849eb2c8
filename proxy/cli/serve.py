"""`portside serve`: the service itself, until it is told to stop."""

from __future__ import annotations

import asyncio
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import click
import structlog

from connectors.concurrency import work_meanwhile
from connectors.orders import OrderStatus
from connectors.upstream.masking import add_secrets
from proxy import __version__
from proxy.app import Portside, open_portside
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError, read_settings, settings_option
from proxy.doors.custom_store.words import fill_status_words
from proxy.server.admission.descriptors import raise_descriptor_limit
from proxy.server.listener import ListenError
from proxy.settings.loader import load_settings
from proxy.settings.models import Settings, StoreSettings
from proxy.settings.problems import SettingsError
from proxy.storage.errors import StorageError
from proxy.telemetry.logs import configure_logs
from proxy.telemetry.tracing import TracingError

# The order in which the form asks for its five words.
_FORM = (
    OrderStatus.UNPAID,
    OrderStatus.PAID,
    OrderStatus.SHIPPED,
    OrderStatus.CANCELLED,
    OrderStatus.ON_HOLD,
)
_log = structlog.get_logger("portside.cli")


@click.command
@settings_option
def serve(file: Path) -> None:
    """Answer ShipStation and carry its notices to the shops, until SIGTERM or Ctrl-C.

    A running request is answered before the process ends, and what has not reached a shop yet waits
    on the disk. SIGHUP reads the settings again: stores, alerts, logs, export and the
    operator's password follow them, and a store that is not changed goes on undisturbed.
    """
    settings = read_settings(file)
    configure_logs(settings.logs.format, settings.logs.level)
    raise_descriptor_limit()
    run(_serve(settings, file))


def run(work: Coroutine[Any, Any, None]) -> None:
    """Run `work` to its end on the fastest event loop there is; what keeps it from starting ends
    the command with one line.
    """
    try:
        with asyncio.Runner(loop_factory=choose_loop()) as runner:
            runner.run(work)
    except (ListenError, StorageError, TracingError) as error:
        raise CommandError(str(error)) from error


def choose_loop() -> Callable[[], asyncio.AbstractEventLoop] | None:
    """What makes the event loop: uvloop's where it is installed, None for Python's own."""
    if sys.platform == "win32":
        return None
    try:
        import uvloop  # noqa: PLC0415 -- not on every platform
    except ImportError:
        return None
    return uvloop.new_event_loop


def watch_for_stop() -> asyncio.Event:
    """An event that SIGTERM and Ctrl-C set from now on, in place of ending the process."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def watch_for_reload() -> asyncio.Event:
    """An event that SIGHUP sets from now on, in place of ending the process."""
    reload = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, reload.set)
    return reload


async def _follow_settings(file: Path, portside: Portside, reload: asyncio.Event) -> None:
    """Read the settings again with each SIGHUP; what is wrong with them is told line by line."""
    while True:
        await reload.wait()
        reload.clear()
        try:
            settings = await asyncio.to_thread(
                load_settings, file, find_type=find_kind, keep_secrets=add_secrets
            )
        except SettingsError as error:
            for problem in str(error).splitlines():
                _log.error("Settings not reloaded.", said=problem, problem=problem)
            _log.error("The old settings stay in force.", advice="Correct the file and reload.")
        else:
            await portside.reloader.follow(settings)


async def _serve(settings: Settings, file: Path) -> None:
    stop, reload = watch_for_stop(), watch_for_reload()
    async with open_portside(settings, find_kind, stopping=stop.is_set) as portside:
        _log.info(
            "Ready.",
            said=f"Portside {__version__} is ready: ShipStation's side on {portside.public}, the"
            f" operator's on {portside.admin}",
            version=__version__,
            listen=str(portside.public),
            admin=str(portside.admin),
            stores=", ".join(sorted(settings.stores)),
        )
        for name, store in sorted(settings.stores.items()):
            _tell_form(name, store, portside)
        async with work_meanwhile(_follow_settings(file, portside, reload)):
            await stop.wait()
        _log.info("Stopping.", within=f"{settings.stop_within.total_seconds():.0f} s")
    _log.info("Stopped.")


def _tell_form(name: str, store: StoreSettings, portside: Portside) -> None:
    """What belongs into the form of ShipStation's custom store, but for the password."""
    words = fill_status_words(store.status_words)
    users = [login.username for login in store.credentials if login.username]
    _log.info(
        "Store.",
        said=f"{name}: in ShipStation's form type the address that leads to"
        f" http://{portside.public}/stores/{name}, user name {' or '.join(users) or 'any'},"
        f" statuses {', '.join(words[status] for status in _FORM)}",
        store=name,
        path=f"/stores/{name}",
        usernames=", ".join(users),
        words=", ".join(words[status] for status in _FORM),
    )
