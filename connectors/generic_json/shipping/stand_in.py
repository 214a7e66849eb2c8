"""What a dry run puts in the place of an answer that the shop has not given. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from typing import Any

from connectors.generic_json.settings.shipment import StepSettings
from connectors.language.expressions import Expression


def make_stand_in(name: str, steps: Iterable[StepSettings]) -> Any:
    """A value that holds all that the requests of `steps` name behind `name`, each as a text that
    says what belongs there: `~parcel.id~`. Its characters are left as they are in a path.
    """
    paths = {
        path[1:]
        for step in steps
        for _, template in step.request.templates
        for path in template.names
        if path[0] == name
    }
    return _fill_paths(name, paths)


def _fill_paths(name: str, paths: Iterable[tuple[str, ...]]) -> Any:
    below: dict[str, set[tuple[str, ...]]] = {}
    for path in filter(None, paths):
        below.setdefault(path[0], set()).add(path[1:])
    return {each: _fill_paths(f"{name}.{each}", below[each]) for each in below} or f"~{name}~"


def depends_on(expression: Expression | None, names: Collection[str]) -> bool:
    """Whether what an expression finds depends on one of the values with these names."""
    if expression is None or not names:
        return False
    seen = (expression.reads, expression.reads_root)
    return any(reads.whole or not reads.names.isdisjoint(names) for reads in seen)


def is_request_of(step: StepSettings, names: Collection[str]) -> bool:
    """Whether a step's request holds something of one of the values with these names."""
    body = step.request.body
    inside = body.expressions if body is not None else ()
    return any(name in names for name in _list_template_names(step)) or any(
        depends_on(expression, names) for _, expression in inside
    )


def _list_template_names(step: StepSettings) -> Iterator[str]:
    for _, template in step.request.templates:
        yield from (path[0] for path in template.names)
