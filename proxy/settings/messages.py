"""pydantic's errors as sentences of ours, each at its place in the file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Annotated, Any, get_args, get_origin

import msgspec
from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from connectors.places import MisplacedError, Path
from connectors.reading.durations import write_duration
from connectors.upstream.masking import MASK
from proxy.settings.problems import Problem, did_you_mean, shown_path
from proxy.settings.yaml_document import Document, Position
from proxy.telemetry.masking import is_secret_name

_LONGEST_ECHO = 60
_SHORTEST_SECRET = 4

_EXPECTED = {
    "int_type": "a whole number",
    "int_parsing": "a whole number",
    "int_from_float": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "decimal_type": "a number",
    "decimal_parsing": "a number",
    "bool_type": "true or false",
    "bool_parsing": "true or false",
    "string_type": "text",
    "dict_type": "keys with values",
    "mapping_type": "keys with values",
    "model_type": "keys with values",
    "model_attributes_type": "keys with values",
    "tuple_type": "a list",
    "list_type": "a list",
    "set_type": "a list",
    "frozen_set_type": "a list",
    "greater_than_equal": "at least {ge}",
    "greater_than": "more than {gt}",
    "less_than_equal": "at most {le}",
    "less_than": "less than {lt}",
    "literal_error": "{expected}",
    "enum": "{expected}",
    "too_short": "at least {min_length}",
    "too_long": "at most {max_length}",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "text of the form {pattern}",
}


# Keys that had another name once.
_RENAMED = MappingProxyType({"dialect": "door"})


def find_faults(
    error: ValidationError, document: Document, model: type[BaseModel], prefix: Path = ()
) -> Iterator[Problem]:
    """Every fault pydantic found in `model`, whose values stand under `prefix` in the document."""
    details = error.errors(include_url=False)
    strangers = _group_strangers(details)
    for detail in details:
        if _follows_from_another(detail, details, strangers, model):
            continue
        path, missing = _find_path(
            document.positions, (*prefix, *detail["loc"], *_inner_path(detail))
        )
        place = document.positions[path]
        at_key = detail["type"] in ("extra_forbidden", "missing") or detail["loc"][-1:] == (
            "[key]",
        )
        yield Problem(
            line=place.key_line if at_key else place.line,
            column=place.key_column if at_key else place.column,
            path=shown_path((*path, missing) if missing and detail["type"] == "missing" else path),
            message=_explain(detail, path, model),
        )


def _inner_path(detail: ErrorDetails) -> Path:
    """The part of a block that the block itself found at fault."""
    context = detail.get("ctx", {})
    if detail["type"] == "union_tag_invalid":
        return (context["discriminator"].strip("'"),)
    error = context.get("error")
    return error.path if isinstance(error, MisplacedError) else ()


def _group_strangers(details: list[ErrorDetails]) -> Mapping[Path, list[str]]:
    """The unknown keys by the place where they stand."""
    strangers: dict[Path, list[str]] = {}
    for detail in details:
        if detail["type"] == "extra_forbidden":
            strangers.setdefault(detail["loc"][:-1], []).append(str(detail["loc"][-1]))
    return strangers


def _follows_from_another(
    detail: ErrorDetails,
    details: list[ErrorDetails],
    strangers: Mapping[Path, list[str]],
    model: type[BaseModel],
) -> bool:
    """Whether mending another fault mends this one: a list short of its wrong members, a key that
    is there but misspelt.
    """
    *parent, last = detail["loc"] or ("",)
    if detail["type"] == "too_short":
        return any(
            other is not detail and other["loc"][: len(detail["loc"])] == detail["loc"]
            for other in details
        )
    if detail["type"] != "missing":
        return False
    return any(
        f"{last!r}" in did_you_mean(stranger, _known_keys(model, tuple(parent)))
        for stranger in strangers.get(tuple(parent), ())
    )


def _find_path(positions: Mapping[Path, Position], location: Path) -> tuple[Path, str | int]:
    """As much of pydantic's location as stands in the file, and the last step if that one does not.

    pydantic adds steps of its own (`[key]`, the names of a union's members, the 0 of a single value
    read as a list).
    """
    path: Path = ()
    for step in location:
        if (*path, step) in positions:
            path = (*path, step)
    return path, "" if not location or path[-1:] == location[-1:] else location[-1]


def _explain(detail: ErrorDetails, path: Path, model: type[BaseModel]) -> str:
    kind, context = detail["type"], detail.get("ctx", {})
    if kind == "missing":
        return "expected a value, found none"
    if kind == "extra_forbidden":
        return _explain_unknown_key(str(path[-1]), _known_keys(model, detail["loc"][:-1]))
    if kind in ("value_error", "assertion_error"):
        return str(context.get("error", detail["msg"]))
    if detail["loc"][-1:] == ("[key]",) and kind != "enum":
        return f"expected a name of small letters, digits, - and _, found {path[-1]!r}"
    expected = _EXPECTED.get(kind)
    if expected is None:
        return (
            _explain_kind(detail)
            if kind.startswith("union_tag")
            else detail["msg"][:1].lower() + detail["msg"][1:]
        )
    found = _describe_found(
        detail["input"], echo=not is_secret_name(str(path[-1])) if path else True
    )
    hint = ""
    if kind in ("literal_error", "enum") and isinstance(detail["input"], str):
        hint = did_you_mean(
            detail["input"],
            [word.strip("' ") for word in context["expected"].replace(" or ", ",").split(",")],
        )
    return f"expected {expected.format_map(context)}, found {found}{hint}"


def _explain_unknown_key(key: str, known: Collection[str]) -> str:
    renamed = _RENAMED.get(key)
    if renamed in known:
        return f"unknown key; `{key}` became `{renamed}`: write `{renamed}` instead"
    return f"unknown key{did_you_mean(key, known)}"


def _explain_kind(detail: ErrorDetails) -> str:
    """About a block whose keys depend on one of them, which is wrong or missing."""
    context = detail.get("ctx", {})
    key = context["discriminator"].strip("'")
    if "tag" not in context:
        return f"expected the key {key}, found none"
    kinds = [word.strip("' ") for word in context["expected_tags"].split(",")]
    return (
        f"expected one of {', '.join(kinds)} as {key}, found"
        f" {context['tag']!r}{did_you_mean(context['tag'], kinds)}"
    )


def _describe_found(value: Any, *, echo: bool) -> str:
    """What was found, as far as it may be repeated."""
    for kind, words in (
        (dict, "keys with values" if value else "none"),
        (bool, str(value).lower()),
        (type(None), "nothing"),
    ):
        if isinstance(value, kind):
            return words
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    if isinstance(value, int | float):
        return f"the number {value}" if echo else "a number"
    if isinstance(value, timedelta):
        return write_duration(value)
    return (
        repr(value)
        if echo and isinstance(value, str) and len(value) <= _LONGEST_ECHO
        else "other text"
    )


def hide_in_problems(problems: Iterable[Problem], document: Document) -> list[Problem]:
    """The problems without any text that came from the environment or from a file."""
    return [
        msgspec.structs.replace(
            problem,
            message=_hide_secrets(problem.message, document.secrets),
            path=_hide_secrets(problem.path, document.secrets),
        )
        for problem in problems
    ]


def _hide_secrets(text: str, secrets: Collection[str]) -> str:
    """A short secret is hidden where it stands in quotes: elsewhere it may be part of a word."""
    for secret in sorted(secrets, key=len, reverse=True):
        hidden = secret if len(secret) >= _SHORTEST_SECRET else repr(secret)
        text = text.replace(hidden, MASK) if secret else text
    return text


def _known_keys(model: type[BaseModel], location: Path) -> set[str]:
    """The keys that may stand at this place, as far as the annotations tell."""
    places: list[Any] = [model]
    for step in location:
        inner = [part for place in places for part in _follow_step(place, step)]
        places = inner or places  # a step that is pydantic's own leads nowhere
    return {field.alias or name for place in places for name, field in _list_fields(place)}


def _list_fields(annotation: Any) -> list[tuple[str, Any]]:
    return [
        pair
        for part in _list_members(annotation)
        if _is_model(part)
        for pair in part.model_fields.items()
    ]


def _follow_step(annotation: Any, step: str | int) -> Iterator[Any]:
    for part in _list_members(annotation):
        arguments = get_args(part)
        if _is_model(part):
            for name, field in part.model_fields.items():
                if step in (name, field.alias):
                    yield field.annotation
        elif arguments and get_origin(part) is dict and isinstance(step, str):
            yield arguments[-1]
        elif arguments and get_origin(part) in (tuple, list) and isinstance(step, int):
            yield arguments[0]


def _list_members(annotation: Any) -> list[Any]:
    """An annotation without `Annotated`, a union as its members."""
    if get_origin(annotation) is Annotated:
        return _list_members(get_args(annotation)[0])
    if get_args(annotation) and get_origin(annotation) not in (dict, tuple, list):
        return [inner for part in get_args(annotation) for inner in _list_members(part)]
    return [annotation]


def _is_model(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseModel)
