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
from connectors.language.functions.times import check_form, find_zone
from connectors.language.templates import Template, compile_template


def soften_schema(schema: dict[str, Any], *kept: str) -> None:
    """Required keys may also come from a recipe, so an editor must not call them missing; the
    schema lists them under `x-required-without-recipe`.
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
        json_schema_extra=lambda schema: soften_schema(schema),  # noqa: PLW0108 -- pydantic looks at the number of arguments
    )


def _read_zone(value: Any) -> str:
    if not isinstance(value, str):
        raise ValueError(f"expected a time zone such as Europe/Berlin, found {value!r}")  # noqa: TRY004 -- pydantic collects ValueErrors
    find_zone(value)
    return str(value)


def _make_form_reader(*, writing: bool) -> Callable[[Any], str]:
    def check(value: Any) -> str:
        fault = check_form(str(value), writing=writing)
        if fault:
            raise ValueError(fault)
        return str(value)

    return check


Zone = Annotated[
    str,
    BeforeValidator(_read_zone),
    WithJsonSchema({"type": "string", "description": "A time zone such as Europe/Berlin."}),
]
TimeForm = Annotated[
    str,
    BeforeValidator(_make_form_reader(writing=True)),
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
    BeforeValidator(_make_form_reader(writing=False)),
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


def _make_template_reader(kind: str) -> Any:
    def read(value: Any) -> Template:
        if isinstance(value, Template):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("expected text, perhaps with {{ … }} in it")  # noqa: TRY004 -- pydantic collects ValueErrors
        return compile_template(value if isinstance(value, str) else str(value), kind)

    return read


def _make_template_type(kind: str, description: str) -> Any:
    return Annotated[
        Template,
        BeforeValidator(_make_template_reader(kind)),
        PlainSerializer(lambda template: template.source),
        WithJsonSchema({"type": ["string", "integer"], "description": description}),
    ]


TemplateText = _make_template_type("text", "Text with {{ … }} in it.")
PathTemplate = _make_template_type(
    "path", "A path with {{ … }} in it; what is put in is percent-encoded."
)
XmlTemplate = _make_template_type("xml", "XML with {{ … }} in it; what is put in is escaped.")


def wrap_in_list(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, list | tuple) or value is None else [value]
