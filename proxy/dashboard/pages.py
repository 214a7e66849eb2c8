"""The pages by address."""

from __future__ import annotations

from collections.abc import Mapping

from aiohttp import web

from connectors.interface import ConnectorType
from proxy.dashboard.actions import list_actions
from proxy.dashboard.deliveries import change_chosen, list_deliveries, show_delivery
from proxy.dashboard.forms import FORMS, Forms
from proxy.dashboard.frame import KINDS, add_static, as_page
from proxy.dashboard.held import list_held
from proxy.dashboard.live import LISTENERS, Listeners, show_live, stream_events
from proxy.dashboard.orders import show_order
from proxy.dashboard.shop import check_shop, try_shop
from proxy.dashboard.stores import show_stores


def add_dashboard(app: web.Application, kinds: Mapping[str, ConnectorType]) -> None:
    """`/` and all that lies under `/ui/`. `kinds` are those of shops, by name, now and later."""
    app[KINDS] = kinds
    app[FORMS] = Forms()
    app[LISTENERS] = Listeners()
    app.on_shutdown.append(app[LISTENERS].close)
    add_static(app)
    for path, show in (
        ("/", show_stores),
        ("/ui/deliveries", list_deliveries),
        ("/ui/deliveries/{id}", show_delivery),
        ("/ui/held", list_held),
        ("/ui/order", show_order),
        ("/ui/live", show_live),
        ("/ui/live/events", stream_events),
        ("/ui/actions", list_actions),
    ):
        app.router.add_get(path, as_page(show))
    for path, do in (
        ("/ui/deliveries/change", change_chosen),
        ("/ui/stores/{name}/check", check_shop),
        ("/ui/stores/{name}/try", try_shop),
    ):
        app.router.add_post(path, as_page(do))
