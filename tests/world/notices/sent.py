"""What a client has sent of an order, by the rules of the promise and not by the code: which
notices are one, and how many pieces the shop may hear of.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from hypothesis import strategies as st

from connectors.testing.book import BookOrder

# The same parcel in many spellings: case, blanks and dashes do not count.
TRACKING = {
    "1z999aa1": ("1Z999AA1", "1z 999 aa1", "1Z-999-AA1"),
    "handdelivered": ("HAND DELIVERED", "hand-delivered", "Hand Delivered"),
    "94001": ("94001", "9400 1", "9400-1"),
    "t7": ("T7", "t7", "T 7"),
}
CARRIERS = ("USPS", "stamps_com", "UPS", "Somebody", "")
# How a client spells a parcel and names its order and lines.
SPELLINGS = st.fixed_dictionaries(
    {
        "tracking": st.integers(0, 2),
        "carrier": st.sampled_from(CARRIERS),
        "order": st.sampled_from(("id", "id", "number", "suffix")),
        "lines": st.sampled_from(("id", "id", "sku", "name")),
        "split": st.booleans(),
    }
)
Spelling = Mapping[str, object]
Pieces = tuple[int, ...]
"""Pieces of each line of an order; empty for a notice without items."""


@dataclass(frozen=True)
class Part:
    """One part of a parcel: its tracking number, folded, and its pieces."""

    parcel: str
    pieces: Pieces


@dataclass
class SentOrder:
    """One order: `parts` are the notices that are no repeat, in the order they were sent."""

    order: BookOrder
    given: bool
    parts: list[Part] = field(default_factory=list)

    def take(self, part: Part) -> None:
        """A notice was accepted or refused: it is new, unless it repeats one."""
        if not self._repeats(part):
            self.parts.append(part)

    def _repeats(self, part: Part) -> bool:
        same = [known for known in self.parts if known.parcel == part.parcel]
        return any(
            known.pieces == part.pieces or not known.pieces or not part.pieces for known in same
        )

    def count_sent(self) -> dict[str, int]:
        """How many pieces of each line the shop should hear of in the end: what was sent, and no
        more than was ordered.
        """
        lines = self.order.lines
        if any(not part.pieces for part in self.parts):
            return {line.id: line.quantity for line in lines}
        sent = [sum(part.pieces[place] for part in self.parts) for place in range(len(lines))]
        pairs = zip(lines, sent, strict=True)
        return {line.id: min(line.quantity, pieces) for line, pieces in pairs if pieces}

    def count_parts(self) -> Counter[str]:
        """How many parts each parcel has."""
        return Counter(part.parcel for part in self.parts)


def fold(tracking: str) -> str:
    """A tracking number as the promise compares it."""
    return "".join(letter for letter in tracking.lower() if letter.isalnum())


def write_notice(sent: SentOrder, part: Part, spelling: Spelling) -> tuple[dict[str, str], str]:
    """A notice's query and body."""
    order, how = sent.order, spelling["order"] if sent.given else "id"
    number = f"{order.number}-1" if how == "suffix" else order.number
    place = spelling["tracking"]
    assert isinstance(place, int)
    query = {
        "action": "shipnotify",
        "order_number": number,
        "carrier": str(spelling["carrier"]),
        "service": "",
        "tracking_number": TRACKING[part.parcel][place],
    }
    named = f"<OrderID>{order.id}</OrderID>" if how == "id" else ""
    items = "".join(_write_items(sent, part, spelling))
    return query, f"<ShipNotice>{named}{f'<Items>{items}</Items>' if items else ''}</ShipNotice>"


def _write_items(sent: SentOrder, part: Part, spelling: Spelling) -> list[str]:
    """An item for each line, or one for each of its pieces where they are split up."""
    how = spelling["lines"] if sent.given else "id"
    items = []
    for line, pieces in zip(sent.order.lines, part.pieces, strict=False):
        if not pieces:
            continue
        named = {
            "id": f"<LineItemID>{line.id}</LineItemID>",
            "sku": f"<SKU>{line.sku}</SKU>",
            "name": f"<Name>{line.name}</Name>",
        }[str(how)]
        counts = [1] * pieces if spelling["split"] else [pieces]
        items += [f"<Item>{named}<Quantity>{count}</Quantity></Item>" for count in counts]
    return items
