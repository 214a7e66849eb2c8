"""The blocks of settings that hold expressions: unknown keys are refused, expressions are compiled
while the settings load.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, PlainSerializer, PlainValidator, WithJsonSchema

from connectors.language.expressions import MOST_EXPRESSION, Expression, read_expression


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


def wrap_in_list(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, list | tuple) or value is None else [value]
