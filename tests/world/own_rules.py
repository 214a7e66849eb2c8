"""The same rules where another connector keeps them, and those that one connector has alone."""

from __future__ import annotations

from msgspec.structs import replace

from connectors.errors import UnavailableError
from connectors.generic_json.listing.reader import Listing
from connectors.shopify.api.transport import Span
from connectors.shopify.listing.slices import Slices
from tests.world.rules import RULES, Rule

_ELSEWHERE: dict[tuple[str, str], tuple[str, ...]] = {
    ("a count too high is told with both numbers", "shopify"): (
        "an order is counted and never shown",
    ),
    ("a failing part is the fault of what asked for it", "shopify"): ("routes of one order fail",),
}


async def _halve_nothing(_self: Slices, _stamps: object) -> None:
    raise UnavailableError("the slice failed")


OWN_RULES: dict[str, Rule] = {
    f"{name}, in {world}": replace(RULES[name], world=world, ways=(), quirks=quirks)
    for (name, world), quirks in _ELSEWHERE.items()
} | {
    "a list that fails is read by its rows, in shopify": Rule(
        world="shopify",
        remove=lambda patch: patch.setattr(Slices, "_read_halves", _halve_nothing),
        quirks=("an order breaks what holds it",),
    ),
    "orders outside the window stand in for none": Rule(
        world="shopify",
        remove=lambda patch: patch.setattr(Span, "holds", lambda *_: True),
        ways=("rest",),
        quirks=("bounds are ignored", "every page lacks its first row"),
    ),
    "the detail of another order stands in for none": Rule(
        world="generic_json",
        remove=lambda patch: patch.setattr(Listing, "_check_detail", lambda _, __, whole: whole),
        quirks=("a detail is of another order", "a detail is an error"),
    ),
}
EVERY_RULE = RULES | OWN_RULES
