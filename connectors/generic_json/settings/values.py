"""The small values of a description: time zones, date forms and templates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import (
    BeforeValidator,
    PlainSerializer,
    WithJsonSchema,
)

from connectors.generic_json.xml_body import check_text
from connectors.language.functions.times import check_form, find_zone
from connectors.language.templates import Template, compile_template


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


def _make_template_reader(kind: str) -> Any:
    def read(value: Any) -> Template:
        if isinstance(value, Template):
            return value
        if isinstance(value, bool) or not isinstance(value, str | int):
            raise ValueError("expected text, perhaps with {{ … }} in it")  # noqa: TRY004 -- pydantic collects ValueErrors
        template = compile_template(value if isinstance(value, str) else str(value), kind)
        if kind == "xml":
            check_text(template.source)
        return template

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
