"""Where the orders stand in an answer, and what must be fetched besides to have them whole."""

from __future__ import annotations

from datetime import timedelta
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, model_validator

from connectors.fieldmap.blocks import Block, ExpressionText
from connectors.generic_json.settings.export import ExportSettings
from connectors.generic_json.settings.paging import USES, KeysetPaging, NoPaging, Paging
from connectors.generic_json.settings.partitions import (
    PartitionSettings,
    list_names,
    read_partitions,
)
from connectors.generic_json.settings.request import Names, Request, RequestPatch
from connectors.generic_json.settings.window import WindowSettings
from connectors.interface import Duration
from connectors.language.expressions import read_expression
from connectors.places import MisplacedError, locate_faults

LIST_NAMES: dict[str, tuple[str, ...]] = {
    "window": ("start", "end"),
    "page": ("number", "offset", "size", "cursor", "first"),
}
"""What the templates of a list may speak of."""


class DetailSettings(Block):
    """One request for each order of the list, where the list gives a summary only."""

    request: Request
    """The request; `{{ order }}` is the order as the list gave it."""
    item: ExpressionText = Field(default_factory=lambda: read_expression("@"))
    """Where the order stands in the answer."""
    cache: Duration = timedelta(0)
    """How long an answer may be used again."""

    def check_request(self, known: Names) -> None:
        """Raise `MisplacedError` if the request speaks of what is not there."""
        with locate_faults("request"):
            self.request.check_values({"order": None, **known})
            self.request.require_reading()


class ExpandSettings(Block):
    """Something that belongs to an order but stands elsewhere.

    It is put into the order, under the name of this block.
    """

    each: ExpressionText | None = None
    """The parts of the order it belongs to, e.g. `lines`; none: the order itself."""
    when: ExpressionText | None = None
    """Only where this is true of the part; what else stands under the name stays."""
    follow: ExpressionText | None = None
    """Where the part holds the address, e.g. `products.url`."""
    request: Request | None = None
    """Or the request: `{{ order }}` is the order, `{{ item }}` the part, `{{ ids }}` the ids of a
    batch.
    """
    ids: ExpressionText | None = None
    """Batches: the ids that the order needs.

    Those of all orders of a page are asked for together; the order gets an object by id.
    """
    batch: int = Field(default=50, ge=1, le=500)
    """How many ids one request may carry."""
    take: ExpressionText = Field(default_factory=lambda: read_expression("@"))
    """What of the answer is put into the order; in batches, the list of records."""
    key: ExpressionText = Field(default_factory=lambda: read_expression("id"))
    """Batches: the id of a record."""
    next: ExpressionText | None = None
    """The address of a further page of the answer; lists are joined."""
    cache: Duration = timedelta(0)
    """How long an answer may be used again by other orders, e.g. 1h for products."""
    optional: bool = False
    """Orders go out without it, with a warning, while the shop fails over it or refuses it.

    Only for decoration: pictures, weights, bar codes. Else such an order is held.
    """

    @model_validator(mode="after")
    def _check_ways(self) -> Self:
        if (self.follow is None) == (self.request is None):
            raise ValueError("expected follow (an address in the order) or request, one of the two")
        if self.ids is not None and (self.request is None or self.each is not None):
            raise ValueError("expected ids together with request, and without each and follow")
        if self.request is not None:
            with locate_faults("request"):
                self.request.require_reading()
            if self.ids is not None and not self.request.has_reference("ids"):
                raise ValueError(
                    "expected {{ ids }} in the request; otherwise every batch would ask the same"
                )
        return self

    def check_request(self, known: Names) -> None:
        """Raise `MisplacedError` if the request speaks of what is not there: `known` is there
        beside the order. A batch is of many orders.
        """
        if self.request is not None:
            with locate_faults("request"):
                self.request.check_values(
                    {"order": None, "item": None, **known} if self.ids is None else {"ids": None}
                )


class OpenSettings(RequestPatch):
    """The orders that are neither shipped nor cancelled, for a shop whose modified time does not
    move with every change.
    """

    reach: Duration = timedelta(days=30)
    """How long ago an order may have been modified.

    Only what the list's own window asks for; see `query` and `body` for other filters.
    """
    finished: bool = False
    """Look at shipped and cancelled orders too, for a shop that dates neither: what changed among
    them is noticed here alone.
    """
    all: bool = False
    """Ask without a window, `{{ window.start }}` and `{{ window.end }}` being null: `query` or
    `body` select the open orders.
    """


def _read_patches(value: Any) -> Any:
    return [value] if isinstance(value, dict) else value


class ListSettings(Block):
    """The list of orders that were modified in a span of time."""

    request: Request
    """The request; there are `{{ window.start }}`, `{{ window.end }}` and `{{ page.size }}`,
    `.number`, `.offset`, `.cursor`, `.first`.
    """
    window: WindowSettings = WindowSettings()
    """How the span of time is written and understood."""
    paging: Paging = NoPaging()
    """How the list goes on."""
    items: ExpressionText
    """Where the orders stand in an answer, e.g. `data.orders.items`.

    If that is not a list, the answer is an error, not an empty list.
    """
    also: Annotated[
        tuple[RequestPatch, ...],
        BeforeValidator(_read_patches, json_schema_input_type=RequestPatch | list[RequestPatch]),
    ] = ()
    """Further walks with a differing request, e.g. by the created time for a shop whose modified
    time is empty at first.

    Orders met twice are given once.
    """
    open: OpenSettings = OpenSettings()
    """How to find all open orders, however old."""
    undated: str = ""
    """The changes that move no modified time, in words, e.g.

    `cancelling an order`: `export.sweep: auto` then reads open orders again each hour.
    """
    sorted: bool = False
    """The shop lists oldest change first and never loses one over that: orders go out page by page.

    Else a window is read whole and sorted here.
    """
    jsonapi: bool = False
    """The answers are JSON:API: `attributes` are laid flat and `relationships` filled from
    `included`.
    """
    detail: DetailSettings | None = None
    """A request for each order."""
    expand: dict[str, ExpandSettings] = Field(default={})
    """What else to fetch, by the name under which the order gets it."""
    partitions: (
        Annotated[
            PartitionSettings,
            BeforeValidator(
                read_partitions,
                json_schema_input_type=list[str | int | dict[str, Any]] | PartitionSettings,
            ),
        ]
        | None
    ) = None
    """Accounts, channels or sites of the shop that each have a list of their own, each of which is
    walked.
    """
    export: ExportSettings | None = None
    """How to get at a list that the shop prepares: `request` starts it, and `items` stand in what
    is downloaded.
    """
    most: int = Field(default=50_000, ge=1, le=1_000_000)
    """Orders of one window after which the shop is taken to ignore the filter."""

    @model_validator(mode="after")
    def _check_list(self) -> Self:
        given = list_names(self.partitions)
        known = {**LIST_NAMES, **given}
        with locate_faults("request"):
            self.request.check_values(known)
            self.request.require_reading()
        if self.partitions is not None and not self.request.has_reference(self.partitions.as_):
            name = self.partitions.as_
            raise MisplacedError(
                ("request",),
                f"expected {{{{ {name} }}}} in it; otherwise each partition would be the same",
            )
        for at, patch in enumerate(self.also):
            with locate_faults("also", at):
                self.request.apply_patch(patch).check_values(known)
        with locate_faults("open"):
            self.request.apply_patch(self.open).check_values(known)
        self._check_parts(given)
        for path in USES.get(self.paging.kind, ()):
            if not self.request.has_reference(*path):
                word = ".".join(path)
                raise MisplacedError(
                    ("request",),
                    f"expected {{{{ {word} }}}} in it, because paging is by {self.paging.kind};"
                    " otherwise every page would be the same",
                )
        if self.window.kind == "filter" and not self.request.has_reference("window", "start"):
            raise MisplacedError(
                ("request",),
                "expected {{ window.start }} in it; for a shop without a filter by time, set"
                " window: {kind: scan} or none",
            )
        if isinstance(self.paging, KeysetPaging) and self.window.kind != "filter":
            raise MisplacedError(("window",), "expected kind: filter, because paging is by keyset")
        return self

    def _check_parts(self, given: Names) -> None:
        """What is fetched besides: an export, details, and what else belongs to an order."""
        if self.export is not None:
            with locate_faults("export"):
                self.export.check_requests({**LIST_NAMES, **given})
            if not isinstance(self.paging, NoPaging):
                raise MisplacedError(
                    ("paging",), "expected kind: none, because an export is fetched as a whole"
                )
        if self.detail is not None:
            with locate_faults("detail"):
                self.detail.check_request(given)
        for name, each in self.expand.items():
            with locate_faults("expand", name):
                each.check_request(given)


class FindSettings(Block):
    """How to find an order's id by its number, where a notice carries the number alone."""

    request: Request
    """The request; `{{ number }}` is what people call the order."""
    id: ExpressionText
    """The order's id: an expression on the answer, or the ids of all that were found.

    Where these are several orders, e.g. by `orders[].id`, a notice is refused rather than told to
    any of them.
    """

    def check_request(self, known: Names) -> None:
        """Raise `MisplacedError` if the request speaks of what is not there."""
        with locate_faults("request"):
            self.request.check_values({"number": None, **known})
            self.request.require_reading()


class OneSettings(Block):
    """One order by its id, for previews and before shipments."""

    request: Request
    """The request; `{{ id }}` is the order's id."""
    item: ExpressionText = Field(default_factory=lambda: read_expression("@"))
    """Where the order stands in the answer; null means that there is none."""
    find: FindSettings | None = None
    """How an order is found by its number; none: the number is taken for the id."""

    def check_requests(self, known: Names) -> None:
        """Raise `MisplacedError` if a request speaks of what is not there, or not of the order."""
        with locate_faults("request"):
            self.request.check_values({"id": None, **known})
            self.request.require_reading()
        if self.find is not None:
            with locate_faults("find"):
                self.find.check_request(known)
        if not self.request.has_reference("id"):
            raise MisplacedError(
                ("request",),
                "expected {{ id }} in it; otherwise every order would be the same",
            )
