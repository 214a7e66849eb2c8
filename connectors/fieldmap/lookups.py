"""What a store's expressions look up in a shop's JSON, so that the shop is asked for it and for no
more.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property

from connectors.fieldmap.parts import ADDRESS_TEXTS
from connectors.fieldmap.rules import LINE_TEXTS, PROSE, TEXTS, AddressRules, FieldRule, FillRules
from connectors.language.expressions import Expression
from connectors.language.reads import Path, Reads, join_reads

# What the elements of a list of meta data are known by.
_KEY = "key"


class Lookups:
    """The lookups of one store; see `connectors.interface.FieldFiller`."""

    def __init__(self, rules: FillRules) -> None:
        self._rules = rules

    @cached_property
    def order_reads(self) -> Reads:
        """What the settings look up at the top of an order."""
        return join_reads(*(reads for part, _, reads in self.list_lookups() if part == "order"))

    @cached_property
    def line_reads(self) -> Reads:
        """What the settings look up at the top of a line."""
        return join_reads(*(reads for part, _, reads in self.list_lookups() if part == "line"))

    def list_lookups(self) -> Iterator[tuple[str, Expression, Reads]]:
        """What each expression looks up at the top of the `order`, and of a `line`."""
        for expression in self._list_order_expressions():
            yield "order", expression, join_reads(expression.reads, expression.reads_root)
        for expression, reads in self._list_address_lookups():
            yield "order", expression, reads
        for expression in self._list_line_expressions():
            yield "order", expression, expression.reads_root
            yield "line", expression, expression.reads

    def _list_order_expressions(self) -> Iterator[Expression]:
        rules, size = self._rules, self._rules.dimensions
        sides = () if size is None else (size.length, size.width, size.height)
        named = (getattr(rules, name) for name in (*TEXTS, *PROSE))
        for rule in (*named, *rules.custom_fields, *sides):
            yield from _list_sources(rule)
        yield from self._list_conditions()
        yield from (condition for _, condition in rules.marks)
        for condition in (rules.gift, rules.tags):
            if condition is not None:
                yield condition

    def _list_conditions(self) -> Iterator[Expression]:
        for condition in (self._rules.only, self._rules.exclude):
            if condition is not None:
                yield condition

    def _list_address_lookups(self) -> Iterator[tuple[Expression, Reads]]:
        for address in (self._rules.ship_to, self._rules.bill_to):
            if address is not None:
                yield from _list_lookups_of(address)

    def _list_line_expressions(self) -> Iterator[Expression]:
        rules = self._rules.items
        if rules is not None:
            named = (getattr(rules, name) for name in LINE_TEXTS)
            for rule in (*named, *rules.options.values()):
                yield from _list_sources(rule)
            if rules.other_service is not None:
                yield rules.other_service

    def list_names(self) -> frozenset[str] | None:
        """See `FieldFiller`."""
        return None if self.order_reads.whole else self.order_reads.names

    def list_line_names(self) -> frozenset[str] | None:
        """See `FieldFiller`."""
        if self.line_reads.whole:
            return None
        # Constants and what stands at the top are filled into lines, too, which need a name.
        is_filled = self._rules.items is not None
        return self.line_reads.names or frozenset({"id"} if is_filled else ())

    def list_names_in(self, name: str) -> frozenset[str] | None:
        """See `FieldFiller`."""
        inner = [
            reads.inner.get(name)
            for reads in (self.order_reads, self.line_reads)
            if name in reads.names
        ]
        return None if None in inner else frozenset().union(*filter(None, inner))

    def list_keys(self, *path: str) -> frozenset[str] | None:
        """See `FieldFiller`."""
        if len(path) == 1:
            return find_keys(self.order_reads, path)
        keys = [find_keys(reads, path) for reads in (self.order_reads, self.line_reads)]
        return None if None in keys else frozenset().union(*filter(None, keys))

    def needs(self, name: str) -> bool:
        """See `FieldFiller`."""
        items = self._rules.items
        of_lines = [] if items is None or items.other_service is None else [items.other_service]
        conditions = (*self._list_conditions(), *of_lines)
        reads = [join_reads(one.reads, one.reads_root) for one in conditions]
        reads += [found for _, found in self._list_address_lookups()]
        return any(name in found.names for found in reads)


def find_keys(reads: Reads, path: Path) -> frozenset[str] | None:
    """Which elements of the list at `path` are looked at, as `FieldFiller.list_keys` says."""
    if len(path) == 1 and reads.whole:
        return None
    if not reads.has_path(path):
        return frozenset()
    picks = reads.picks.get(path)
    if picks is None or any(name != _KEY for name, _ in picks):
        return None
    return frozenset(text for _, text in picks)


def _list_sources(rule: FieldRule | None) -> Sequence[Expression]:
    return () if rule is None else rule.sources


def _list_lookups_of(address: AddressRules) -> Iterator[tuple[Expression, Reads]]:
    """An address that stands somewhere reads the top of the order only to find that place."""
    if address.at is not None:
        yield address.at, join_reads(address.at.reads, address.at.reads_root)
    for part in (*ADDRESS_TEXTS, "region_name", "country"):
        for source in _list_sources(getattr(address, part)):
            own = source.reads if address.at is None else Reads()
            yield source, join_reads(own, source.reads_root)
