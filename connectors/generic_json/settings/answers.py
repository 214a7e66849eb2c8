"""What the shop's answers mean: statuses, and errors that come under 200."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from connectors.fieldmap.blocks import Block, ExpressionText, wrap_in_list
from connectors.generic_json.settings.formats import Format, JsonFormat
from connectors.interface import Duration

Meaning = Literal[
    "ok",
    "empty",
    "done",
    "not_allowed",
    "not_found",
    "refused",
    "conflict",
    "throttled",
    "unavailable",
    "unreadable",
]


def _read_statuses(value: Any) -> Any:
    return [_read_status(each) for each in wrap_in_list(value)] if value is not None else value


def _read_status(value: Any) -> Any:
    if (
        isinstance(value, str)
        and len(value) == 3  # noqa: PLR2004 -- as in 5xx
        and value[0] in "12345"
        and value[1:].lower() == "xx"
    ):
        return int(value[0])
    if isinstance(value, int) and not isinstance(value, bool) and 100 <= value <= 599:  # noqa: PLR2004 -- HTTP
        return value
    raise ValueError(f"expected a status such as 409, or a class such as 5xx, found {value!r}")


Statuses = Annotated[
    tuple[int, ...],
    BeforeValidator(_read_statuses, json_schema_input_type=int | str | list[int | str]),
]
"""Statuses, or classes of them: 409, 5xx. A class is kept as its first digit."""


class AnswerRule(Block):
    """What an answer means that has one of these statuses and for which this expression is true."""

    status: Statuses = ()
    """Statuses, or classes such as 5xx; none: all of 2xx, because a refusal says by its status
    what it means.
    """
    when: ExpressionText | None = None
    """An expression on the answer's body, e.g.

    `errors[?extensions.code == 'FORBIDDEN']`; none: always.
    """
    means: Meaning
    """ok: a success. empty: a success without orders. done: a success, because the shop has
    this shipment already. not_allowed: our login is not accepted (it is renewed once). not_found,
    refused, conflict, unreadable: a person must act. throttled, unavailable: worth another try.
    """
    message: ExpressionText | None = None
    """The shop's words, for the operator."""
    retry_after: Duration | None = None
    """How long to wait, if throttled or unavailable."""

    @model_validator(mode="after")
    def _check_condition(self) -> Self:
        if not self.status and self.when is None:
            raise ValueError(
                "expected status or when, found neither: the rule would fit every answer"
            )
        return self


class WaitHeader(Block):
    """A header by which the shop says how long to wait."""

    name: str
    """The header's name."""
    unit: Literal["seconds", "ms", "date", "epoch", "epoch_ms"] = "seconds"
    """What stands in it: a span in seconds or milliseconds, or a moment."""


class AnswerSettings(Block):
    """What the shop's answers mean, where it differs from what HTTP's statuses say."""

    format: Format = JsonFormat()
    """In which format the shop answers: json, xml, csv or json_lines. A request may name its own.
    """
    rules: tuple[AnswerRule, ...] = ()
    """The first rule that fits decides; where none fits the status does."""
    message: ExpressionText | None = None
    """Where the shop's words stand in the body of a refusal, e.g. `error.message`."""
    wait: WaitHeader | None = None
    """The header that says how long to wait, if it is not Retry-After."""
    needed: Annotated[
        tuple[ExpressionText, ...],
        BeforeValidator(wrap_in_list, json_schema_input_type=str | list[str]),
    ] = Field(default=())
    """What every answer to a reading request must hold; if one of these is null the answer is not
    what the shop promises.
    """
