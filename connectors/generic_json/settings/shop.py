"""The whole of a `connector:` block of type generic_json."""

from __future__ import annotations

import re
from typing import Annotated, Any, Self

from pydantic import (
    AfterValidator,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)

from connectors.fieldmap.blocks import Block, soften_schema
from connectors.generic_json.recipes.reader import (
    UnknownExtraError,
    UnknownVersionError,
    list_recipes,
    merge_keys,
    read_recipe,
)
from connectors.generic_json.settings.answers import AnswerSettings
from connectors.generic_json.settings.auth.keys import NoLogin
from connectors.generic_json.settings.auth.login import Login, find_token_names
from connectors.generic_json.settings.calls import check_tokens, list_requests
from connectors.generic_json.settings.format_checks import check_formats
from connectors.generic_json.settings.items import ListSettings, OneSettings
from connectors.generic_json.settings.mapping import OrderMap
from connectors.generic_json.settings.partitions import list_names
from connectors.generic_json.settings.shipment import ShipmentSettings
from connectors.interface import ConnectorSettings
from connectors.places import PLACES, MisplacedError, locate_faults, with_places

_URL = re.compile(r"https?://[^\s/?#@]+(/[^\s?#]*)?")


def _check_url(value: str) -> str:
    if not _URL.fullmatch(value):
        raise ValueError(
            "expected an address such as https://shop.example, without user name and query, found"
            f" {value!r}"
        )
    return value


ShopUrl = Annotated[str, AfterValidator(_check_url)]
VersionText = Annotated[
    str,
    BeforeValidator(
        lambda value: str(value) if isinstance(value, int | float) else value,
        json_schema_input_type=str | int | float,
    ),
]
"""A version as people write it: 6 is a text too."""


class LimitSettings(Block):
    """Bounds. How fast the shop is asked is said in the store's `upstream:`."""

    answer_size: int = Field(default=32, ge=1, le=256)
    """Megabytes of one answer after which it is given up."""
    concurrency: int = Field(default=4, ge=1, le=32)
    """Detail and expand requests at the same time."""
    cache: int = Field(default=2_000, ge=0, le=100_000)
    """Answers of detail and expand requests that are kept for their `cache` time."""


class GenericJsonSettings(ConnectorSettings):
    """Any shop with an API, described key by key, or by a recipe whose keys may be overridden
    one by one.
    """

    model_config = ConfigDict(
        use_attribute_docstrings=True, json_schema_extra=lambda schema: soften_schema(schema, "url")
    )

    recipe: str = Field(default="", json_schema_extra={"enum": ["", *list_recipes()]})
    """A ready-made description that comes with Portside, e.g. medusa.

    Every other key is laid over it; a key without a value takes the recipe's away, and a block of
    another `kind` takes the place of the recipe's whole block.
    """
    version: VersionText = ""
    """Which version of the platform the recipe is for, where it knows several, e.g. 6 for Spree 6.
    """
    extras: tuple[str, ...] = ()
    """What the recipe can read beside the orders, at the cost of more requests: `customs` for
    BigCommerce, Ecwid and Magento.
    """
    url: ShopUrl
    """Where the shop's API is."""
    allowed_hosts: tuple[str, ...] = ()
    """Other hosts that links in the shop's answers may lead to, as host or host:port.

    Our login goes to them too.
    """
    headers: dict[str, str] = Field(default={})
    """Headers of every request."""
    auth: Login = NoLogin()
    """How the shop knows us."""
    limits: LimitSettings = LimitSettings()
    """Bounds."""
    answers: AnswerSettings = AnswerSettings()
    """What the shop's answers mean, where its statuses do not say it."""
    orders: ListSettings
    """The list of orders."""
    order: OneSettings
    """One order."""
    map: OrderMap
    """Which part of the shop's order becomes which part of ours."""
    shipment: ShipmentSettings | None = None
    """How shipments are written to the shop; none: they are not."""

    @model_validator(mode="before")
    @classmethod
    def _merge_recipe(cls, value: Any, info: ValidationInfo) -> Any:
        """Let every text know its line, and lay the block over its recipe."""
        if not isinstance(value, dict):
            return value
        place_of = (info.context or {}).get(PLACES)
        block = with_places(value, place_of) if place_of is not None else value
        recipe = block.get("recipe")
        if not isinstance(recipe, str) or not recipe:
            for name in ("version", "extras"):
                if block.get(name):
                    raise MisplacedError((name,), f"expected no {name}, because no recipe is named")
            return block
        extras = block.get("extras")
        chosen = [str(each) for each in extras] if isinstance(extras, list | tuple) else []
        try:
            return merge_keys(read_recipe(recipe, str(block.get("version") or ""), chosen), block)
        except UnknownVersionError as error:
            raise MisplacedError(("version",), str(error)) from None
        except UnknownExtraError as error:
            raise MisplacedError(("extras",), str(error)) from None
        except ValueError as error:
            raise MisplacedError(("recipe",), str(error)) from None

    @model_validator(mode="after")
    def _check_formats(self) -> Self:
        check_formats(self.answers, self.orders, self.order, self.map)
        return self

    @model_validator(mode="after")
    def _check_tokens(self) -> Self:
        known = find_token_names(self.auth)
        for path, request in list_requests(self.orders, self.order, self.shipment):
            check_tokens(path, request, known, self.auth.kind)
        return self

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        """The requests for one order may speak of the partition that it is looked for in."""
        partitions = self.orders.partitions
        with locate_faults("order"):
            self.order.check_requests(list_names(partitions))
        if partitions is None or self.order.request.has_reference(partitions.as_):
            return self
        for expression in self.map.id.sources:
            if partitions.as_ in expression.reads.names:
                raise MisplacedError(
                    ("order", "request"),
                    f"expected {{{{ {partitions.as_} }}}} in it, because map.id is made with it",
                )
        return self
