"""All requests of a description, and whether they speak of what the login brings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from connectors.generic_json.settings.items import ListSettings, OneSettings
from connectors.generic_json.settings.request import TOKEN, RequestPatch, RequestSettings
from connectors.generic_json.settings.shipment import ShipmentSettings
from connectors.language.templates import Template, check_names
from connectors.places import MisplacedError, Path


def list_requests(
    orders: ListSettings, order: OneSettings, shipment: ShipmentSettings | None
) -> Iterator[tuple[Path, RequestSettings]]:
    """Each request with the path that leads to it; a patch as the request that it makes."""
    yield ("orders", "request"), orders.request
    for path, patch in _list_patches(orders):
        yield path, orders.request.apply_patch(patch)
    if orders.detail is not None and orders.detail.request is not None:
        yield ("orders", "detail", "request"), orders.detail.request
    for name, request in orders.export.requests if orders.export is not None else ():
        yield ("orders", "export", name), request
    for name, part in orders.expand.items():
        if part.request is not None:
            yield ("orders", "expand", name, "request"), part.request
    yield ("order", "request"), order.request
    if order.find is not None:
        yield ("order", "find", "request"), order.find.request
    if shipment is None:
        return
    if shipment.probe is not None and shipment.probe.request is not None:
        yield ("shipment", "probe", "request"), shipment.probe.request
    for block, steps in (("steps", shipment.steps), ("void", shipment.void)):
        yield from (
            (("shipment", block, at, "request"), step.request) for at, step in enumerate(steps)
        )


def _list_patches(orders: ListSettings) -> Iterator[tuple[Path, RequestPatch]]:
    yield from ((("orders", "also", at), patch) for at, patch in enumerate(orders.also))
    yield ("orders", "open"), orders.open


def check_tokens(path: Path, request: RequestSettings, known: Sequence[str], kind: str) -> None:
    """Raise `MisplacedError` if a request speaks of what the login does not bring, or does more
    with it than put it in: `known` is what `token` holds, `kind` the way to log in.
    """
    for at, template in request.templates:
        if any(names[0] == TOKEN for names in template.names):
            _check_template((*path, *at), template, known, kind)
    for at, expression in request.expressions:
        if TOKEN in expression.reads.names:
            raise MisplacedError(
                (*path, *at),
                "an expression cannot see what the login brought; write"
                f" {{{{ {TOKEN}.NAME }}}} in a text of the body",
            )


def _check_template(path: Path, template: Template, known: Sequence[str], kind: str) -> None:
    if not known:
        raise MisplacedError(
            path,
            f"in the template {template.source[:60]!r}: there is no 'token', because auth.kind"
            f" {kind} asks for none; set another kind, such as login",
        )
    if TOKEN in template.worked:
        raise MisplacedError(
            path,
            f"in the template {template.source[:60]!r}: expected {{{{ {TOKEN}.NAME }}}} alone,"
            " without filters and conditions, because it is filled in when the request is sent;"
            " write what is made of it under auth.carry",
        )
    if any(names == (TOKEN,) for names in template.names):
        raise MisplacedError(
            path,
            f"in the template {template.source[:60]!r}: expected a name behind token, such as"
            f" {{{{ token.{known[-1]} }}}}",
        )
    try:
        check_names(template, dict.fromkeys(names[0] for names in template.names) | {TOKEN: known})
    except ValueError as error:
        raise MisplacedError(path, str(error)) from None
