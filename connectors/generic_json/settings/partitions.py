"""The parts of a shop that each have a list of their own: accounts, channels, sites."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, Self

from pydantic import Field, model_validator

from connectors.fieldmap.blocks import Block
from connectors.generic_json.settings.request import BoundRequest, RequestSettings
from connectors.places import MisplacedError

_TAKEN: Final = frozenset(
    {
        *("window", "page", "order", "item", "ids", "id", "number", "export", "token"),
        *("shipment", "carrier", "lines"),
    }
)


class PartitionSettings(Block):
    """The list is walked once for each of these. Requests speak of the one at hand by its name, and
    each order gets it under that name.
    """

    as_: str = Field(default="partition", alias="as", pattern=r"^[a-z][a-z0-9_]*$")
    """What it is called in requests and in the order, e.g. account."""
    values: tuple[str | int | dict[str, Any], ...] = Field(min_length=1)
    """The partitions: texts or numbers, or objects of which requests name a part, e.g.
    `{{ account.id }}`.
    """

    @model_validator(mode="after")
    def _check_values(self) -> Self:
        if self.as_ in _TAKEN:
            raise MisplacedError(
                ("as",), f"expected another name than {self.as_!r}, which is taken"
            )
        for at, value in enumerate(self.values):
            if value in self.values[:at]:
                raise MisplacedError(("values", at), f"{value!r} is given twice")
        return self

    def bind(self, request: RequestSettings) -> list[RequestSettings]:
        """The request once for each partition."""
        return [BoundRequest.bind(request, {self.as_: value}) for value in self.values]


def read_partitions(value: Any) -> Any:
    """A bare list are the values."""
    return {"values": value} if isinstance(value, list) else value


def bind_request(
    request: RequestSettings, partitions: PartitionSettings | None
) -> list[RequestSettings]:
    """The request, once for each partition if there are some."""
    return [request] if partitions is None else partitions.bind(request)


def find_given(order: Any, partitions: PartitionSettings | None) -> Mapping[str, Any]:
    """The partition that an order was given, by its name."""
    if partitions is None or not isinstance(order, dict) or partitions.as_ not in order:
        return {}
    return {partitions.as_: order[partitions.as_]}


def list_names(partitions: PartitionSettings | None) -> Mapping[str, None]:
    """What requests may speak of besides."""
    return {} if partitions is None else {partitions.as_: None}


def name_partition(request: RequestSettings) -> str:
    """The partition that a request is bound to, in words; empty if there is none. Of an object only
    its id or name is told, for other parts may be secrets.
    """
    for name, value in request.given.items():
        told = value.get("id", value.get("name", "")) if isinstance(value, dict) else value
        return f"{name} {told!r}" if told != "" else f"a {name}"
    return ""
