"""The small values of a description: time zones, date forms, expressions and templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    PlainValidator,
    WithJsonSchema,
)

from connectors.language.expressions import MOST_EXPRESSION, Expression, read_expression
from connectors.language.functions.times import check_form, zone_named
from connectors.language.templates import Template, compile_template


def soften(schema: dict[str, Any], *kept: str) -> None:
    """What is required may also come from a recipe, so an editor must not call it missing; where it
    is needed is told all the same.
    """
    needed = [name for name in schema.get("required", ()) if name not in kept]
    if needed:
        schema["x-required-without-recipe"] = needed
    schema["required"] = list(kept)
    if not kept:
        del schema["required"]


class Block(BaseModel):
    """A block of keys. Unknown keys are refused, values never echoed by pydantic itself."""

    model_config = ConfigDict(
        extra="forbid",
        frozen=True,
        hide_input_in_errors=True,
        coerce_numbers_to_str=True,
        arbitrary_types_allowed=True,
        use_attribute_docstrings=True,
        populate_by_name=True,
        json_schema_extra=lambda schema: soften(schema),  # noqa: PLW0108 -- pydantic looks at the number of arguments
    )


def _zone(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a time zone such as Europe/Berlin, found {value!r}")  # noqa: TRY004 -- pydantic collects ValueErrors
    zone_named(value)
    return str(value)


def _form(*, writing: bool) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        fault = check_form(str(value), writing=writing)
        if fault:
            raise ValueError(fault)
        return str(value)

    return check


Zone = Annotated[
    str,
    BeforeValidator(_zone),
    WithJsonSchema({"type": "string", "description": "A time zone such as Europe/Berlin."}),
]
TimeForm = Annotated[
    str,
    BeforeValidator(_form(writing=True)),
    WithJsonSchema(
        {
            "type": "string",
            "description": "iso, local, datetime, epoch, epoch_ms, rfc2822 or a form with %.",
        }
    ),
]
"""How a date is written to the shop."""
ReadForm = Annotated[
    str,
    BeforeValidator(_form(writing=False)),
    WithJsonSchema(
        {"type": "string", "description": "iso, epoch, epoch_ms, rfc2822 or a form with %."}
    ),
]
"""How the shop writes a date."""


ExpressionText = Annotated[
    Expression,
    PlainValidator(read_expression),
    PlainSerializer(lambda expression: expression.source),
    WithJsonSchema(
        {
            "type": "string",
            "maxLength": MOST_EXPRESSION,
            "description": "A JMESPath expression.",
        }
    ),
]
"""An expression, compiled while the settings load."""


def _template_kind(kind: str) -> Any:
    def read(value: Any) -> Template:
        if isinstance(value, Template):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("expected text, perhaps with {{ … }} in it")  # noqa: TRY004 -- pydantic collects ValueErrors
        return compile_template(value if isinstance(value, str) else str(value), kind)

    return read


def _template_type(kind: str, description: str) -> Any:
    return Annotated[
        Template,
        BeforeValidator(_template_kind(kind)),
        PlainSerializer(lambda template: template.source),
        WithJsonSchema({"type": ["string", "integer"], "description": description}),
    ]


TemplateText = _template_type("text", "Text with {{ … }} in it.")
PathTemplate = _template_type(
    "path", "A path with {{ … }} in it; what is put in is percent-encoded."
)
XmlTemplate = _template_type("xml", "XML with {{ … }} in it; what is put in is escaped.")


def listed(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, list | tuple) or value is None else [value]
