"""What a store's own expressions look at beside the order's JSON: products and the customer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import msgspec

from connectors.fieldmap.excerpts import name_fields
from connectors.filling import FieldFiller
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.mapping.order import Related
from connectors.woocommerce.mapping.products import goods_key
from connectors.woocommerce.mapping.values import read_key

_ALL = msgspec.json.Decoder(dict[str, Any], float_hook=Decimal)
_METAS = "meta_data"


class PartReader:
    """Keeps of a product or a customer what the fields of one store look at: `names`, all of it for
    None; nothing where they are empty. `keys` are those of the meta data that they look at, all for
    None.
    """

    def __init__(
        self, names: frozenset[str] | None, keys: frozenset[str] | None = frozenset()
    ) -> None:
        self.names = names
        self._keys = keys
        fields = dict.fromkeys(names or (), msgspec.Raw)
        self._decoder = None if names is None else msgspec.json.Decoder(name_fields(fields))

    def __bool__(self) -> bool:
        return self.names is None or bool(self.names)

    def list_fields(self, known: str) -> tuple[tuple[str, str], ...]:
        """The parameter `_fields` that asks for the `known` ones and these; none where all are
        needed.
        """
        if self.names is None:
            return ()
        more = sorted(self.names - {*known.split(",")})
        return (("_fields", ",".join([known, *more])),)

    def list_keys(self, known: frozenset[str]) -> frozenset[str] | None:
        """The `known` keys of meta data and those that are looked at; None where all are needed."""
        return None if self.names is None or self._keys is None else known | self._keys

    def read(self, raw: msgspec.Raw | bytes) -> bytes:
        """As much of the JSON of an object as is looked at; empty where nothing is."""
        if not self:
            return b""
        return (
            bytes(raw) if self._decoder is None else msgspec.json.encode(self._decoder.decode(raw))
        )


def build_part_readers(filler: FieldFiller | None) -> tuple[PartReader, PartReader]:
    """What keeps of products and variations, and of customers, what a store's fields look up."""
    if filler is None:
        return PartReader(frozenset()), PartReader(frozenset())
    goods = ("product", "variation")
    names = _join([filler.list_names_in(name) for name in goods])
    keys = _join([filler.list_keys(name, _METAS) for name in goods])
    return PartReader(names, keys), PartReader(filler.list_names_in("customer"))


def build_order_reader(filler: FieldFiller | None) -> PartReader:
    """As `build_part_readers`, of an order."""
    if filler is None:
        return PartReader(frozenset())
    return PartReader(filler.list_names(), filler.list_keys(_METAS))


def _join(parts: Sequence[frozenset[str] | None]) -> frozenset[str] | None:
    return None if None in parts else frozenset().union(*filter(None, parts))


def join_related(
    whole: Mapping[str, Any], lines: Mapping[str, Any], order: wire.Order, related: Related
) -> tuple[Mapping[str, Any], Mapping[str, Any]]:
    """The order's JSON with its `customer`, and its lines each with `product` and `variation`, as
    far as they were asked for.
    """
    customer = related.customers.get(read_key(order.customer_id))
    if customer:
        whole = {**whole, "customer": _ALL.decode(customer)}
    joined = dict(lines)
    for line in wire.read_list(order.line_items):
        product, variation = goods_key(line.product_id, line.variation_id)
        pairs = (("product", (product, 0)), ("variation", (product, variation)))
        joined[str(line.id)] = joined.get(str(line.id), {}) | {
            name: _ALL.decode(goods.whole)
            for name, pair in pairs
            if any(pair[name == "variation" :])
            and (goods := related.goods.get(pair)) is not None
            and goods.whole
        }
    return whole, joined
