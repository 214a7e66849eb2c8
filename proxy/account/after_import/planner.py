"""Finds the orders that ShipStation imported of late, and plans what the settings want done to
each.

They are listed by when they were imported, from the last one seen less an hour. Only those that
Portside gave are meant, by their exact number, and only those imported since this was first looked
for.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import aclosing
from datetime import timedelta

from connectors.interface import Remark
from connectors.orders import Window
from proxy.account.after_import.performer import ImportPerformer
from proxy.account.after_import.targets import TargetFinder
from proxy.account.client import AccountClient, name_key
from proxy.account.listing import ORDERS, walk_list
from proxy.account.pacific import read_day, read_pacific
from proxy.account.rows import OrderRow
from proxy.rules.matching import GivenOrder
from proxy.settings.account.after_import import AfterImportSettings, find_hold_day
from proxy.storage.account.import_actions import ActionKind, ImportAction, ImportActions
from proxy.storage.account.known_orders import KnownOrders
from proxy.storage.account.parcels import Parcels
from proxy.storage.account.places import Places
from proxy.storage.database import Database
from proxy.stores import Store, name_condition

# How late a row may be shown, and how far the account's clock may be ahead of ours.
_SLACK = timedelta(hours=1)
_WAITING = "awaiting_shipment"


class ImportPlanner:
    """Plans for the stores of a database, and has it done."""

    def __init__(self, database: Database, performer: ImportPerformer) -> None:
        self._database = database
        self.performer = performer

    async def take_imports(self, client: AccountClient, store: Store) -> None:
        """Plan the actions for the store's new orders, and do the first of them. Raises
        `ConnectorError` and StorageError.
        """
        await self.plan_actions(client, store)
        await self.performer.perform_actions(client, store)

    async def plan_actions(self, client: AccountClient, store: Store) -> None:
        """Plan the actions for the store's new orders. Raises `ConnectorError` and
        StorageError.
        """
        account = store.settings.account
        if account is None or account.store_id is None or not account.after_import:
            return
        places = Places(self._database, name_key(account.url, account.api_key.get_secret_value()))
        name = f"imports {store.name}"
        place, now = await places.find(name), await places.now()
        seen = place.since if place.seen_until is None else place.seen_until
        window = Window(start=min(max(place.since, seen - _SLACK), now), end=now + _SLACK)
        own = (("storeId", str(account.store_id)),)
        async with aclosing(walk_list(client, ORDERS, window, own)) as walk:
            rows: Sequence[OrderRow] = [
                row async for row in walk if read_pacific(row.create_date) >= place.since
            ]
        if not rows:
            return
        known = KnownOrders(self._database, store.name)
        await known.keep({row.order_id: row.order_key for row in rows})
        numbers = {row.order_number for row in rows if row.order_number}
        given = await Parcels(self._database, store.name).find_given(numbers)
        finder = TargetFinder(client)
        planned = list[ImportAction]()
        for row in rows:
            if (order := _find_given(row, given.get(row.order_number or "", ()))) is not None:
                rules = _choose_rules(account.after_import, order)
                planned += [each async for each in _list_actions(row, rules, finder)]
        await ImportActions(self._database, store.name).plan(planned)
        store.remark(Remark(about="after_import", text=describe_unknown(finder)))
        youngest = max(read_pacific(row.create_date) for row in rows)
        await places.move(name, seen_until=min(max(youngest, seen), now))


def describe_unknown(finder: TargetFinder) -> str:
    """A remark on what the account does not know; empty if it knows all."""
    text = "; ".join(finder.unknown)
    return f"after_import: {text}. Orders go without it" if text else ""


def _find_given(row: OrderRow, given: Sequence[GivenOrder]) -> GivenOrder | None:
    """What we gave of an imported order. Where several were given under its number, the one whose
    id ShipStation keeps as its key; none where that does not decide.
    """
    exact = [each for each in given if each.number == row.order_number]
    meant = [each for each in exact if each.id == row.order_key] if len(exact) > 1 else exact
    return meant[0] if len(meant) == 1 else None


def _choose_rules(
    rules: Sequence[AfterImportSettings], order: GivenOrder
) -> Sequence[AfterImportSettings]:
    return [rule for rule in rules if rule.only is None or name_condition(rule.only) in order.marks]


async def _list_actions(
    row: OrderRow, rules: Sequence[AfterImportSettings], finder: TargetFinder
) -> AsyncIterator[ImportAction]:
    """Of several rules that fit, the first that names a user or a day counts, and all tags. What a
    person or ShipStation's own automation did already is left as it is.
    """
    wanted: Mapping[str, str] = {
        name: next((value for rule in rules if (value := getattr(rule, name))), "")
        for name in ("assign_user", "hold_until")
    }
    if wanted["assign_user"] and not row.user_id:
        user = await finder.find_user(wanted["assign_user"])
        if user is not None:
            yield ImportAction(order_id=row.order_id, kind=ActionKind.ASSIGN, target=user)
    for name in dict.fromkeys(rule.add_tag for rule in rules if rule.add_tag):
        tag = await finder.find_tag(name)
        if tag is not None and int(tag) not in (row.tag_ids or ()):
            yield ImportAction(order_id=row.order_id, kind=ActionKind.TAG, target=tag)
    if wanted["hold_until"] and row.order_status == _WAITING:
        imported_on = read_day(row.create_date)
        day = find_hold_day(wanted["hold_until"], imported_on)
        if day > imported_on:
            yield ImportAction(order_id=row.order_id, kind=ActionKind.HOLD, target=day.isoformat())
