"""What is doubtful in a description of a shop although it can be understood: found in the settings
alone, without the shop.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from pydantic import BaseModel

from connectors.fieldmap.sources import FieldSource
from connectors.generic_json.settings.auth.keys import BodyLogin
from connectors.generic_json.settings.calls import list_requests
from connectors.generic_json.settings.request import RequestSettings
from connectors.generic_json.settings.shapes import Shape
from connectors.generic_json.settings.shop import GenericJsonSettings
from connectors.interface import CheckLevel, Finding
from connectors.language.expressions import Expression
from connectors.language.loose_pipes import find_loose_pipe
from connectors.places import Path
from connectors.reading.countries import find_country

_CURRENCY: Final = re.compile(r"[A-Z]{3}")
_CAPITALS: Final = re.compile(r"[A-Z]{2,3}")
_WORD: Final = re.compile(r"[A-Z][a-z]{3,}")
_SINGLE: Final = re.compile(r"\s*\{\{[^{}]*\}\}\s*")


def review_settings(settings: GenericJsonSettings) -> list[Finding]:
    """A warning for each thing that is probably meant otherwise, in the order of the settings."""
    return [
        *_review_constants(settings.map, ("map",)),
        *_review_pipes(settings, ()),
        *_review_requests(settings),
        *_review_numbers(settings),
    ]


def _warn(path: Path, place: str, what: str, advice: str) -> Finding:
    shown = "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    where = f" ({place})" if place else ""
    what = f"{shown.removeprefix('.')}{where}: {what}"
    return Finding(level=CheckLevel.WARNING, what=what, advice=advice)


def _review_constants(value: Any, path: Path) -> Iterator[Finding]:
    """Codes and names that are read as fields of the order, as `currency: EUR` is."""
    if isinstance(value, FieldSource):
        for expression in value.sources:
            word = expression.source.strip()
            if len(expression.path) == 1 and _is_constant(str(path[-1]), word):
                yield _warn(
                    path,
                    expression.place,
                    f"{word} is read as a field",
                    f"Write `{path[-1]}: {{value: {word}}}` for the word itself.",
                )
        return
    for step, inner in _open_value(value):
        yield from _review_constants(inner, (*path, step))


def _is_constant(field: str, word: str) -> bool:
    if field == "currency":
        return bool(_CURRENCY.fullmatch(word))
    if field in {"country", "origin"}:
        return bool(_CAPITALS.fullmatch(word) or _WORD.fullmatch(word)) and bool(find_country(word))
    return False


def _review_pipes(value: Any, path: Path) -> Iterator[Finding]:
    """`a | b || c`, in which the alternative belongs to the right side alone."""
    if isinstance(value, Expression):
        if read := find_loose_pipe(value.source):
            yield _warn(
                path,
                value.place,
                f"{_cut(value.source)} is read as {_cut(read)}",
                "Put the left side in parentheses, as in `(a | b) || c`, or the right side if that"
                " is meant.",
            )
        return
    if isinstance(value, Shape):
        for at, expression in value.expressions:
            yield from _review_pipes(expression, (*path, *at))
        return
    for step, inner in _open_value(value):
        yield from _review_pipes(inner, (*path, step))


def _open_value(value: Any) -> Iterator[tuple[str | int, Any]]:
    if isinstance(value, BaseModel):
        for name, field in type(value).model_fields.items():
            yield field.alias or name, getattr(value, name)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, tuple):
        yield from enumerate(value)


def _review_requests(settings: GenericJsonSettings) -> Iterator[Finding]:
    keyed = isinstance(settings.auth, BodyLogin)
    for path, request in list_requests(settings.orders, settings.order, settings.shipment):
        # The walk of open orders asks as the list does where it says nothing of its own.
        if path == ("orders", "open") and request == settings.orders.request:
            continue
        place = request.path.place
        has_body = any(part is not None for part in (request.body, request.form, request.xml))
        if request.method in {"POST", "PUT"} and not has_body and path[1] not in {"steps", "void"}:
            yield _warn(
                path,
                place,
                f"this {request.method} has no body and would send `null`",
                "Write `body: {}`, or set `method: GET`.",
            )
        elif _may_be_null(request):
            yield _warn(
                path,
                place,
                f"the whole body of this {request.method} is one value, and `null` is sent where"
                " that is missing",
                "Write an object around it, or `{$if: …, $give: …}` where it may be missing.",
            )
        if keyed and not has_body:
            yield _warn(
                path,
                place,
                "this request has no body, so it goes out without the key of `auth.fields`",
                "Set `method: POST` and a `body`, or `auth.kind: query`.",
            )


def _may_be_null(request: RequestSettings) -> bool:
    if request.body is None:
        return False
    source = request.body.source
    if isinstance(source, Mapping):
        return set(source) == {"$value"}
    return source is None or (isinstance(source, str) and bool(_SINGLE.fullmatch(source)))


def _review_numbers(settings: GenericJsonSettings) -> Iterator[Finding]:
    """A notice that carries the number alone is looked up by it, where that is not the id."""
    named, numbered = settings.map.id, settings.map.number
    if settings.order.find is None and named != numbered:
        yield _warn(
            ("order",),
            numbered.sources[0].place if numbered.sources else "",
            "`map.number` is not `map.id`, and no `order.find` says how to find an order by its"
            " number, so a notice that carries the number alone asks for an id of that name",
            "Add `order: {find: {request: …, id: …}}`.",
        )


def _cut(text: str) -> str:
    return f"`{text}`" if len(text) <= 80 else f"`{text[:79]}…`"  # noqa: PLR2004 - a line's worth
