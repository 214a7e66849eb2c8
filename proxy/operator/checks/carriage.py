"""Goods among the last orders that no parcel of the merchant's carries, though their order goes
out, and shipping methods that only sound as if no carrier were involved.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterator, Sequence

from connectors.interface import CheckLevel, Finding
from connectors.orders import SEVERAL_METHODS, Fulfillment, Order
from connectors.quoting import count_things
from proxy.rules.packing import describe_lines_left

# A longer name of a shipping method says no more.
_LONGEST = 200
_MOST_NAMED = 5
# How shops call it in a dozen languages, without accents.
_COLLECTED = re.compile(
    r"\bpick ?up\b|click ?(?:and|&|n|\+|et|e|y|und)? ?collect|collect(?:ion)? (?:from|in|at)\b"
    r"|\babhol|selbstabhol|\bretrait\b|\britiro\b|\bretiro\b|\bretirada\b|\brecog(?:ida|er)\b"
    r"|\blevantamento\b|\bafhal|\bafhaal|odbior osobist|osobni odber|szemelyes atvetel"
    r"|hamta i butik|hent i but|\bnouto\b"
)
# Places that carriers bring parcels to.
_BROUGHT = re.compile(
    r"point|punkt|punto|ponto|relais|relay|locker|station|automat|parcel ?shop|box"
)


def find_left_behind(
    orders: Sequence[Order], include: Collection[Fulfillment]
) -> Iterator[Finding]:
    """What to know of these orders, which go out."""
    split = [(order, left) for order in orders if (left := describe_lines_left(order, include))]
    if split:
        order, left = split[0]
        yield Finding(
            level=CheckLevel.OK,
            what=(
                f"{len(split)} of {count_things(len(orders), 'order')} that go out leave lines"
                f" behind, e.g. order {order.number or order.id}: {left}"
            ),
        )
    names = list(dict.fromkeys(_list_doubtful_methods(orders)))
    if names:
        shown = ", ".join(repr(name[:_LONGEST]) for name in names[:_MOST_NAMED])
        yield Finding(
            level=CheckLevel.WARNING,
            what=(
                "orders go out as parcels although the buyer seems to collect them: their shipping"
                f" method is {shown}"
            ),
            advice=(
                "if no parcel of yours goes there, name the method in the store's settings"
                " (docs/what-goes-out.md, Change it)"
            ),
        )


def _list_doubtful_methods(orders: Sequence[Order]) -> Iterator[str]:
    """The shipping methods of parcels that sound as if the buyer collected them."""
    for order in orders:
        if any(item.shippable and item.fulfillment is Fulfillment.PARCEL for item in order.items):
            yield from filter(_sounds_collected, order.shipping_method.split(SEVERAL_METHODS))


def _sounds_collected(method: str) -> bool:
    letters = unicodedata.normalize("NFKD", method[:_LONGEST])
    bare = "".join(each for each in letters if not unicodedata.combining(each))
    words = " ".join(bare.casefold().replace("-", " ").split())
    return _COLLECTED.search(words) is not None and _BROUGHT.search(words) is None
