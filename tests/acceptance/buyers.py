"""Words of the buyers whose orders tests move, and whether a log holds one."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from functools import cache
from random import Random

import msgspec

from connectors.testing.book import BUYER
from connectors.testing.shops.woocommerce.people import invent_address
from connectors.testing.shops.woocommerce.variety import varied_orders
from tests.builders import build_address, build_order

# Shorter ones, such as the code of a state, stand in other words, and a postal code of digits alone
# in any number.
_SHORTEST = 5
# In the invented buyers' texts, and in sentences of ours. The texts as a whole are looked for.
_ORDINARY = frozenset({"buyer", "example", "first"})


@cache
def _pattern() -> re.Pattern[str]:
    texts = [str(value) for value in msgspec.structs.asdict(BUYER).values()]
    texts += [text for seed in range(500) for text in invent_address(Random(seed)).values()]
    for order in varied_orders(1, 200, until=datetime(2026, 1, 1, tzinfo=UTC)):
        texts += [order["customer_note"], order["billing"]["email"]]
    words = {text for text in texts if len(text) >= _SHORTEST and not text.isdigit()}
    words |= {
        word
        for text in texts
        for word in re.findall(r"[^\W\d]+", text)
        if len(word) >= _SHORTEST and word.lower() not in _ORDINARY
    }
    words |= _list_built_texts()
    return re.compile("|".join(re.escape(word) for word in sorted(words, key=len, reverse=True)))


def _list_built_texts() -> set[str]:
    """What tests/builders.py says of its buyer: whole texts, for words of them stand elsewhere."""
    texts = {str(value) for value in msgspec.structs.asdict(build_address()).values()}
    texts.add(build_order().customer_notes)
    return {text for text in texts if len(text) >= _SHORTEST and not text.isdigit()}


def find_buyers(lines: Iterable[str]) -> list[str]:
    """The lines that hold a buyer's name, street, town, phone, mail address or note."""
    return [line for line in lines if _pattern().search(line)]
