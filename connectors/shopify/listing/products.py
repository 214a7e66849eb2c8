"""Images, barcodes, weights and customs facts of products, by variant, read in batches and
remembered for a while.

Orders hold none of them, except a weight in REST. Without the right to read products, orders are
exported without.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

import msgspec
import structlog
from cachetools import TTLCache

from connectors.errors import AuthenticationError
from connectors.orders import RejectedOrder, Weight
from connectors.reading.measures import find_weight_unit
from connectors.shopify.api import queries
from connectors.shopify.api.graphql_client import GraphqlClient
from connectors.shopify.api.graphql_wire import Node, Rows, read_gid, write_gid
from connectors.shopify.mapping.items import Variant
from connectors.shopify.mapping.wire import Order

_BATCH = 50
_REMEMBERED = 20_000
_FOR_SECONDS = 6 * 3600.0
_log = structlog.get_logger(__name__)


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
    nodes: tuple[_Variant | None, ...]


class Catalog:
    """What is known of the products of one shop."""

    def __init__(self, client: GraphqlClient) -> None:
        self._client = client
        self._known: TTLCache[int, Variant] = TTLCache(_REMEMBERED, _FOR_SECONDS)
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
        found = {number: self._known[number] for number in wanted if number in self._known}
        unknown = sorted(wanted - found.keys())
        for start in range(0, 0 if self._forbidden else len(unknown), _BATCH):
            batch = unknown[start : start + _BATCH]
            try:
                read = await self._read_variants(batch)
            except AuthenticationError as error:
                self._forbidden = True
                _log.warning(
                    "shop_hides_products",
                    error=str(error),
                    lost="images, barcodes and customs facts",
                )
                break
            for number in batch:
                self._known[number] = found[number] = read.get(number, Variant())
        return found

    async def _read_variants(self, numbers: list[int]) -> dict[int, Variant]:
        ids = [write_gid("ProductVariant", number) for number in numbers]
        answer = await self._client.ask(queries.VARIANTS, {"ids": ids}, _Variants, size=len(ids))
        return {
            read_gid(node.id): _to_variant(node)
            for node in answer.nodes
            if node is not None and node.id
        }


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
        hs_code=stock.harmonized_system_code or "",
        origin=stock.country_code_of_origin or "",
    )


def _to_weight(mass: _Mass | None) -> Weight | None:
    """None for zero, which is how Shopify writes that there is no weight."""
    if mass is None or not mass.value.is_finite() or mass.value <= 0:
        return None
    if (known := find_weight_unit(mass.unit)) is None:
        return None
    factor, ours = known
    return Weight(value=mass.value * factor, unit=ours)


def drop_details(variants: Mapping[int, Variant]) -> Mapping[int, Variant]:
    """The same variants with their customs facts alone."""
    return {
        number: msgspec.structs.replace(one, image_url="", barcode="", weight=None)
        for number, one in variants.items()
    }
