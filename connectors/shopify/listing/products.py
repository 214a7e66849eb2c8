"""Images, barcodes, weights and customs facts of products, by variant, read in batches and
remembered for a while.

Orders hold none of them, except a weight in REST. Without the right to read products, orders are
exported without.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal

import msgspec
import structlog
from cachetools import TTLCache

from connectors.errors import (
    AuthenticationError,
    RefusedError,
    TemporaryError,
    UnreadableResponseError,
)
from connectors.interface import Remark
from connectors.orders import Customs, RejectedOrder, Weight
from connectors.reading.complaints import UNDECODABLE
from connectors.reading.measures import find_weight_unit
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_wire import Node, Rows, read_gid, write_gid
from connectors.shopify.api.transport import LARGEST_PAGE
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.wire import Order
from connectors.upstream.isolation import is_shops_own

# Of so many variants the shop is asked at first, before it has said what one costs.
_BATCH = 50
_REMEMBERED = 20_000
_FOR_SECONDS = 6 * 3600.0
# What failed is asked for again after so long.
_LOST_FOR_SECONDS = 600.0
# More failures in a row mean that no product can be read, and not that one is broken.
_MOST_FAILURES = 9
_log = structlog.get_logger("portside.shopify")


class _Image(Node, frozen=True):
    url: str = ""


class _Preview(Node, frozen=True):
    image: _Image | None = None


class _Media(Node, frozen=True):
    preview: _Preview | None = None

    @property
    def url(self) -> str:
        return self.preview.image.url if self.preview and self.preview.image else ""


class _Product(Node, frozen=True):
    featured_media: _Media | None = None


class _Mass(Node, frozen=True):
    unit: str
    value: Decimal


class _Measurement(Node, frozen=True):
    weight: _Mass | None = None


class _Stock(Node, frozen=True):
    harmonized_system_code: str | None = None
    country_code_of_origin: str | None = None
    measurement: _Measurement | None = None


class _Variant(Node, frozen=True):
    id: str = ""
    barcode: str | None = None
    media: Rows[_Media] = Rows()
    product: _Product | None = None
    inventory_item: _Stock | None = None


class _Variants(Node, frozen=True):
    nodes: tuple[msgspec.Raw, ...]


_VARIANT = msgspec.json.Decoder(_Variant | None, float_hook=Decimal)


class Catalog:
    """What is known of the products of one shop.

    Orders go out without what cannot be read, and `remark` is given that; it is asked for again
    after a while.
    """

    def __init__(self, client: GraphqlClient, remark: Callable[[Remark], None]) -> None:
        self._client = client
        self._parts = client.for_parts(once=True)
        self._remark = remark
        self._known: TTLCache[int, Variant] = TTLCache(_REMEMBERED, _FOR_SECONDS)
        self._lost: TTLCache[int, Variant] = TTLCache(_REMEMBERED, _LOST_FOR_SECONDS)
        self._failures = 0
        self._forbidden = False

    async def find_variants(self, orders: Iterable[Order | RejectedOrder]) -> Mapping[int, Variant]:
        """The variants of these orders' lines, without those that the shop has deleted."""
        wanted = {
            line.variant_id
            for order in orders
            if isinstance(order, Order)
            for line in order.line_items or ()
            if line.variant_id
        }
        unknown = sorted(
            number for number in wanted if number not in self._known and number not in self._lost
        )
        self._failures = 0
        while unknown and not self._forbidden:
            size = self._client.budget.count_affordable(
                queries.VARIANTS, at_first=_BATCH, most=LARGEST_PAGE
            )
            batch, unknown = unknown[:size], unknown[size:]
            try:
                await self._read_batch(batch, self._client)
            except AuthenticationError as error:
                self._forbidden = True
                _log.warning(
                    "Shop hides products.",
                    error=error,
                    lost="images, barcodes and customs facts",
                )
        return {number: self._known[number] for number in wanted if number in self._known}

    async def _read_batch(self, numbers: list[int], client: GraphqlClient) -> None:
        """Read some variants; a batch that fails is halved, as long as some half succeeds.

        Raises only what is the shop's own fault.
        """
        if self._failures >= _MOST_FAILURES:
            self._lose(numbers, "the shop fails for all products asked for")
            return
        try:
            await self._read_variants(numbers, client)
        except (TemporaryError, UnreadableResponseError, RefusedError) as error:
            if is_shops_own(error):
                raise
            await self._parts.ask(queries.STAMPS, {"first": 1, "query": "status:any"}, object)
            self._failures += 1
            if len(numbers) == 1:
                self._lose(numbers, str(error))
                return
            half = len(numbers) // 2
            await self._read_batch(numbers[:half], self._parts)
            await self._read_batch(numbers[half:], self._parts)
        else:
            self._failures = 0

    def _lose(self, numbers: list[int], why: str) -> None:
        self._lost.update(dict.fromkeys(numbers, Variant()))
        first, others = numbers[0], len(numbers) - 1
        more = f" and {others} others" if others else ""
        self._remark(
            Remark(
                about=f"variants/{first}",
                text=(
                    f"Orders of variant {first}{more} go out without image, barcode, exact weight"
                    f" and customs facts: {why}"
                ),
                quoted=why,
            )
        )

    async def _read_variants(self, numbers: list[int], client: GraphqlClient) -> None:
        ids = [write_gid("ProductVariant", number) for number in numbers]
        answer, failed = await client.ask_rows(
            queries.VARIANTS, {"ids": ids}, _Variants, size=len(ids)
        )
        self._known.update(dict.fromkeys(numbers, Variant()))
        # There is a node for each id; more belong to nothing that was asked for.
        for place, (number, raw) in enumerate(zip(numbers, answer.nodes, strict=False)):
            try:
                node = _VARIANT.decode(raw)
                if node is not None and node.id:
                    self._known[read_gid(node.id)] = _to_variant(node)
            except UNDECODABLE as error:
                failed.setdefault(place, f"Shopify's answer cannot be read: {error}")
            if place in failed:
                self._known.pop(number, None)
                self._lose([number], failed[place])


def _to_variant(node: _Variant) -> Variant:
    stock = node.inventory_item or _Stock()
    own = next((media.url for media in node.media.nodes if media.url), "")
    return Variant(
        image_url=own
        or (
            node.product.featured_media.url if node.product and node.product.featured_media else ""
        ),
        barcode=node.barcode or "",
        weight=_to_weight(stock.measurement.weight if stock.measurement else None),
        customs=_to_customs(stock),
    )


def _to_customs(stock: _Stock) -> Customs | None:
    code, origin = stock.harmonized_system_code or "", stock.country_code_of_origin or ""
    return Customs(hs_code=code, origin=origin) if code or origin else None


def _to_weight(mass: _Mass | None) -> Weight | None:
    """None for zero, which is how Shopify writes that there is no weight."""
    if mass is None or not mass.value.is_finite() or mass.value <= 0:
        return None
    if (known := find_weight_unit(mass.unit)) is None:
        return None
    factor, ours = known
    return Weight(value=mass.value * factor, unit=ours)
