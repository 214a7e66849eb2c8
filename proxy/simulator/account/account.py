"""The account without its API: what a merchant and ShipStation do in it.

Its actions change the books at once; what they send (notices, webhooks) is planned, and goes out
when the agenda is run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from functools import partial

from yarl import URL

from proxy.simulator.account.agenda import Agenda, Clock
from proxy.simulator.account.books import Books, ParcelRow
from proxy.simulator.account.importer import Imported, Importer
from proxy.simulator.account.notifier import Notifier
from proxy.simulator.account.office import Office
from proxy.simulator.account.parcels import Label, add_label, add_mark, add_return, void_parcel
from proxy.simulator.account.rows import FulfillmentRow, OrderRow, ShipmentRow
from proxy.simulator.account.stores import Store, build_resource
from proxy.simulator.account.traits import WORDS, Chance, Fate, Faults, Traits
from proxy.simulator.account.webhooks import (
    LABEL_MADE,
    MARKED_AS_SHIPPED,
    ORDERS_IMPORTED,
    Webhooks,
)
from proxy.simulator.client import StoreClient
from proxy.simulator.poller import Poller

_LABEL = Label()


class Account:
    """Books, stores and everything that happens to them.

    `faults` may be replaced at any time: they count for what is done from then on. `report` hears a
    sentence about each thing that the account does by itself.
    """

    def __init__(
        self,
        clock: Clock,
        *,
        traits: Traits | None = None,
        faults: Faults | None = None,
        seed: int = 0,
        report: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.clock = clock
        self.opened_at = clock()
        self.traits = traits or Traits()
        self.faults = faults or Faults()
        self.report = report
        self.chance = Chance(seed)
        self.agenda = Agenda(clock)
        self.books = Books(clock)
        self.office = Office(self.books)
        self.stores: dict[int, Store] = {}
        self.webhooks = Webhooks(
            books=self.books,
            agenda=self.agenda,
            traits=self.traits,
            chance=self.chance,
            report=report,
        )
        self.notifier = Notifier(
            books=self.books,
            stores=self.stores,
            agenda=self.agenda,
            traits=self.traits,
            chance=self.chance,
            report=report,
        )
        self._importer = Importer(self.books, self.traits, self.chance)

    def add_store(
        self,
        name: str,
        address: URL | None = None,
        client: StoreClient | None = None,
        *,
        words: Mapping[str, str] = WORDS,
        since: datetime | None = None,
    ) -> Store:
        """Connect a custom store by a client, or add a manual one without.

        `words` are what its form says for each status, `since` is where its first import starts: a
        day ago unless it is given. Raises ValueError for an address that a store has already.
        """
        shown = None if address is None else str(address.with_query(None).with_user(None))
        if shown is not None and shown in {store.address for store in self.stores.values()}:
            raise ValueError(f"expected an address of its own for each store, found {shown} again")
        traits, now = self.traits, self.clock()
        resource = build_resource(
            self.books.take_id("store"), name, shown, now, words if traits.shows_words else None
        )
        if not traits.shows_address:
            resource["integrationUrl"] = None
        store = Store(
            resource=resource,
            address=shown,
            client=client,
            poller=None
            if client is None
            else Poller(client.polling(), since=since or now - timedelta(days=1)),
            hidden_words=None if traits.shows_words else words,
        )
        self.stores[store.store_id] = store
        if store.poller is not None and traits.poll_every is not None:
            self.agenda.plan(now, partial(self._poll, store, traits.poll_every))
        return store

    def edit_store(self, store: Store, **fields: object) -> None:
        """Change fields of a store's resource, as a person does in its settings."""
        store.resource.update(fields, modifyDate=self.clock())

    def add_order(self, store: Store, number: str, items: Mapping[str, int]) -> OrderRow:
        """Type an order into a store by hand, with quantities by SKU; it waits for shipment."""
        return self.office.type_order(store.store_id, number, items)

    async def import_orders(self, store: Store, since: datetime | None = None) -> Imported:
        """Import from a custom store now, from `since` or from where the last success ended."""
        imported = await self._importer.run(store, since)
        name, poll = store.resource["storeName"], imported.poll
        seen = poll.error or f"{len(poll.orders)} orders, {len(imported.created)} of them new"
        self.report(f"import from {name}: {seen}")
        self.webhooks.announce(ORDERS_IMPORTED, store.store_id, imported.created, self.faults)
        return imported

    def plan_refresh(self, store: Store, since: datetime | None = None) -> None:
        """Queue an import, as `refreshstore` does."""
        due = self.clock() + self.traits.refresh_after
        store.refresh.id, store.refresh.word = 2, "Queued"
        self.agenda.plan(due, partial(self._refresh, store, since))

    def find_order(self, number: str, store: Store | None = None) -> OrderRow:
        """The order of this number, of a store where several have it. Raises NoSuchRowError."""
        return self.books.find_order(number, None if store is None else store.store_id)

    def make_label(
        self,
        order: OrderRow,
        items: Mapping[str, int] | None = None,
        *,
        label: Label = _LABEL,
        fate: Fate | None = None,
    ) -> ShipmentRow:
        """Make a label for `items` (quantities by line item key or SKU), or for all that is left;
        `fate` says what becomes of its notice, which else the seed does.
        """
        row = add_label(self.books, order, label, items)
        self._tell(row, LABEL_MADE, row.shipment_id, fate)
        return row

    def mark_shipped(
        self,
        order: OrderRow,
        tracking_number: str = "",
        *,
        carrier: str = "Other",
        ship_date: date | None = None,
        fate: Fate | None = None,
    ) -> FulfillmentRow:
        """Mark the whole order as shipped, without a label."""
        row = add_mark(
            self.books,
            order,
            tracking_number=tracking_number,
            carrier=carrier,
            ship_date=ship_date,
        )
        events = MARKED_AS_SHIPPED if self.traits.fulfillment_hooks else ()
        self._tell(row, events, row.fulfillment_id, fate)
        return row

    def void(self, row: ParcelRow) -> None:
        """Void a label; no store is ever told."""
        void_parcel(self.books, row)

    def return_label(self, order: OrderRow, *, label: Label = _LABEL) -> ShipmentRow:
        """Make a label by which the buyer sends the order back; no store is ever told."""
        row = add_return(self.books, order, label)
        store_id = order.advanced_options.store_id
        self.webhooks.announce(LABEL_MADE, store_id, [row.shipment_id], self.faults)
        return row

    async def settle(self) -> None:
        """Perform everything that is due: notices, webhooks, imports."""
        await self.agenda.run_due()

    async def advance(self, span: timedelta) -> None:
        """Let simulated time pass, with all that falls due in it."""
        await self.agenda.advance(span)

    def _tell(
        self, row: ParcelRow, events: tuple[str, ...], number: int, fate: Fate | None
    ) -> None:
        store_id = self.books.orders[row.order_id].advanced_options.store_id
        self.notifier.plan(row, self.faults, fate)
        self.webhooks.announce(events, store_id, [number], self.faults)

    async def _poll(self, store: Store, every: timedelta) -> None:
        if store.resource.get("active") and store.resource.get("autoRefresh"):
            await self.import_orders(store)
        self.agenda.plan(self.clock() + every, partial(self._poll, store, every))

    async def _refresh(self, store: Store, since: datetime | None) -> None:
        await self.import_orders(store, since)
