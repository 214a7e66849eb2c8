"""The first page: whether all is well, and a card for each store."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping, Sequence

import msgspec
from aiohttp import web

from connectors.errors import AuthenticationError
from proxy.dashboard.cards import (
    TimeBar,
    describe_poll,
    draw_coverage,
    draw_strip,
)
from proxy.dashboard.forms import FORMS
from proxy.dashboard.frame import Look, answer_page, take_look
from proxy.operator.status.standing import ShopWord, Standing
from proxy.operator.status.strip import CELLS, DAY, build_strip
from proxy.rules.alarms import Alarm
from proxy.server.keys import DATABASE, SETTINGS
from proxy.storage.export.polls import CellCount, PollHistory

_SHOP_WORDS = {ShopWord.UNKNOWN: "not asked yet"}


class Card(msgspec.Struct, frozen=True, kw_only=True):
    """One store on the page. `kind` and `form` are empty of a store that only deliveries name."""

    standing: Standing
    kind: str
    alarms: Sequence[Alarm]
    last_poll: str
    strip: TimeBar
    coverage: TimeBar
    form: str

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
    # Of a hundred stores they are work, and polls are not to wait for it.
    cards = await asyncio.to_thread(_make_cards, request.app, look, polls)
    return await answer_page(
        request,
        "stores.html",
        look=look,
        cards=cards,
        general=[alarm for alarm in look.alarms if not alarm.store],
    )


def _make_cards(
    app: web.Application, look: Look, polls: Mapping[str, Sequence[CellCount]]
) -> Sequence[Card]:
    alarms: dict[str, list[Alarm]] = defaultdict(list)
    for alarm in look.alarms:
        alarms[alarm.store].append(alarm)
    cards = [
        _make_card(app, look, each, alarms[each.store], polls.get(each.store, ()))
        for each in look.status.stores
    ]
    return sorted(cards, key=lambda card: ("bad", "warn", "good").index(card.tone))


def _make_card(
    app: web.Application,
    look: Look,
    standing: Standing,
    alarms: Sequence[Alarm],
    polls: Sequence[CellCount],
) -> Card:
    now, settings = look.status.read_at, app[SETTINGS].now
    known = settings.stores.get(standing.store)
    return Card(
        standing=standing,
        kind="" if known is None else known.connector.type,
        alarms=alarms,
        last_poll="" if standing.last_poll is None else describe_poll(standing.last_poll),
        strip=draw_strip(build_strip(polls), now),
        coverage=draw_coverage(standing, now),
        form="" if known is None else app[FORMS].take_form(standing.store, settings),
    )
