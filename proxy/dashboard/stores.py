"""The first page: whether all is well, and a card for each store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from connectors.errors import AuthenticationError
from proxy.dashboard.cards import (
    Entry,
    TimeBar,
    describe_poll,
    draw_coverage,
    draw_strip,
    list_entries,
)
from proxy.dashboard.frame import Look, answer_page, take_look
from proxy.operator.status.standing import ShopWord, Standing
from proxy.operator.status.strip import CELLS, DAY, build_strip
from proxy.rules.alarms import Alarm
from proxy.server.keys import DATABASE, SETTINGS, STORES
from proxy.storage.export.polls import PollHistory, PollOutcome

_SHOP_WORDS = {ShopWord.UNKNOWN: "not asked yet"}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One store on the page. `kind` is empty, and `entries` are none, of a store that only
    deliveries name.
    """

    standing: Standing
    kind: str
    alarms: Sequence[Alarm]
    last_poll: str
    strip: TimeBar
    coverage: TimeBar
    entries: Sequence[Entry]

    @property
    def shop_pill(self) -> tuple[str, str]:
        """The shop in few words, and their look. It may answer, and yet refuse us."""
        poll, word = self.standing.last_poll, self.standing.shop_word
        if word is not ShopWord.DOWN and poll and poll.kind == AuthenticationError.__name__:
            return "refuses our key", ShopWord.DOWN.value
        return _SHOP_WORDS.get(word, word.value), word.value

    @property
    def tone(self) -> str:
        """How pressing it is: `bad`, `warn` or `good`."""
        if any(alarm.needs_person for alarm in self.alarms):
            return "bad"
        is_down = self.standing.shop_word is ShopWord.DOWN
        return "warn" if self.alarms or is_down else "good"


async def show_stores(request: web.Request) -> web.StreamResponse:
    """All stores, those that need a person first."""
    look = await take_look(request)
    polls = await PollHistory(request.app[DATABASE]).count_by_cell(DAY, CELLS)
    cards = [
        _make_card(request, look, each, polls.get(each.store, {})) for each in look.status.stores
    ]
    cards.sort(key=lambda card: ("bad", "warn", "good").index(card.tone))
    return await answer_page(
        request,
        "stores.html",
        look=look,
        cards=cards,
        general=[alarm for alarm in look.alarms if not alarm.store],
    )


def _make_card(
    request: web.Request,
    look: Look,
    standing: Standing,
    polls: Mapping[tuple[int, PollOutcome], int],
) -> Card:
    now = look.status.read_at
    store = request.app[STORES].get(standing.store)
    entries: Sequence[Entry] = ()
    if store is not None:
        entries = list_entries(store.name, store.settings, request.app[SETTINGS].now.listen)
    return Card(
        standing=standing,
        kind="" if store is None else store.settings.connector.type,
        alarms=[alarm for alarm in look.alarms if alarm.store == standing.store],
        last_poll="" if standing.last_poll is None else describe_poll(standing.last_poll),
        strip=draw_strip(build_strip(polls), now),
        coverage=draw_coverage(standing, now),
        entries=entries,
    )
