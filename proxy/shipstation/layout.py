"""Element trees of a known shape, copied from a pattern and filled, which costs a third of building them element by element."""

from __future__ import annotations

from copy import deepcopy
from typing import Final, TypeAlias

from lxml.etree import Element, SubElement, _Element

# A leaf that is left out. None is a leaf that stays empty, and the value of every container.
ABSENT: Final = object()
Value: TypeAlias = object  # str, CDATA, None or ABSENT


class Layout:
    """Names in document order, each with its depth, the root's being 0; `fill` makes the tree."""

    def __init__(self, *names: str) -> None:
        """`names` are indented by one dot for each level below the root: `Order`, `.OrderID`, `.Customer`, `..CustomerCode`."""
        self._names = tuple((len(name) - len(name.lstrip(".")), name.lstrip(".")) for name in names)
        self._patterns: dict[tuple[bool, ...], _Element] = {}

    def fill(self, values: list[Value]) -> _Element:
        """A new tree with `values` in document order, one for each name, None for containers. Leaves that are ABSENT are left out."""
        shape = tuple([value is ABSENT for value in values])
        pattern = self._patterns.get(shape)
        if pattern is None:
            pattern = self._patterns[shape] = self._pattern(shape)
        tree = deepcopy(pattern)
        present = [value for value in values if value is not ABSENT]
        for element, value in zip(tree.iter(), present, strict=True):
            if value is not None:
                element.text = value  # type: ignore[assignment]  # the stubs do not know that CDATA is text
        return tree

    def _pattern(self, shape: tuple[bool, ...]) -> _Element:
        """The empty tree for `shape`. There are as many as combinations of optional leaves, and few occur."""
        (_, root), *rest = self._names
        open_elements = [Element(root)]
        for (depth, name), absent in zip(rest, shape[1:], strict=True):
            del open_elements[depth:]
            if not absent:
                open_elements.append(SubElement(open_elements[-1], name))
        return open_elements[0]
