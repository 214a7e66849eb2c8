"""The same rules where another connector keeps them, and those that one connector has alone."""

from __future__ import annotations

from msgspec.structs import replace

from connectors.errors import UnavailableError
from connectors.generic_json.listing.reader import Listing
from connectors.shopify.api.transport import Span
from connectors.shopify.listing.slices import Slices
from tests.world.rules import RULES, Rule

_LED = ("cursor", "link", "next_url")
_BYTES = ("names hold half a surrogate", "names are bad utf8", "text stands before the json")
# Where a rule is kept too: the world, the quirks that show it, and the ways of reading; each way is
# a rule of its own.
_ELSEWHERE: tuple[tuple[str, str, tuple[str, ...], tuple[str, ...]], ...] = (
    (
        "a count too high is told with both numbers",
        "shopify",
        ("an order is counted and never shown",),
        (),
    ),
    (
        "a failing part is the fault of what asked for it",
        "shopify",
        ("routes of one order fail",),
        (),
    ),
    (
        "a failing part is the fault of what asked for it",
        "generic_json",
        ("the detail of an order fails",),
        (*_LED, "none"),
    ),
    (
        "a list that counts more is read again",
        "generic_json",
        ("a page says for a moment that it is the last",),
        _LED,
    ),
    ("no evidence, no 200", "generic_json", ("the first page says it is the last",), _LED),
    (
        "a count beside cursors and links is compared",
        "generic_json",
        ("a page says for a moment that it is the last",),
        _LED,
    ),
    (
        "entries that are not orders are not rows",
        "generic_json",
        ("a row is null",),
        (*_LED, "none"),
    ),
    ("bytes are mended where that is harmless", "generic_json", _BYTES, (*_LED, "none")),
    ("bytes are mended where that is harmless", "shopify", _BYTES, ("rest", "graphql")),
)


async def _halve_nothing(_self: Slices, _stamps: object) -> None:
    raise UnavailableError("the slice failed")


OWN_RULES: dict[str, Rule] = {
    ", ".join([name, f"in {world}", *(f"by {one}" for one in way)]): replace(
        RULES[name], world=world, ways=way, quirks=quirks
    )
    for name, world, quirks, ways in _ELSEWHERE
    for way in (*((one,) for one in ways), *(() if ways else ((),)))
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
