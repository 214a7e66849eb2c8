"""One sale that every platform tells in its own JSON, and the server that all these shops share."""

from __future__ import annotations

import abc
import base64
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, ClassVar, Final

import msgspec
from aiohttp import web

from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.orders import OrderStatus, Window
from connectors.testing.shop import FakeShop
from connectors.testing.shops.json_shop import answer
from connectors.testing.trial import START

KEY: Final = "let-me-in"
PAGE: Final = 2
WINDOW: Final = Window(start=START, end=START + timedelta(hours=2))
BEFORE: Final = timedelta(minutes=-10)
"""A sale outside the window at either side; three in it, two of them at its very ends."""
MINUTES: Final = (-10, 0, 30, 120, 130)
ADDRESS: Final = {
    "first": "Ada",
    "last": "King",
    "company": "Engines Ltd",
    "line1": "12 St James Square",
    "line2": "Flat 2",
    "city": "London",
    "zip": "SW1Y 4JH",
    "country": "GB",
    "phone": "+44 20 7946 0000",
}
MAIL: Final = "ada@example.com"


class Line(msgspec.Struct, frozen=True):
    """What was bought."""

    sku: str
    name: str
    price: Decimal
    quantity: int
    grams: int


LINES: Final = {
    "A": Line("AN-1", "Anvil", Decimal("10.00"), 2, 500),
    "B": Line("BE-2", "Bell", Decimal("25.50"), 1, 200),
}
SHIPPING, TAX, DISCOUNT, TOTAL = Decimal("5.00"), Decimal("4.05"), Decimal("3.00"), Decimal("51.55")


class Parcel(msgspec.Struct):
    """What the shop was told. `pieces` by line; empty for a shop that knows of no quantities.

    `mailed`: whether it told the buyer.
    """

    tracking: str
    pieces: dict[str, int] = {}
    mailed: bool | None = None


class RefusedParcelError(ValueError):
    """More pieces than are left."""


class UnknownSaleError(LookupError):
    """There is no such order."""


class Sale(msgspec.Struct, kw_only=True):
    """One order of the shop.

    `word` is the shop's state, where a test sets one; `done` is set by shops that know of no
    quantities, `first` where it was placed long before it changed.
    """

    number: int
    changed: datetime
    word: str = ""
    done: bool = False
    first: datetime | None = None
    parcels: list[Parcel] = []

    @property
    def placed(self) -> datetime:
        """When it was placed."""
        return self.first or self.changed

    def sent(self, line: str) -> int:
        """How many pieces of a line have left."""
        return sum(parcel.pieces.get(line, 0) for parcel in self.parcels)

    @property
    def complete(self) -> bool:
        """Whether all has left."""
        return self.done or all(self.sent(name) >= line.quantity for name, line in LINES.items())

    @property
    def begun(self) -> bool:
        """Whether anything has left."""
        return self.done or bool(self.parcels)

    def send(self, tracking: str, pieces: dict[str, int], *, mailed: bool | None = None) -> None:
        """A parcel of these pieces; a real shop refuses what is not there."""
        for name, count in pieces.items():
            if count < 1 or self.sent(name) + count > LINES[name].quantity:
                raise RefusedParcelError(f"line {name} has no {count} left")
        self.parcels.append(Parcel(tracking, pieces, mailed))


class Platform(FakeShop):
    """A shop of one make. What differs from make to make stands in the class."""

    recipe: ClassVar[str]
    version: ClassVar[str] = ""
    """The platform's version, where the recipe knows several."""
    base: ClassVar[str] = ""
    """The path of the settings' `url`."""
    page: ClassVar[Mapping[str, Any]] = {"size": PAGE, "smallest": 1}
    zone: ClassVar[Mapping[str, Any]] = {}
    """Settings that tell the shop's time zone."""
    bounds: ClassVar[tuple[str, ...]]
    """The ends of the window as the shop must be asked for them."""
    states: ClassVar[Mapping[str, OrderStatus]]
    """The shop's words and what they mean."""
    counts: ClassVar[bool] = True
    """Whether it knows how many pieces are in a parcel."""
    totals: ClassVar[int | None] = 3
    """How many orders the shop counts in the window; None if it does not tell."""
    mails: ClassVar[bool] = True
    """Whether a request can say if the buyer is told."""
    spreads: ClassVar[bool] = False
    """Whether discounts are in the lines' prices already."""
    voids: ClassVar[bool] = True
    """Whether a number can be taken out again."""
    needed: ClassVar[frozenset[str]]
    """The paths of an order without which it is held; the platform leaves none of them empty."""
    writes: ClassVar[tuple[tuple[str, str], ...]]
    """Method and path of each request that changes something."""

    def __init__(self) -> None:
        super().__init__()
        self.sales = [
            Sale(number=1001 + at, changed=START + timedelta(minutes=minutes))
            for at, minutes in enumerate(MINUTES)
        ]
        self.asked: list[tuple[str, ...]] = []
        self.locked = False

    @abc.abstractmethod
    def login(self) -> dict[str, Any]:
        """The settings' `auth`."""

    @abc.abstractmethod
    def knows(self, request: web.Request) -> bool:
        """Whether the key is right."""

    @abc.abstractmethod
    async def handle(
        self, method: str, path: list[str], request: web.Request
    ) -> web.StreamResponse:
        """The answer to a request with the right key; `path` behind `base`."""

    def routes(self) -> Iterable[web.AbstractRouteDef]:
        """Everything."""
        return [web.route("*", "/{anything:.*}", self.answer)]

    def refusal(self) -> web.StreamResponse:
        """What a wrong key gets."""
        return answer({"message": "Not allowed."}, 401)

    def unknown(self) -> web.StreamResponse:
        """What an id gets that is not there."""
        return answer({"message": "Not found."}, 404)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Look at the key, then at the path."""
        path = request.path.removeprefix(self.base).strip("/").split("/")
        if self.locked or not self.knows(request):
            return self.refusal()
        try:
            return await self.handle(request.method, path, request)
        except UnknownSaleError:
            return self.unknown()

    def settings(self, **changes: Any) -> GenericJsonSettings:
        """The recipe, with a key and small pages."""
        paging = {"orders": {"paging": dict(self.page), **self.zone.get("orders", {})}}
        rest = {name: value for name, value in self.zone.items() if name != "orders"}
        return GenericJsonSettings.model_validate(
            {
                "type": "generic_json",
                "recipe": self.recipe,
                "version": self.version,
                "url": self.url + self.base,
                "auth": self.login(),
                **paging,
                **rest,
                **changes,
            }
        )

    def called(self, number: str) -> list[Sale]:
        """The orders that people call by this number."""
        return [sale for sale in self.sales if str(sale.number) == number]

    def sale(self, number: int | str) -> Sale:
        """A sale by its number."""
        found = next((each for each in self.sales if str(each.number) == str(number)), None)
        if found is None:
            raise UnknownSaleError(str(number))
        return found

    def within(
        self, start: datetime | None, end: datetime | None = None, *, exclusive: bool = False
    ) -> list[Sale]:
        """Sales that changed between the two, oldest first."""
        edge = timedelta(microseconds=1) if exclusive else timedelta(0)
        return [
            sale
            for sale in self.sales
            if (start is None or sale.changed >= start + edge)
            and (end is None or sale.changed <= end - edge)
        ]


def reckon_net(name: str) -> Decimal:
    """A line's total after its share of the discount."""
    return LINES[name].price * LINES[name].quantity - (DISCOUNT if name == "B" else 0)


def basic(username: str, password: str = "") -> str:
    """The header of HTTP's Basic authentication."""
    return f"Basic {base64.b64encode(f'{username}:{password}'.encode()).decode()}"


def part(sales: list[Sale], offset: int, size: int) -> list[Sale]:
    """A page."""
    return sales[offset : offset + size]


def nothing(status: int = 204) -> web.Response:
    """An answer without a body."""
    return web.Response(status=status)


async def body_of(request: web.Request) -> Any:
    """The JSON body that was sent."""
    return msgspec.json.decode(await request.read())


def moment(text: str) -> datetime:
    """A time as asked for; UTC where no zone is named."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=START.tzinfo)


def zulu(when: datetime) -> str:
    """2026-03-02T09:00:00.000Z."""
    return when.strftime("%Y-%m-%dT%H:%M:%S.000Z")


def plain(when: datetime) -> str:
    """2026-03-02 09:00:00."""
    return when.strftime("%Y-%m-%d %H:%M:%S")
