"""Tells people what needs them, and when that is over: one message for all that has changed, once
in the fleet. The only place that knows Apprise.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from contextlib import asynccontextmanager

import structlog

from connectors.concurrency import work_meanwhile
from proxy.operator.status.alarms import list_alarms
from proxy.operator.status.reading import read_status
from proxy.rules.alarms import Alarm, AlarmKind
from proxy.settings.alerts.settings import AlertSettings
from proxy.storage.alarms import AlarmBook, Claimed
from proxy.storage.database import Database
from proxy.storage.errors import StorageError

# Seconds between two readings.
EVERY = 15.0
# What cannot wait until the morning: on a full disk Portside takes in no shipment and gives no
# order, and cannot make up for it. With everything else it catches up later.
URGENT = frozenset({AlarmKind.DISK_BELOW})
# Seconds that one address may take.
_PATIENCE = 30.0
_WEBHOOKS = {"http://": "json://", "https://": "jsons://"}
_log = structlog.get_logger("portside.operator")


class Alerter:
    """Compares the standing of the stores with what people have been told.

    `settings` gives those of the moment; `named` are the stores of the settings, now and later.
    """

    def __init__(
        self, database: Database, settings: Callable[[], AlertSettings], named: Collection[str]
    ) -> None:
        self._database = database
        self._book = AlarmBook(database)
        self._settings = settings
        self._named = named
        self._has_told_of_disk = False

    async def look(self) -> None:
        """Send what has begun or ended since the last message, if the settings name an address.
        Raises StorageError.

        What could not be sent is tried again once its claim has lapsed.
        """
        settings = self._settings()
        if not settings.to:
            return
        status = await read_status(self._database, list(self._named))
        quiet = settings.quiet is not None and settings.quiet.includes(status.read_at)
        alarms = list_alarms(status, settings.when.thresholds())
        try:
            claimed = await self._book.note(alarms, quiet=quiet, urgent=URGENT)
        except StorageError:
            await self._tell_full_disk(settings, alarms)
            raise
        self._has_told_of_disk = False
        if claimed and await self._send(settings, claimed):
            await self._book.settle(claimed)

    async def _tell_full_disk(self, settings: AlertSettings, alarms: Sequence[Alarm]) -> None:
        """Say once what keeps the alarms from being noted. Only SQLite's disk is seen, and only one
        process works on it, so that no other tells people the same.
        """
        urgent = [alarm for alarm in alarms if alarm.kind in URGENT]
        if urgent and not self._has_told_of_disk:
            self._has_told_of_disk = await self._send(settings, Claimed(began=urgent))

    async def _send(self, settings: AlertSettings, claimed: Claimed) -> bool:
        addresses = [address.get_secret_value() for address in settings.to]
        sent = await send_message(addresses, *write_message(claimed))
        for number, is_sent in enumerate(sent, 1):
            if not is_sent:
                _log.error("Alert not sent.", address=number, began=len(claimed.began))
        return any(sent)

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Looks every 15 s while the block lasts."""
        async with work_meanwhile(self._work()):
            yield

    async def _work(self) -> None:
        while True:
            try:
                await self.look()
            except StorageError as error:
                _log.warning("Alarms not compared.", error=error)
            except Exception:  # noqa: BLE001 -- people must hear of the next alarm
                _log.exception("Alarms not told.")
            await asyncio.sleep(EVERY)


def write_message(claimed: Claimed) -> tuple[str, str]:
    """Subject and text of one message for all of it."""
    parts = []
    pressing = sum(alarm.needs_person for alarm in claimed.began)
    if pressing:
        parts.append(f"{pressing} need{'s' if pressing == 1 else ''} a person")
    if to_note := len(claimed.began) - pressing:
        parts.append(f"{to_note} to note")
    if claimed.ended:
        parts.append(f"{len(claimed.ended)} over")
    lines = [f"{alarm.text}.\n{alarm.advice}\n" for alarm in claimed.began]
    lines += [f"Over: {alarm.text}.\n" for alarm in claimed.ended]
    return f"Portside: {', '.join(parts)}", "\n".join(lines).rstrip()


async def send_message(addresses: Sequence[str], title: str, text: str) -> list[bool]:
    """Whether each address took it. It happens in threads: most services block."""
    tasks = (asyncio.to_thread(_send, address, title, text) for address in addresses)
    return list(await asyncio.gather(*tasks))


def _send(address: str, title: str, text: str) -> bool:
    # Starting up must not wait for its hundred services.
    import apprise  # noqa: PLC0415

    # What it logs may name an address, which holds a password.
    logging.getLogger("apprise").setLevel(logging.CRITICAL)
    for talkative in ("urllib3", "MARKDOWN"):
        logging.getLogger(talkative).setLevel(logging.WARNING)
    service = apprise.Apprise.instantiate(address) or apprise.Apprise.instantiate(
        _name_webhook(address)
    )
    if service is None:
        return False
    sender = apprise.Apprise()
    sender.add(service)
    return bool(sender.notify(body=text, title=title, timeout=_PATIENCE))


def _name_webhook(address: str) -> str:
    """A plain web address as Apprise calls one that takes JSON."""
    for plain, named in _WEBHOOKS.items():
        if address.lower().startswith(plain):
            return named + address[len(plain) :]
    return address
