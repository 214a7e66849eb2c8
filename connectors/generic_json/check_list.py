"""What `check` finds out about a described shop's list of orders: what it ignores, caps, refuses or
counts wrongly. A line each, with the setting that helps.
"""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus

from connectors.errors import ConnectorError, RefusedError, TooLargeError, UnavailableError
from connectors.generic_json.listing.pages import Pages, Raw
from connectors.generic_json.settings.items import ListSettings
from connectors.generic_json.settings.paging import NoPaging
from connectors.interface import CheckLevel, Finding
from connectors.reading.paging import Page

# What is tried where the shop fails on a page of the size that is set, or refuses it.
_SIZES = (100, 50, 25, 10, 5, 2)
_REFUSALS = frozenset(
    {
        HTTPStatus.BAD_REQUEST,
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE,
        HTTPStatus.UNPROCESSABLE_ENTITY,
    }
)


async def check_list(pages: Pages, settings: ListSettings) -> list[Finding]:
    """The findings; none of a shop that keeps its word. Does not raise: the walk through the last
    orders meets any other error too, and says what it is.
    """
    kind = settings.paging
    if isinstance(kind, NoPaging):
        return []
    try:
        try:
            first = await pages.read_place(0, kind.size)
        except (RefusedError, UnavailableError) as error:
            said = settings.request.has_reference("page", "size")
            return await _find_size(pages, kind.size, error) if said else []
        behind = await pages.read_behind(first, kind.size)
    except ConnectorError:
        return []
    return list(_compare(pages, kind.size, first, behind))


async def _find_size(
    pages: Pages, size: int, error: RefusedError | UnavailableError
) -> list[Finding]:
    """The largest smaller page that the shop gives; nothing where the size is not at fault.

    Raises `ConnectorError` where the shop gives no answer at all.
    """
    refused = isinstance(error, RefusedError)
    if isinstance(error, RefusedError) and error.status not in _REFUSALS:
        return []
    for smaller in (each for each in _SIZES if each < size):
        if not await _has_places(pages, smaller, 1):
            continue
        # It may have been a passing failure, or the fault of one order among them.
        at_fault = refused or (
            await _has_places(pages, smaller, -(-size // smaller))
            and not await _has_places(pages, size, 1)
        )
        return [_report_size(size, smaller, error)] if at_fault else []
    return []


async def _has_places(pages: Pages, size: int, count: int) -> bool:
    """Whether the shop gives the first `count` pages of this size."""
    try:
        for number in range(count):
            await pages.read_place(number * size, size)
    except (RefusedError, UnavailableError):
        return False
    return True


def _report_size(size: int, smaller: int, error: ConnectorError) -> Finding:
    # A page that fails is asked for in halves, one that is refused is not.
    level, does = CheckLevel.WARNING, "fails on"
    if isinstance(error, RefusedError):
        level, does = CheckLevel.PROBLEM, "refuses"
    elif isinstance(error, TooLargeError):
        does = "sends too much for"
    what = f"The shop {does} a list of {size} orders, and gives one of {smaller}: {error}"
    return _report(level, what, f"Set `orders.paging.size: {smaller}`.")


def _compare(
    pages: Pages, asked: int, first: Page[Raw], behind: Page[Raw] | None
) -> Iterator[Finding]:
    """What a page and the one behind it say of sizes, places and counts."""
    names = [pages.find_identity(raw) for raw in first.items]
    later = [pages.find_identity(raw) for raw in behind.items] if behind is not None else []
    given = len(set(names))
    again = set(later) & set(names)
    if given > 1 and again and again == set(later):
        yield _report(
            CheckLevel.PROBLEM,
            f"The shop ignores which page is asked for: behind the first {given} orders it gives"
            " the same again",
            "Mend `orders.request`, so that it says `{{ page.… }}` under the name that the shop"
            " reads; if it does, let the web server pass the query on.",
        )
        return
    # Where the shop cannot load a row of the first page, the second is longer.
    is_cut = 0 < len(later) <= given < asked - first.no_items and not again
    if given > asked or is_cut:
        most = "at most" if given < asked else "always"
        yield _report(
            CheckLevel.WARNING,
            f"The shop gives {most} {given} orders a page, although {asked} were asked for",
            f"Set `orders.paging.size: {given}`.",
        )
    if given < len(names):
        yield _report(
            CheckLevel.WARNING,
            "The shop lists an order twice on one page",
            "Nothing has to be set: Portside takes it once. Mend `orders.request` if it joins"
            " lists.",
        )
    listed = len({*names, *later})
    if first.total is not None and first.total < listed:
        yield _report(
            CheckLevel.WARNING,
            f"The shop counts {first.total} orders, and its list has {listed} or more",
            "Mend `orders.paging.total`, or remove it: Portside does not believe this count.",
        )


def _report(level: CheckLevel, what: str, advice: str) -> Finding:
    return Finding(level=level, what=what, advice=advice)
