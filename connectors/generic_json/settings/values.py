"""The small values of the language: durations, date forms, templates, and shapes of JSON with templates in them."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Annotated, Any, Final

import msgspec
from pydantic import BaseModel, BeforeValidator, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler, PlainSerializer, WithJsonSchema
from pydantic_core import CoreSchema, core_schema

from connectors.language.compiler import is_false
from connectors.language.expressions import Expression, read_expression
from connectors.language.functions import EvaluationError, Run
from connectors.language.functions.times import check_form, zone_named
from connectors.language.templates import Template, compile_template
from connectors.places import MisplacedError, Path

Values = Mapping[str, Any]

_UNITS: Final = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": 86_400}
_DURATION: Final = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d)", re.ASCII)
_MOST_SHAPE: Final = 20_000
_DEEPEST_SHAPE: Final = 30
_OPERATORS: Final = ("$value", "$each", "$give", "$key", "$if")


def soften(schema: dict[str, Any], *kept: str) -> None:
    """What is required may also come from a recipe, so an editor must not call it missing; where it is needed is told all the same."""
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


def read_duration(value: Any) -> timedelta:
    """`90s`, `10m`, `2h`, `30d`. Raises `ValueError`."""
    if isinstance(value, timedelta):
        return value
    match = _DURATION.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise ValueError(f"expected a duration such as 30s, 10m, 2h or 90d, found {value!r}")
    return timedelta(seconds=int(match[1]) * _UNITS[match[2]])


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


Duration = Annotated[
    timedelta,
    BeforeValidator(read_duration),
    PlainSerializer(lambda value: f"{value // timedelta(milliseconds=1)}ms"),
    WithJsonSchema({"type": "string", "pattern": r"^\d{1,9} *(ms|s|m|h|d)$", "description": "A duration such as 30s, 10m, 2h or 90d."}),
]
Zone = Annotated[str, BeforeValidator(_zone), WithJsonSchema({"type": "string", "description": "A time zone such as Europe/Berlin."})]
TimeForm = Annotated[
    str,
    BeforeValidator(_form(writing=True)),
    WithJsonSchema({"type": "string", "description": "iso, local, datetime, epoch, epoch_ms, rfc2822 or a form with %."}),
]
"""How a date is written to the shop."""
ReadForm = Annotated[
    str,
    BeforeValidator(_form(writing=False)),
    WithJsonSchema({"type": "string", "description": "iso, epoch, epoch_ms, rfc2822 or a form with %."}),
]
"""How the shop writes a date."""


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
PathTemplate = _template_type("path", "A path with {{ … }} in it; what is put in is percent-encoded.")
XmlTemplate = _template_type("xml", "XML with {{ … }} in it; what is put in is escaped.")


class Shape(msgspec.Struct, frozen=True, eq=False):
    """A JSON value with templates and `$` operators in it. `templates` and `expressions` are all that stand inside, with their paths."""

    source: Any
    templates: tuple[tuple[Path, Template], ...]
    expressions: tuple[tuple[Path, Expression], ...]
    render: Callable[[Values, Run], Any]

    def __call__(self, values: Values) -> Any:
        """The JSON value. Raises `EvaluationError`."""
        return self.render(values, Run(dict(values), _MOST_SHAPE))

    @classmethod
    def __get_pydantic_core_schema__(cls, _source: Any, _handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read_shape, serialization=core_schema.plain_serializer_function_ser_schema(lambda shape: shape.source)
        )

    @classmethod
    def __get_pydantic_json_schema__(cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler) -> dict[str, Any]:
        return {"description": "Any JSON value; its texts may hold {{ … }}, its objects $value, $each/$give, $if/$give."}


def read_shape(value: Any) -> Shape:
    """A shape out of settings. Raises `ValueError` that names the path inside the shape."""
    if isinstance(value, Shape):
        return value
    reader = _ShapeReader()
    render = reader.read(value, ())
    return Shape(value, tuple(reader.templates), tuple(reader.expressions), render)


_Render = Callable[[Values, Run], Any]
_LEFT_OUT: Final = object()


class _ShapeReader:
    """Turns a JSON value into closures, and keeps every template and expression it meets."""

    def __init__(self) -> None:
        self.templates: list[tuple[Path, Template]] = []
        self.expressions: list[tuple[Path, Expression]] = []

    def read(self, value: Any, path: Path) -> _Render:
        if len(path) > _DEEPEST_SHAPE:
            raise MisplacedError(path, "expected a value that is nested less deeply")
        match value:
            case str():
                return self.text(value, path)
            case dict() if any(name in value for name in _OPERATORS):
                return self.operator(value, path)
            case dict():
                return self.object({str(name): self.read(inner, (*path, name)) for name, inner in value.items()})
            case list():
                return self.list([self.read(inner, (*path, at)) for at, inner in enumerate(value)])
            case _:
                return lambda _values, _run: value

    def text(self, value: str, path: Path) -> _Render:
        try:
            template = compile_template(value)
        except ValueError as error:
            raise MisplacedError(path, str(error)) from None
        self.templates.append((path, template))
        return lambda values, run: _spent(run, template(values))

    def expression(self, value: Any, path: Path) -> Expression:
        try:
            expression = read_expression(value)
        except ValueError as error:
            raise MisplacedError(path, str(error)) from None
        self.expressions.append((path, expression))
        return expression

    def object(self, parts: Mapping[str, _Render]) -> _Render:
        def render(values: Values, run: Run) -> Any:
            made = {name: _spent(run, part(values, run)) for name, part in parts.items()}
            return {name: value for name, value in made.items() if value is not _LEFT_OUT}

        return render

    def list(self, parts: list[_Render]) -> _Render:
        def render(values: Values, run: Run) -> Any:
            made = [_spent(run, part(values, run)) for part in parts]
            return [value for value in made if value is not _LEFT_OUT]

        return render

    def operator(self, value: dict[str, Any], path: Path) -> _Render:
        """`{$value: expression}`, `{$each: expression, $give: shape, $key: template}` or `{$if: expression, $give: shape}`."""
        names = set(value)
        allowed = ({"$value"}, {"$each", "$give"}, {"$each", "$give", "$key"}, {"$if", "$give"})
        if names not in allowed:
            raise MisplacedError(path, "expected $value alone, $each with $give (and $key), or $if with $give")
        if "$value" in names:
            found = self.expression(value["$value"], (*path, "$value"))
            return lambda values, run: _spent(run, found(dict(values)))
        give = self.read(value["$give"], (*path, "$give"))
        if "$if" in names:
            condition = self.expression(value["$if"], (*path, "$if"))
            return lambda values, run: _LEFT_OUT if is_false(condition(dict(values))) else give(values, run)
        each = self.expression(value["$each"], (*path, "$each"))
        key = self.text(str(value["$key"]), (*path, "$key")) if "$key" in names else None
        return _loop(each, give, key)


def _loop(each: Expression, give: _Render, key: _Render | None) -> _Render:
    def render(values: Values, run: Run) -> Any:
        found = each(dict(values))
        if not isinstance(found, list):
            raise EvaluationError(f"$each {each.source!r}: expected a list")
        scopes = [{**values, "item": element} for element in found]
        made = [(key(scope, run) if key else None, give(scope, run)) for scope in scopes]
        kept = [pair for pair in made if pair[1] is not _LEFT_OUT]
        return {str(name): value for name, value in kept} if key else [value for _, value in kept]

    return render


def _spent(run: Run, value: Any) -> Any:
    run.spend(1)
    return value


def listed(value: Any) -> Any:
    """A single value as a list of one."""
    return value if isinstance(value, list | tuple) or value is None else [value]
