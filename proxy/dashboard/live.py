"""The last events as sentences, and new ones as they come, by server-sent events."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence

import msgspec
from aiohttp import web

from proxy.dashboard.cards import describe_poll
from proxy.dashboard.frame import answer_page, find_store_name, make_templates
from proxy.operator.deliveries import WantedError, parse_number
from proxy.server.keys import DATABASE, STOPPING, STORES
from proxy.storage.actions import Action
from proxy.storage.errors import StorageError
from proxy.storage.events import Event, Events, Place, Tried
from proxy.storage.export.polls import Poll, PollOutcome

_SHOWN = 100
# Seconds between two looks at the database while a browser listens.
_LOOK_EVERY = 1.0
# Each looks at the database by itself.
_MOST_LISTENERS = 10
# Three numbers of rows.
_LONGEST_PLACE = 60
_TRIED = {
    "delivered": "told the shop of the parcel of order {order}",
    "retry": "could not tell the shop of the parcel of order {order} yet; it is tried again",
    "refused": "gave up the parcel of order {order}: the shop refuses it",
    "interrupted": "does not know whether the shop heard of the parcel of order {order}",
    "resent": "was asked to tell the shop again of the parcel of order {order}",
    "withdrawn": "took the voided label of order {order} out of the shop again",
}
ACTIONS = {
    "retry": "had {subject} tried again",
    "discard": "discarded {subject}",
    "resend": "had {subject} sent again",
    "check": "had the store checked",
    "try shop": "asked the shop whether it answers",
    "ship": "told the shop of a parcel by hand, {subject}",
    "dismiss gap": "dismissed the gap that starts at {subject}",
    "register webhooks": "had the shop tell Portside of changed orders",
    "remove webhooks": "ended webhooks of the shop",
    "correct words": "corrected the status words in ShipStation",
    "refresh": "had ShipStation import the store's orders",
    "register account webhooks": "had ShipStation tell Portside of labels and imports",
    "remove account webhooks": "ended webhooks of ShipStation",
}


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """An event as it is shown; `place` is a page about it, empty if there is none."""

    event: Event
    sentence: str
    is_bad: bool
    place: str


class Listeners:
    """How many streams are open, and what ends them all."""

    def __init__(self) -> None:
        self.count = 0
        self.closing = asyncio.Event()

    async def close(self, _app: web.Application) -> None:
        """End all streams, so that nothing waits for them."""
        self.closing.set()


LISTENERS: web.AppKey[Listeners] = web.AppKey("listeners", Listeners)


async def show_live(request: web.Request) -> web.StreamResponse:
    """Query: `store`."""
    store = _read_store(request)
    events, place = await Events(request.app[DATABASE]).list_after(Place(), _SHOWN, store=store)
    return await answer_page(
        request,
        "live.html",
        store=store or "",
        stores=[*request.app[STORES]],
        lines=[write_line(event) for event in events],
        after=f"{place.poll}.{place.attempt}.{place.action}",
    )


async def stream_events(request: web.Request) -> web.StreamResponse:
    """Query: `store`, and `after`, how far the reader has come. Each event is a line of HTML."""
    store = _read_store(request)
    listeners = request.app[LISTENERS]
    if listeners.count >= _MOST_LISTENERS:
        return web.Response(
            status=503, text="too many pages listen\n", headers={"Retry-After": "30"}
        )
    events = Events(request.app[DATABASE])
    place = _read_place(request.headers.get("Last-Event-ID") or request.query.get("after", ""))
    response = web.StreamResponse(
        headers={"Content-Type": "text/event-stream; charset=utf-8", "X-Accel-Buffering": "no"}
    )
    await response.prepare(request)
    listeners.count += 1
    try:
        while not (listeners.closing.is_set() or request.app[STOPPING]()):
            with contextlib.suppress(StorageError):
                found, place = await events.list_after(place, _SHOWN, store=store)
                await response.write(_write_stream(found, place))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(listeners.closing.wait(), _LOOK_EVERY)
    except ConnectionResetError:
        pass
    finally:
        listeners.count -= 1
    return response


def _write_stream(found: Sequence[Event], place: Place) -> bytes:
    line = make_templates().get_template("event.html")
    at = f"id: {place.poll}.{place.attempt}.{place.action}\n"
    if not found:
        # Also shows whether the reader is still there.
        return b": nothing new\n\n"
    return "".join(
        f"{at}event: event\ndata: {' '.join(line.render(line=write_line(event)).split())}\n\n"
        for event in reversed(found)
    ).encode()


def write_line(event: Event) -> Line:
    """An event as a sentence."""
    match event.what:
        case Poll() as poll:
            is_bad = poll.outcome not in {PollOutcome.GIVEN, PollOutcome.UNDER_WAY}
            return Line(event=event, sentence=describe_poll(poll), is_bad=is_bad, place="")
        case Tried() as tried:
            sentence = _TRIED[tried.outcome].format(order=tried.order or "without a number")
            return Line(
                event=event,
                sentence=sentence,
                is_bad=tried.outcome in {"retry", "refused", "interrupted"},
                place=f"/ui/deliveries/{tried.delivery}",
            )
        case Action() as action:
            done = ACTIONS.get(action.action, action.action).format(subject=action.subject)
            sentence = f"{action.who} {done}"
            return Line(event=event, sentence=sentence, is_bad=False, place="/ui/actions")


def _read_store(request: web.Request) -> str | None:
    name = request.query.get("store") or None
    return None if name is None else find_store_name(request, name)


def _read_place(text: str) -> Place:
    try:
        poll, attempt, action = map(parse_number, text[:_LONGEST_PLACE].split("."))
    except (ValueError, WantedError):
        return Place()
    return Place(poll=poll, attempt=attempt, action=action)
