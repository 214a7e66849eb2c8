"""The filters of the settings are the ones that decide about orders."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from connectors.orders import Fulfillment
from proxy.export.preparation import policy_of
from proxy.rules.policy import Filters
from proxy.settings.filters import FilterSettings
from tests.export.play.world import build_store

# Each filter with a value that is not its default, as the settings file writes it, and what the
# rules get.
VALUES: dict[str, tuple[Any, Any]] = {
    "max_age": ("30d", timedelta(days=30)),
    "min_age": ("2h", timedelta(hours=2)),
    "tags": (["wholesale"], ("wholesale",)),
    "exclude_tags": (["pickup"], ("pickup",)),
    "statuses": (["paid"], ("paid",)),
    "shipping_methods": (["Flat rate"], ("Flat rate",)),
    "shippable_only": (False, False),
    "include": (["pickup"], (Fulfillment.PICKUP,)),
}
# The connector works these out, from the shop's own JSON, and says so in `Order.excluded`.
BY_EXPRESSION = {"only", "exclude"}


def test_the_rules_know_every_filter_that_the_settings_have_and_no_other() -> None:
    known = {field.name for field in msgspec.structs.fields(Filters)}
    assert known == set(FilterSettings.model_fields) - BY_EXPRESSION == set(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_a_filter_that_is_set_reaches_the_rules_alone(name: str) -> None:
    written, meant = VALUES[name]
    store = build_store(None, filters={name: written})
    expected = msgspec.structs.replace(Filters(), **{name: meant})
    assert policy_of(store.settings).filters == expected


def test_filters_that_are_not_set_are_the_rules_own_defaults() -> None:
    assert policy_of(build_store(None).settings).filters == Filters()
