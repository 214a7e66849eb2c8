"""The elements of one order, made once and filled in again for the next.

Making an element and finding it again costs more than all that is done with its text. So a form is
kept when its order is serialised. Filling it in gives every element a new content or takes it out:
nothing of the order before stays. A form serves one order at a time and one thread.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from copy import copy
from typing import Generic, Protocol, TypeAlias, TypeVar

from lxml.etree import CDATA, _Element

from proxy.doors.custom_store.orders_xsd import FREE, VERBATIM, build_skeleton
from proxy.doors.custom_store.text import fit_text

Content: TypeAlias = str | None
"""What an element holds: any text, or None to leave the element out."""

# A larger form is not kept: that of one order of thousands of lines would hold megabytes.
_MOST_LINES = 50
_MOST_FORMS = 4
# What stands in a leaf that was never filled in.
_UNKNOWN = object()
# The limits of what is written without CDATA, and of what is neither cleaned nor cut.
_PLAIN, _VERBATIM = -1, 0
_LINE = build_skeleton("Item")
_OPTION = build_skeleton("Option", last="Value")


class Leaves:
    """The first children of an element, which hold text and nothing else, in the order of the
    schema; `path` is that of the element, as in `LONGEST`.
    """

    __slots__ = ("_contents", "_leaves", "_limits", "_parent")

    def __init__(self, parent: _Element, path: str = "", count: int | None = None) -> None:
        self._parent = parent
        self._leaves = list(parent)[:count]
        self._limits = [_find_limit(f"{path}{leaf.tag}") for leaf in self._leaves]
        self._contents: tuple[object, ...] = (_UNKNOWN,) * len(self._leaves)

    def fill(self, *contents: Content) -> None:
        """Give each leaf its content; one without content is taken out.

        Free text is cleaned and cut to the limit of its leaf, and stands in CDATA as the guide
        asks, as ids and links do. What an element holds already stays there.
        """
        is_shown_otherwise = False
        for leaf, limit, content, before in zip(
            self._leaves, self._limits, contents, self._contents, strict=True
        ):
            if content == before:
                continue
            if content is None or before is None:
                is_shown_otherwise = True
            if not content or limit == _PLAIN:
                leaf.text = content
            elif (
                len(content) <= limit
                and content.isascii()
                and content.isprintable()
                and "]]>" not in content
            ):
                leaf.text = CDATA(content)  # most texts: nothing to clean, cut or escape
            else:
                leaf.text = _mark(content if limit == _VERBATIM else fit_text(content, limit))
        before, self._contents = self._contents, contents
        if is_shown_otherwise:
            self._show(before)

    def _show(self, before: Sequence[object]) -> None:
        place = 0
        for leaf, content, old in zip(self._leaves, self._contents, before, strict=True):
            if content is None:
                if old is not None:
                    self._parent.remove(leaf)
                continue
            if old is None:
                self._parent.insert(place, leaf)
            place += 1


def _find_limit(path: str) -> int:
    return _VERBATIM if path in VERBATIM else FREE.get(path, _PLAIN)


def _mark(text: str) -> str | CDATA:
    """Text in CDATA, or with entities where it would end the CDATA."""
    return text if "]]>" in text else CDATA(text)


class _Row(Protocol):
    element: _Element


RowT = TypeVar("RowT", bound=_Row)


class Rows(Generic[RowT]):
    """The children of an element that holds a list, as many as are asked for."""

    __slots__ = ("_make", "_parent", "_rows", "shown")

    def __init__(self, parent: _Element, make: Callable[[], RowT]) -> None:
        self._parent = parent
        self._make = make
        self._rows: list[RowT] = []
        self.shown = 0

    def show(self, count: int) -> Sequence[RowT]:
        """The first rows, and no other stays in the element."""
        rows = self._rows
        while len(rows) < count:
            rows.append(self._make())
        for row in rows[self.shown : count]:
            self._parent.append(row.element)
        for row in rows[count : self.shown]:
            self._parent.remove(row.element)
        self.shown = count
        return rows[:count]


class OptionForm:
    """One `<Option>`."""

    __slots__ = ("element", "leaves")

    def __init__(self) -> None:
        self.element = copy(_OPTION)
        self.leaves = Leaves(self.element, "Items/Item/Options/Option/")


class LineForm:
    """One `<Item>`: its leaves, and its options, which stand last and only where there are some."""

    __slots__ = ("_list", "_options", "element", "leaves")

    def __init__(self) -> None:
        self.element = copy(_LINE)
        self._list = self.element[-1]
        self.element.remove(self._list)
        self._options = Rows(self._list, OptionForm)
        self.leaves = Leaves(self.element, "Items/Item/")

    def show_options(self, count: int) -> Sequence[OptionForm]:
        """So many options; without any their list is taken out."""
        if bool(count) != bool(self._options.shown):
            (self.element.append if count else self.element.remove)(self._list)
        return self._options.show(count)


class OrderForm:
    """One `<Order>`."""

    __slots__ = (
        "_items",
        "_lines",
        "_size",
        "billing",
        "customer",
        "element",
        "head",
        "shipping",
        "size",
    )

    def __init__(self) -> None:
        self.element = build_skeleton("Order")
        self._size, customer, self._items = list(self.element)[-3:]
        self.head = Leaves(self.element, count=-3)
        self.size = Leaves(self._size, "Dimensions/")
        self.element.remove(self._size)
        _, billing, shipping = customer
        self.customer = Leaves(customer, "Customer/", count=1)
        self.billing = Leaves(billing, "Customer/BillTo/")
        self.shipping = Leaves(shipping, "Customer/ShipTo/")
        self._lines = Rows(self._items, LineForm)

    def show_size(self, *, shown: bool) -> None:
        """Whether the order has a size, which stands before the customer."""
        if shown != (self._size.getparent() is not None):
            if shown:
                self.element.insert(len(self.element) - 2, self._size)
            else:
                self.element.remove(self._size)

    def show_lines(self, count: int) -> Sequence[LineForm]:
        """The first so many lines, and no other stays."""
        # `<Items></Items>`, where it would be `<Items/>` otherwise.
        self._items.text = None if count else ""
        return self._lines.show(count)

    @property
    def is_small(self) -> bool:
        """Whether keeping it costs little."""
        return self._lines.shown <= _MOST_LINES


class _Kept(threading.local):
    """The forms that are free, of this thread: lxml's elements do not like to change theirs."""

    def __init__(self) -> None:
        self.forms: list[OrderForm] = []


_KEPT = _Kept()


def take_form() -> OrderForm:
    """A form that no other order fills in meanwhile; what its elements hold must be filled in."""
    forms = _KEPT.forms
    return forms.pop() if forms else OrderForm()


def keep_form(form: OrderForm) -> None:
    """Let the next order have it.

    A form that was not filled in to its end needs not be kept.
    """
    if form.is_small and len(_KEPT.forms) < _MOST_FORMS:
        _KEPT.forms.append(form)
