"""One configured shop, ready for work: its name, its settings and its open connector."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import timedelta

import msgspec
from cachetools import LRUCache

from connectors.carriers import Carrier, Carriers
from connectors.fieldmap.filler import Filler, Watch
from connectors.fieldmap.rules import FillRules
from connectors.fieldmap.settings import build_fill_rules
from connectors.fieldmap.survey import FieldSurvey
from connectors.filling import FieldFiller
from connectors.interface import (
    Connector,
    ConnectorContext,
    ConnectorType,
    ForgetfulMemory,
    Memory,
    Remark,
    ignore_remark,
)
from connectors.language.expressions import Expression
from connectors.upstream.exchange import Exchange, Observer
from connectors.upstream.policy import BreakerNews, ignore_news
from connectors.upstream.shop_clock import is_far_off
from proxy.rules.lateness import MOST_LOOKBACK
from proxy.settings.models import StoreSettings
from proxy.storage.names import BooksName

# In seconds; what goes beyond is a broken `Date` rather than a clock that orders are dated by.
_MOST_OFF = MOST_LOOKBACK.total_seconds()


# Orders read and not yet written down; a page of a shop holds hundreds.
_MOST_MARKED = 20_000


class Pulse:
    """Signs of life: how many answers a shop has given to anything it was asked, and how far its
    clock is ahead of ours by the last of them, or was behind.
    """

    def __init__(self) -> None:
        self.answers = 0
        self.clock_ahead = timedelta(0)
        self._behind = 0.0

    def hear(self, exchange: Exchange) -> None:
        """An exchange is over; one without an answer is not a sign of life."""
        self.answers += exchange.status is not None
        if exchange.clock_offset is not None:
            offset = exchange.clock_offset if is_far_off(exchange.clock_offset) else 0.0
            offset = min(max(offset, -_MOST_OFF), _MOST_OFF)
            self._behind = max(self._behind, -offset)
            self.clock_ahead = timedelta(seconds=max(offset, 0.0))

    def take_clock_behind(self) -> timedelta:
        """The most by which the clock was behind since this was last taken; nothing where it was
        never far off.
        """
        behind, self._behind = self._behind, 0.0
        return timedelta(seconds=behind)


class OrderMarks:
    """Which conditions of the settings are true of the orders read last: found while the shop's
    JSON is at hand, and no part of the order, so that another condition sends no order out again.
    """

    def __init__(self) -> None:
        self._marks: LRUCache[str, tuple[str, ...]] = LRUCache(_MOST_MARKED)

    def put(self, order_id: str, names: Sequence[str]) -> None:
        """They are true of this order as it was just read, and no others are."""
        self._marks[order_id] = tuple(names)

    def find(self, order_id: str) -> tuple[str, ...]:
        """Those of this order."""
        return self._marks.get(order_id, ())


def name_condition(expression: Expression) -> str:
    """By what a condition is known in the database: by what it says, wherever it stands."""
    return hashlib.blake2b(expression.source.encode(), digest_size=8).hexdigest()


class Work:
    """What works with a store at this moment, so that it is not closed under it.

    A caller that has the store for longer than a moment does `with store.work:`.
    """

    def __init__(self) -> None:
        self._count = 0
        self._ended = asyncio.Event()
        self._ended.set()

    def __enter__(self) -> None:
        self._count += 1
        self._ended.clear()

    def __exit__(self, *_error: object) -> None:
        self._count -= 1
        if not self._count:
            self._ended.set()

    async def wait_for_end(self) -> None:
        """Return once nothing works with it."""
        while self._count:
            await self._ended.wait()


_listening: ContextVar[Observer | None] = ContextVar("listening", default=None)


@contextmanager
def listening(observer: Observer) -> Iterator[None]:
    """Tell `observer` of each exchange with a shop that is made inside, by this task or by those
    that it starts.
    """
    before = _listening.set(observer)
    try:
        yield
    finally:
        _listening.reset(before)


class Store(msgspec.Struct, frozen=True, kw_only=True, eq=False):
    """One store. `connector` is open for as long as the context that made the store is."""

    name: str
    settings: StoreSettings
    connector: Connector
    undated: str = ""
    """The changes that move no modified time in this shop, in words; empty if none are known."""
    pulse: Pulse = msgspec.field(default_factory=Pulse)
    marks: OrderMarks = msgspec.field(default_factory=OrderMarks)
    work: Work = msgspec.field(default_factory=Work)
    remark: Callable[[Remark], None] = ignore_remark
    """Takes what the operator should know about this store."""
    books: BooksName = BooksName("")
    """The name under which storage keeps what was exported; the store's own unless this is a
    trial.
    """
    trial: bool = False
    """A trial request: its books are separate, nothing is measured, and no alarm is raised."""
    exact: bool = False
    """Its windows are read as asked, and reach back over nothing."""

    def __post_init__(self) -> None:
        if not self.books:
            msgspec.structs.force_setattr(self, "books", self.name)

    @property
    def reaches_back(self) -> bool:
        """Whether a window may hold orders older than it asks for."""
        return self.settings.door != "shiprush" and not self.exact

    @property
    def trial_books(self) -> tuple[BooksName, BooksName]:
        """The names of the books of this store's trials: one for polls in a row, one for windows
        read as asked. No store in the settings can have such a name.
        """
        return BooksName(f"{self.name}?polls"), BooksName(f"{self.name}?windows")

    def on_trial(self, *, exact: bool) -> Store:
        """The same store, with the books of its trials."""
        polls, windows = self.trial_books
        return msgspec.structs.replace(
            self, books=windows if exact else polls, trial=True, exact=exact
        )


class StoreServices(msgspec.Struct, frozen=True, kw_only=True):
    """What a store's connector may use of the program around it.

    `observer` hears of each exchange with the shop, `watch` what it shows of the shop; `memory` and
    `remark` as in `ConnectorContext`. `watch_fields` hears where each field came from that
    `fields:` and `address:` filled in; `survey` takes the filler's place, to see what orders look
    like. With `whole`, for people who look at an order, the shop is asked for all of it. In a
    `dry_run` the shop is read and never written to.
    """

    observer: Observer | None = None
    watch: Callable[[BreakerNews], None] = ignore_news
    memory: Memory = ForgetfulMemory()
    remark: Callable[[Remark], None] = ignore_remark
    watch_fields: Watch | None = None
    survey: Callable[[Filler], FieldFiller] | None = None
    whole: bool = False
    dry_run: bool = False


@asynccontextmanager
async def open_store(
    name: str,
    settings: StoreSettings,
    kind: ConnectorType,
    services: StoreServices | None = None,
) -> AsyncIterator[Store]:
    """Open the connector of one store. No request is made yet."""
    services = services or StoreServices()
    carriers = Carriers(
        {
            word: Carrier(name=entry.name, tracking_url=entry.tracking_url)
            for word, entry in settings.carriers.items()
        }
    )
    pulse, marks = Pulse(), OrderMarks()

    def hear_exchange(exchange: Exchange) -> None:
        pulse.hear(exchange)
        for observer in (services.observer, _listening.get()):
            if observer is not None:
                observer(exchange)

    context = ConnectorContext(
        store=name,
        upstream=msgspec.structs.replace(
            settings.upstream.policy(), dry_run=services.dry_run, watch=services.watch
        ),
        observer=hear_exchange,
        carriers=carriers,
        shipping=settings.shipments.rules(),
        memory=services.memory,
        remark=services.remark,
        filler=_make_filler(name, settings, services, marks),
    )
    statuses = {kind.status_word(word): status for word, status in settings.statuses.items()}
    filters = settings.filters.model_copy(
        update={"statuses": tuple(map(kind.status_word, settings.filters.statuses))}
    )
    async with kind.open(settings.connector, context) as connector:
        yield Store(
            name=name,
            settings=settings.model_copy(update={"statuses": statuses, "filters": filters}),
            connector=connector,
            undated=kind.undated(settings.connector),
            pulse=pulse,
            marks=marks,
            remark=services.remark,
        )


def _make_filler(
    store: str, settings: StoreSettings, services: StoreServices, marks: OrderMarks
) -> FieldFiller | None:
    """What the settings fill in; None where they fill in nothing and no order is needed whole."""
    rules = build_fill_rules(
        settings.fields,
        settings.address,
        settings.filters.only,
        settings.filters.exclude,
        _name_conditions(settings),
    )
    if rules is None:
        if not services.whole:
            return None
        rules = FillRules()

    def complain(field: str, number: str) -> None:
        text = (
            f"fields: {field} could not be filled in for order {number}, and went out as the"
            f" connector reads it; `portside preview --store {store} {number}` shows the order"
        )
        services.remark(Remark(about=f"fields {field}", text=text))

    filler = Filler(rules, complain, services.watch_fields, marks.put)
    if services.whole:
        return FieldSurvey(filler)
    return filler if services.survey is None else services.survey(filler)


def _name_conditions(settings: StoreSettings) -> Mapping[str, Expression]:
    rules = () if settings.account is None else settings.account.after_import
    return {name_condition(rule.only): rule.only for rule in rules if rule.only is not None}
