"""Everything to test a connector with: the contract suite, a fake shop to build on, and faults.

For our tests, the demo and anyone's connector; nothing else imports it. A name is loaded when it is
first asked for, as in `connectors`. The fake shops of real platforms are in `shops`.
"""

# Sorted, the imports would have one statement for each name.
# ruff: isort: skip_file
from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

# What a type checker and an editor see.
if TYPE_CHECKING:
    from connectors.testing.book import (
        BUYER as BUYER,
        BookLine as BookLine,
        BookOrder as BookOrder,
        BookParcel as BookParcel,
        OrderBook as OrderBook,
    )
    from connectors.testing.clock import (
        Clock as Clock,
    )
    from connectors.testing.contract import (
        ConnectorContract as ConnectorContract,
    )
    from connectors.testing.dry_run_contract import (
        DryRunContract as DryRunContract,
    )
    from connectors.testing.fault_contract import (
        FaultContract as FaultContract,
    )
    from connectors.testing.faults import (
        Answer as Answer,
        BOM as BOM,
        BOT_WALL as BOT_WALL,
        Before as Before,
        DropAnswer as DropAnswer,
        Fault as Fault,
        Faults as Faults,
        Handler as Handler,
        Hang as Hang,
        Misdated as Misdated,
        Mute as Mute,
        PHP_NOTICE as PHP_NOTICE,
        Reset as Reset,
        Spare as Spare,
        Truncate as Truncate,
        Wall as Wall,
        When as When,
        any_request as any_request,
    )
    from connectors.testing.harness import (
        ShopHarness as ShopHarness,
        Told as Told,
    )
    from connectors.testing.listing_contract import (
        ListingContract as ListingContract,
    )
    from connectors.testing.requests import (
        SeenRequest as SeenRequest,
    )
    from connectors.testing.shipping_contract import (
        ShippingContract as ShippingContract,
    )
    from connectors.testing.telling_contract import (
        TellingContract as TellingContract,
    )
    from connectors.testing.shop import (
        FakeShop as FakeShop,
    )
    from connectors.testing.trial import (
        HASTY as HASTY,
        QUICK as QUICK,
        START as START,
        WINDOW as WINDOW,
        at as at,
        failure as failure,
        ids as ids,
        walk as walk,
    )

# The same names by their modules; a test compares the two.
_ROOMS = {
    "connectors.testing.book": "BUYER BookLine BookOrder BookParcel OrderBook",
    "connectors.testing.clock": "Clock",
    "connectors.testing.contract": "ConnectorContract",
    "connectors.testing.dry_run_contract": "DryRunContract",
    "connectors.testing.fault_contract": "FaultContract",
    "connectors.testing.faults": (
        "BOM BOT_WALL PHP_NOTICE Answer Before DropAnswer Fault Faults Handler Hang Misdated "
        "Mute Reset Spare Truncate Wall When any_request"
    ),
    "connectors.testing.harness": "ShopHarness Told",
    "connectors.testing.listing_contract": "ListingContract",
    "connectors.testing.requests": "SeenRequest",
    "connectors.testing.shipping_contract": "ShippingContract",
    "connectors.testing.shop": "FakeShop",
    "connectors.testing.telling_contract": "TellingContract",
    "connectors.testing.trial": "HASTY QUICK START WINDOW at failure ids walk",
}
_ROOM_OF = {name: room for room, names in _ROOMS.items() for name in names.split()}

__all__ = tuple(_ROOM_OF)


if not TYPE_CHECKING:  # A type checker knows the names from the imports above, and no others.

    def __getattr__(name: str) -> Any:
        """A name of the surface, taken from its module when it is first asked for."""
        if name not in _ROOM_OF:
            raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
        value = getattr(import_module(_ROOM_OF[name]), name)
        globals()[name] = value
        return value


def __dir__() -> list[str]:
    """The names of the surface, for people who look around."""
    return sorted({*globals(), *_ROOM_OF})
