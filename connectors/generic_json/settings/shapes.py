"""Shapes: JSON values in settings with templates and `$` operators in them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

import msgspec
from pydantic import GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic_core import CoreSchema, core_schema

from connectors.language.expressions import Expression, read_expression
from connectors.language.functions import EvaluationError, Run
from connectors.language.logic import is_false
from connectors.language.templates import Template, compile_template
from connectors.places import MisplacedError, Path

Values = Mapping[str, Any]

_MOST_SHAPE: Final = 20_000
_DEEPEST_SHAPE: Final = 30
_OPERATORS: Final = ("$value", "$each", "$give", "$key", "$if")


class Shape(msgspec.Struct, frozen=True, eq=False):
    """A JSON value with templates and `$` operators in it.

    `templates` and `expressions` are all that stand inside, with their paths.
    """

    source: Any
    templates: tuple[tuple[Path, Template], ...]
    expressions: tuple[tuple[Path, Expression], ...]
    render: Callable[[Values, Run], Any]

    def __call__(self, values: Values) -> Any:
        """The JSON value. Raises `EvaluationError`."""
        return self.render(values, Run(dict(values), _MOST_SHAPE))

    @classmethod
    def __get_pydantic_core_schema__(
        cls, _source: Any, _handler: GetCoreSchemaHandler
    ) -> CoreSchema:
        return core_schema.no_info_plain_validator_function(
            read_shape,
            serialization=core_schema.plain_serializer_function_ser_schema(
                lambda shape: shape.source
            ),
        )

    @classmethod
    def __get_pydantic_json_schema__(
        cls, _schema: CoreSchema, _handler: GetJsonSchemaHandler
    ) -> dict[str, Any]:
        return {
            "description": (
                "Any JSON value; its texts may hold {{ … }}, its objects $value, $each/$give,"
                " $if/$give."
            )
        }


def read_shape(value: Any) -> Shape:
    """A shape out of settings. Raises `ValueError` that names the path inside the shape."""
    if isinstance(value, Shape):
        return value
    reader = _ShapeReader()
    render = reader.read_value(value, ())
    return Shape(value, tuple(reader.templates), tuple(reader.expressions), render)


_Render = Callable[[Values, Run], Any]
_LEFT_OUT: Final = object()


class _ShapeReader:
    """Turns a JSON value into closures, and keeps every template and expression it meets."""

    def __init__(self) -> None:
        self.templates: list[tuple[Path, Template]] = []
        self.expressions: list[tuple[Path, Expression]] = []

    def read_value(self, value: Any, path: Path) -> _Render:
        if len(path) > _DEEPEST_SHAPE:
            raise MisplacedError(path, "expected a value that is nested less deeply")
        match value:
            case str():
                return self.read_text(value, path)
            case dict() if any(name in value for name in _OPERATORS):
                return self.read_operator(value, path)
            case dict():
                return self.make_object(
                    {
                        str(name): self.read_value(inner, (*path, name))
                        for name, inner in value.items()
                    }
                )
            case list():
                return self.make_list(
                    [self.read_value(inner, (*path, at)) for at, inner in enumerate(value)]
                )
            case _:
                return lambda _values, _run: value

    def read_text(self, value: str, path: Path) -> _Render:
        try:
            template = compile_template(value)
        except ValueError as error:
            raise MisplacedError(path, str(error)) from None
        self.templates.append((path, template))
        return lambda values, run: _count_step(run, template(values))

    def read_expression(self, value: Any, path: Path) -> Expression:
        try:
            expression = read_expression(value)
        except ValueError as error:
            raise MisplacedError(path, str(error)) from None
        self.expressions.append((path, expression))
        return expression

    def make_object(self, parts: Mapping[str, _Render]) -> _Render:
        def render(values: Values, run: Run) -> Any:
            made = {name: _count_step(run, part(values, run)) for name, part in parts.items()}
            return {name: value for name, value in made.items() if value is not _LEFT_OUT}

        return render

    def make_list(self, parts: list[_Render]) -> _Render:
        def render(values: Values, run: Run) -> Any:
            made = [_count_step(run, part(values, run)) for part in parts]
            return [value for value in made if value is not _LEFT_OUT]

        return render

    def read_operator(self, value: dict[str, Any], path: Path) -> _Render:
        """`{$value: expression}`, `{$each: expression, $give: shape, $key: template}` or `{$if:
        expression, $give: shape}`.
        """
        names = set(value)
        allowed = ({"$value"}, {"$each", "$give"}, {"$each", "$give", "$key"}, {"$if", "$give"})
        if names not in allowed:
            raise MisplacedError(
                path, "expected $value alone, $each with $give (and $key), or $if with $give"
            )
        if "$value" in names:
            found = self.read_expression(value["$value"], (*path, "$value"))
            return lambda values, run: _count_step(run, found(dict(values)))
        give = self.read_value(value["$give"], (*path, "$give"))
        if "$if" in names:
            condition = self.read_expression(value["$if"], (*path, "$if"))
            return lambda values, run: (
                _LEFT_OUT if is_false(condition(dict(values))) else give(values, run)
            )
        each = self.read_expression(value["$each"], (*path, "$each"))
        key = self.read_text(str(value["$key"]), (*path, "$key")) if "$key" in names else None
        return _make_loop(each, give, key)


def _make_loop(each: Expression, give: _Render, key: _Render | None) -> _Render:
    def render(values: Values, run: Run) -> Any:
        found = each(dict(values))
        if not isinstance(found, list):
            raise EvaluationError(f"$each {each.source!r}: expected a list")
        scopes = [{**values, "item": element} for element in found]
        made = [(key(scope, run) if key else None, give(scope, run)) for scope in scopes]
        kept = [pair for pair in made if pair[1] is not _LEFT_OUT]
        return {str(name): value for name, value in kept} if key else [value for _, value in kept]

    return render


def _count_step(run: Run, value: Any) -> Any:
    run.spend(1)
    return value
