"""All that handlers share, named and typed in one place."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from aiohttp import web

from proxy.delivery.intake import Deliverer
from proxy.export import Exporter
from proxy.storage.database import Database
from proxy.stores import Store
from proxy.telemetry.metrics import Metrics

STORES: web.AppKey[Mapping[str, Store]] = web.AppKey("stores", Mapping)
METRICS: web.AppKey[Metrics] = web.AppKey("metrics", Metrics)
EXPORTER: web.AppKey[Exporter] = web.AppKey("exporter", Exporter)
DELIVERER: web.AppKey[Deliverer] = web.AppKey("deliverer", Deliverer)
DATABASE: web.AppKey[Database] = web.AppKey("database", Database)
STOPPING: web.AppKey[Callable[[], bool]] = web.AppKey("stopping")
REQUEST_ID: web.RequestKey[str] = web.RequestKey("request_id", str)
