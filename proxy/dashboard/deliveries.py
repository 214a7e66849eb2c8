"""Deliveries on the page: lists by state, a search, one delivery with all that was tried, and what
an operator may do about them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus
from typing import Any
from urllib.parse import urlencode

from aiohttp import web
from multidict import MultiMapping

from proxy.dashboard.frame import answer_page, take_look
from proxy.operator.deliveries import (
    Change,
    WantedError,
    change_deliveries,
    choose_deliveries,
    explain_unchanged,
    parse_number,
    parse_reason,
    parse_wanted,
    plain,
    plain_attempt,
    record_change,
)
from proxy.operator.order_numbers import parse_order_number
from proxy.server.admin import name_operator
from proxy.server.body import read_form
from proxy.server.keys import DATABASE, DELIVERER, STORES
from proxy.storage.actions import OperatorActions
from proxy.storage.outbox.interface import Delivery, DeliveryState
from proxy.storage.outbox.listing import list_page, search_deliveries
from proxy.storage.outbox.operator import DatabaseDeliveries

_ON_A_PAGE = 50
_MOST_CHOSEN = 1000
TABS: Mapping[str, DeliveryState | None] = {
    "dead": DeliveryState.DEAD,
    "waiting": DeliveryState.WAITING,
    "delivered": DeliveryState.DELIVERED,
    "discarded": DeliveryState.DISCARDED,
    "all": None,
}
DONE = {
    Change.RETRY: "queued to be tried again",
    Change.DISCARD: "discarded",
    Change.RESEND: "queued to be sent again",
}


async def list_deliveries(request: web.Request) -> web.StreamResponse:
    """Query: `state` (a tab), `store`, `before` (a number), or `word` to search by. `done` and
    `count` say what a change has just done.
    """
    query = request.query
    look = await take_look(request)
    stores = [standing.store for standing in look.status.stores]
    store = query.get("store") or None
    if store is not None and store not in stores:
        raise WantedError(f"there is no store {store[:60]!r}")
    word = query.get("word", "").strip()
    if word:
        parse_order_number(word, "an order's or a parcel's number")
    tab = query.get("state") or ("all" if word else "dead")
    if tab not in TABS:
        raise WantedError(f"state: expected one of {', '.join(TABS)}, found {tab[:20]!r}")
    before = parse_number(query["before"]) if query.get("before") else None
    database = request.app[DATABASE]
    if word:
        among = [store] if store else stores
        found = await search_deliveries(database, among, word, _ON_A_PAGE)
    else:
        found = await list_page(
            database, state=TABS[tab], store=store, before=before, limit=_ON_A_PAGE + 1
        )
    shown = found[:_ON_A_PAGE]
    return await answer_page(
        request,
        "deliveries.html",
        look=look,
        deliveries=[plain(delivery) for delivery in shown],
        tab=tab,
        tabs=_count_tabs(look.status.stores, store),
        store=store or "",
        stores=stores,
        named=[*request.app[STORES]],
        word=word,
        older=shown[-1].id if len(found) > _ON_A_PAGE and not word else None,
        done=_describe_done(query),
        here=_write_place(tab, store, word),
    )


def _count_tabs(standings: Sequence[Any], store: str | None) -> Mapping[str, int | None]:
    """How many each tab holds; None where counting would go through all there ever were."""
    chosen = [each for each in standings if store in {None, each.store}]
    counts: dict[str, int | None] = dict.fromkeys(TABS)
    counts["dead"] = sum(each.dead.count for each in chosen)
    counts["waiting"] = sum(each.waiting.count for each in chosen)
    return counts


async def show_delivery(request: web.Request) -> web.StreamResponse:
    """One delivery and the time line of its attempts."""
    number = parse_number(request.match_info["id"])
    kept = DatabaseDeliveries(request.app[DATABASE])
    delivery = await kept.get(number)
    attempts = await kept.attempts_at(number)
    return await answer_page(
        request,
        "delivery.html",
        delivery=plain(delivery),
        attempts=[plain_attempt(attempt) for attempt in attempts],
        changes=_list_changes(delivery),
        is_known=delivery.store in request.app[STORES],
        done=_describe_done(request.query),
    )


def _list_changes(delivery: Delivery) -> Sequence[str]:
    if delivery.lease is not None:
        return ()
    match delivery.state:
        case DeliveryState.WAITING | DeliveryState.DEAD:
            return (Change.RETRY.value, Change.DISCARD.value)
        case DeliveryState.DELIVERED:
            return (Change.RESEND.value,)
        case DeliveryState.DISCARDED:
            return ()


async def change_chosen(request: web.Request) -> web.StreamResponse:
    """Form: `change`, the chosen `id`s or `everything` (all of `store` in `state`), `reason`, and
    where to go `back` to.
    """
    form = await read_form(request)
    change = _parse_change(_get(form, "change"))
    ids = [value for value in form.getall("id", []) if isinstance(value, str)]
    if len(ids) > _MOST_CHOSEN:
        raise WantedError(f"expected at most {_MOST_CHOSEN} deliveries at a time")
    everything = _get(form, "everything") == "yes" and not ids
    if not ids and not everything:
        raise WantedError("choose the deliveries first: none was ticked")
    store, state = _get(form, "store"), _get(form, "state")
    wanted = parse_wanted(
        ids=ids,
        store=None if ids else store or None,
        states=[state] if everything and state else [],
    )
    reason = parse_reason(_get(form, "reason")) if change is not Change.RETRY else ""
    meant = choose_deliveries(wanted, change, everything=everything)
    kept = DatabaseDeliveries(request.app[DATABASE])
    unchanged = await explain_unchanged(kept, meant.ids, change)
    count, shown = await change_deliveries(kept, meant, change, dry_run=False, reason=reason)
    request.app[DELIVERER].wake.set()
    actions = OperatorActions(request.app[DATABASE])
    await record_change(actions, name_operator(request), change, count, shown, reason)
    if unchanged:
        return await answer_page(
            request,
            "unchanged.html",
            status=HTTPStatus.OK if count else HTTPStatus.CONFLICT,
            sentences=unchanged,
            said=_say_done(change, count),
            back=_check_back(_get(form, "back")),
        )
    done = urlencode({"done": change.value, "count": count})
    back = _check_back(_get(form, "back"))
    raise web.HTTPSeeOther(f"{back}{'&' if '?' in back else '?'}{done}")


def _parse_change(text: str) -> Change:
    try:
        return Change(text)
    except ValueError as error:
        raise WantedError("expected what to do: retry, discard or resend") from error


def _get(form: MultiMapping[Any], name: str) -> str:
    value = form.get(name, "")
    return value if isinstance(value, str) else ""


def _check_back(place: str) -> str:
    """A page of ours about deliveries; anything else is not believed."""
    is_ours = place.startswith(("/ui/deliveries?", "/ui/deliveries/")) and place.isprintable()
    return place if is_ours and "\\" not in place else "/ui/deliveries"


def _write_place(tab: str, store: str | None, word: str) -> str:
    """The address of this list, without what a change has just done."""
    query = {"state": tab, "store": store or "", "word": word}
    return f"/ui/deliveries?{urlencode({name: value for name, value in query.items() if value})}"


def _describe_done(query: Mapping[str, str]) -> str:
    """What a change has just done, by its own words and a number alone."""
    try:
        change, count = Change(query.get("done", "")), parse_number(query.get("count", ""))
    except (ValueError, WantedError):
        return ""
    return _say_done(change, count)


def _say_done(change: Change, count: int) -> str:
    verb = "delivery was" if count == 1 else "deliveries were"
    return f"{count:,} {verb} {DONE[change]}."
