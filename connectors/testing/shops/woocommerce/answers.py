"""The shapes of a WordPress REST answer: JSON, an error with code and words, a list with its
totals.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from aiohttp import web

from connectors.testing.shops.woocommerce.traits import Traits

_HEADERS = {
    "Cache-Control": "no-cache, must-revalidate, max-age=0, no-store, private",
    "X-Robots-Tag": "noindex",
}


def show(value: Any, status: int = 200, headers: dict[str, str] | None = None) -> web.Response:
    """A value as JSON."""
    return web.Response(
        status=status,
        body=msgspec.json.encode(value),
        headers={"Content-Type": "application/json; charset=UTF-8", **_HEADERS, **(headers or {})},
    )


def refuse(status: int, code: str, message: str, **data: Any) -> web.Response:
    """An error."""
    return show({"code": code, "message": message, "data": {"status": status, **data}}, status)


def refuse_parameter(name: str, why: str) -> web.Response:
    """A parameter that is not what it should be."""
    return refuse(400, "rest_invalid_param", f"Invalid parameter(s): {name}", params={name: why})


def refuse_route() -> web.Response:
    """No such route, or not in this shop."""
    return refuse(404, "rest_no_route", "No route was found matching the URL and request method.")


def pick(value: dict[str, Any], fields: str | None) -> dict[str, Any]:
    """The part of an object that `_fields` asks for; WordPress leaves out what it does not have."""
    if fields is None:
        return value
    return {name: value[name] for name in fields.split(",") if name in value}


def pick_metas(value: dict[str, Any], request: web.Request, traits: Traits) -> dict[str, Any]:
    """An object with the meta data that `include_meta` asks for, all of it without that."""
    keys = [key for name, key in request.query.items() if name.startswith("include_meta[")]
    metas = value.get("meta_data")
    if not keys or not isinstance(metas, list) or not traits.limits_metas:
        return value
    return {**value, "meta_data": [one for one in metas if one.get("key") in keys]}


def ids_of(request: web.Request) -> set[int]:
    """The ids that `include` asks for; empty where it does not."""
    return {int(part) for part in request.query.get("include", "").split(",") if part.isdigit()}


def totals(total: int, size: int, *, beyond: bool) -> dict[str, str]:
    """The headers of a list.

    With orders in tables of their own, a page past the end is told to have no total.
    """
    shown = 0 if beyond else total
    return {"X-WP-Total": str(shown), "X-WP-TotalPages": str(-(-shown // size))}


def page_of(
    request: web.Request,
    rows: Sequence[Any],
    take: Callable[[int, int], Sequence[Any]] | None = None,
) -> tuple[Sequence[Any], dict[str, str]] | web.Response:
    """The rows that `page`, `per_page` and `offset` ask for, with the list's headers; or the
    refusal of a senseless one.

    `take` gives the rows from one place to another where `rows` are not sorted yet.
    """
    numbers = {}
    for name, default, lowest, highest in (
        ("per_page", "10", 1, 100),
        ("page", "1", 1, None),
        ("offset", "", 0, None),
    ):
        stated = request.query.get(name, default)
        if stated == "" and name == "offset":
            continue
        if not stated.lstrip("-").isdigit():
            return refuse_parameter(name, f"{name} is not of type integer.")
        numbers[name] = int(stated)
        if numbers[name] < lowest or (highest is not None and numbers[name] > highest):
            return refuse_parameter(
                name, f"{name} must be between {lowest} (inclusive) and {highest} (inclusive)"
            )
    size = numbers["per_page"]
    begin = numbers.get("offset", (numbers["page"] - 1) * size)
    shown = rows[begin : begin + size] if take is None else take(begin, begin + size)
    return shown, totals(len(rows), size, beyond=begin >= len(rows))
