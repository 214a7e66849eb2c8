"""All that handlers share, named and typed in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Protocol

from aiohttp import web

from proxy.delivery.intake import Deliverer
from proxy.export import Exporter
from proxy.export.polls import PollKeeper
from proxy.live_settings import LiveSettings
from proxy.remarks import RemarkKeeper
from proxy.server.admission.clients import Proxies
from proxy.server.admission.failed_logins import FailedLogins
from proxy.server.admission.unread import UnreadAnswers
from proxy.storage.database import Database
from proxy.stores import Store
from proxy.telemetry.log_pace import LogPace
from proxy.telemetry.metrics import Metrics
from proxy.watch import Watch


class AccountWaker(Protocol):
    """Hears of ShipStation's webhooks."""

    async def wake(self, store: str, resource_type: str) -> None:
        """A webhook of this type came for a store. Raises StorageError."""
        ...


STORES: web.AppKey[Mapping[str, Store]] = web.AppKey("stores", Mapping)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
EXPORTER: web.AppKey[Exporter] = web.AppKey("exporter", Exporter)
ACCOUNTS: web.AppKey[AccountWaker] = web.AppKey("accounts")
DELIVERER: web.AppKey[Deliverer] = web.AppKey("deliverer", Deliverer)
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
STOPPING: web.AppKey[Callable[[], bool]] = web.AppKey("stopping")
POLLS: web.AppKey[PollKeeper] = web.AppKey("polls", PollKeeper)
WATCH: web.AppKey[Watch] = web.AppKey("watch", Watch)
SETTINGS: web.AppKey[LiveSettings] = web.AppKey("settings", LiveSettings)
REMARKS: web.AppKey[RemarkKeeper] = web.AppKey("remarks", RemarkKeeper)
PROXIES: web.AppKey[Proxies] = web.AppKey("proxies", Proxies)
FAILED_LOGINS: web.AppKey[FailedLogins] = web.AppKey("failed_logins", FailedLogins)
LOG_PACE: web.AppKey[LogPace] = web.AppKey("log_pace", LogPace)
UNREAD: web.AppKey[UnreadAnswers] = web.AppKey("unread", UnreadAnswers)
CLIENT: web.RequestKey[str] = web.RequestKey("client", str)
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
