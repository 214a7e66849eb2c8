"""What every page has in common: how it is rendered, what a browser may do with it, and who is
looking.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Mapping
from functools import cache
from http import HTTPStatus
from importlib import resources
from typing import Any

import msgspec
from aiohttp import web
from aiohttp.typedefs import Handler
from jinja2 import Environment, PackageLoader, StrictUndefined

from connectors.interface import ConnectorType
from connectors.quoting import count_things, make_printable
from connectors.upstream.masking import hide_secrets
from proxy.dashboard import times
from proxy.dashboard.cards import find_alarm_page
from proxy.operator.deliveries import WantedError
from proxy.operator.status.alarms import list_alarms, summarize
from proxy.operator.status.reading import read_status
from proxy.operator.status.standing import Status
from proxy.rules.alarms import Alarm
from proxy.server.admin import name_operator
from proxy.server.change_tokens import CHANGE_TOKENS
from proxy.server.keys import DATABASE, SETTINGS, STORES
from proxy.storage.actions import Action, OperatorActions
from proxy.storage.errors import StorageError, UnknownDeliveryError

# No script, style or picture but our own, nothing inline, no frame around us.
_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src"
        " 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    # Any stricter policy would take `Origin` from our own forms.
    "Referrer-Policy": "same-origin",
}
_TYPES = {"css": "text/css", "js": "text/javascript", "svg": "image/svg+xml"}
_LONGEST_NAME = 60


class Look(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of all stores, and what of it a person must hear of."""

    status: Status
    alarms: tuple[Alarm, ...]

    @property
    def sentence(self) -> str:
        """What stands in the bar."""
        return summarize(self.alarms)

    @property
    def is_pressing(self) -> bool:
        """Whether a person is needed."""
        return any(alarm.needs_person for alarm in self.alarms)


KINDS: web.AppKey[Mapping[str, ConnectorType]] = web.AppKey("kinds", Mapping)


async def take_look(request: web.Request) -> Look:
    """How all stores stand now. Raises StorageError."""
    status = await read_status(request.app[DATABASE], [*request.app[STORES]])
    thresholds = request.app[SETTINGS].now.alerts.when.thresholds()
    return Look(status=status, alarms=tuple(list_alarms(status, thresholds)))


def render(request: web.Request, template: str, look: Look, **values: Any) -> str:
    """A page as HTML. Whatever is shown is escaped, printable and without secrets."""
    return (
        make_templates()
        .get_template(template)
        .render(
            look=look,
            now=look.status.read_at,
            path=request.path,
            token=request.app[CHANGE_TOKENS].make(time.time()),
            **values,
        )
    )


async def answer_page(
    request: web.Request,
    template: str,
    *,
    status: HTTPStatus = HTTPStatus.OK,
    look: Look | None = None,
    **values: Any,
) -> web.Response:
    """A page under the bar with its sentence."""
    # A page may show much.
    seen = look or await take_look(request)
    text = await asyncio.to_thread(render, request, template, seen, **values)
    return web.Response(status=status, text=text, content_type="text/html", headers=_HEADERS)


def open_stream() -> web.StreamResponse:
    """An answer whose HTML comes bit by bit."""
    headers = {**_HEADERS, "Content-Type": "text/html; charset=utf-8", "X-Accel-Buffering": "no"}
    return web.StreamResponse(headers=headers)


def as_page(handler: Handler) -> Handler:
    """The handler, with its errors as a page with one sentence."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except WantedError as error:
            status, reason = HTTPStatus.BAD_REQUEST, str(error)
        except UnknownDeliveryError as error:
            status, reason = HTTPStatus.NOT_FOUND, str(error)
        except StorageError as error:
            text = make_templates().get_template("broken.html").render(reason=str(error))
            return web.Response(
                status=HTTPStatus.SERVICE_UNAVAILABLE,
                text=text,
                content_type="text/html",
                headers=_HEADERS,
            )
        return await answer_page(request, "refused.html", status=status, reason=reason)

    return answer


def find_store_name(request: web.Request, name: str) -> str:
    """The name, if the settings have such a store. Raises WantedError."""
    if name not in request.app[STORES]:
        raise WantedError(f"there is no store {name[:_LONGEST_NAME]!r} in the settings")
    return name


async def keep_action(
    request: web.Request, action: str, *, store: str = "", subject: str = "", reason: str = ""
) -> None:
    """Note what an operator has just done. Raises StorageError."""
    await OperatorActions(request.app[DATABASE]).keep(
        Action(
            who=name_operator(request), action=action, store=store, subject=subject, reason=reason
        )
    )


@cache
def make_templates() -> Environment:
    """Made once; each template is compiled when it is first used."""
    templates = Environment(
        loader=PackageLoader("proxy.dashboard"),
        autoescape=True,
        finalize=_finish,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    templates.filters |= {
        "ago": times.describe_ago,
        "moment": times.describe_moment,
        "span": times.describe_span,
        "seconds": times.describe_seconds,
        "iso": times.write_iso,
        "count": count_things,
        "plain_time": times.write_plain,
        "alarm_page": find_alarm_page,
    }
    return templates


def _finish(value: Any) -> Any:
    """Each value on its way into a page, before it is escaped."""
    # A page of a hundred stores shows thousands of values.
    if type(value) is not str and (not isinstance(value, str) or hasattr(value, "__html__")):
        return value
    return make_printable(hide_secrets(value), keep_lines=True)


def add_static(app: web.Application) -> None:
    """The stylesheet, the script and the picture, from the package."""
    folder = resources.files("proxy.dashboard") / "static"
    for file in folder.iterdir():
        body, kind = file.read_bytes(), _TYPES[file.name.rpartition(".")[2]]
        app.router.add_get(f"/ui/{file.name}", _give(body, kind))


def _give(body: bytes, kind: str) -> Handler:
    async def give(_request: web.Request) -> web.StreamResponse:
        return web.Response(body=body, content_type=kind, charset="utf-8", headers=_HEADERS)

    return give
