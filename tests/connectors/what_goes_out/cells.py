"""The table of what goes out: platforms, situations, and the examples in each cell."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

import msgspec
import yaml

FOLDER = Path(__file__).parent


class Situation(StrEnum):
    """What may be special about an order; the columns of the table."""

    PICKUP = "pickup"
    LOCAL_DELIVERY = "local_delivery"
    OTHER_SERVICE = "other_service"
    SUB_ORDERS = "sub_orders"
    BUNDLES = "bundles"
    SEVERAL_ADDRESSES = "several_addresses"
    GIFT_CARD = "gift_card"
    DIGITAL = "digital"
    SHIP_SEPARATELY = "ship_separately"


class Word(StrEnum):
    """What becomes of an order, in the merchant's words; `judge_word` knows what each takes."""

    LEFT_OUT = "left out"
    NAMED = "left out once named"
    HELD = "held"
    REST = "only the rest"
    PARCEL = "as a parcel"
    CONTAINER = "as one piece"
    PARTS = "as its parts"
    EACH_LINE = "each line"
    CREDIT = "negative line"
    SPLIT = "one order each"


class Example(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One order: `order` is laid over the platform's plain one, `beside` is what the connector
    reads elsewhere, `settings` are keys of the connector's and `fields` those of the store, as a
    merchant would write them.

    One of `goes_out` (lines as ShipStation shows them), `left_out` and `held` (how the reason
    begins) says what becomes of it.
    """

    says: Word
    order: dict[str, Any] = {}
    beside: dict[str, Any] = {}
    settings: dict[str, Any] = {}
    fields: dict[str, Any] = {}
    goes_out: tuple[str, ...] = ()
    left_out: str = ""
    held: str = ""


class Cell(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A platform in a situation.

    `source` is where the fields of the examples are documented. Where there are no examples,
    `unknown` says why: the platform does not have it, or its orders do not show it.
    """

    source: str = ""
    unknown: str = ""
    examples: tuple[Example, ...] = ()


class Platform(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One row of the table.

    `reader` is a recipe's name, or a kind of connector; `lines` is where its orders hold what was
    bought. The page for merchants shows no row whose words another one has (`on_page`).
    """

    name: str
    reader: str
    lines: str
    order: dict[str, Any]
    cells: dict[Situation, Cell]
    on_page: bool = True
    # Parts of orders under YAML anchors, for the cells.
    parts: Any = None


@cache
def load_table() -> Mapping[str, Platform]:
    """Every platform by the name of its file, in the sequence of their names."""
    return {
        file.stem: msgspec.convert(yaml.safe_load(file.read_text(encoding="utf-8")), Platform)
        for file in sorted(FOLDER.glob("*.yaml"))
    }
