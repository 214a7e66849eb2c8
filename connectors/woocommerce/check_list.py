"""What `check` finds out about a WooCommerce shop's lists of orders: what they ignore, cap, refuse
or count wrongly. A line each, with what to do.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from datetime import UTC, datetime, timedelta
from http import HTTPStatus

import msgspec

from connectors.errors import ConnectorError, RefusedError, UnavailableError
from connectors.interface import CheckLevel, Finding
from connectors.turns import map_in_turns, measure_bytes
from connectors.woocommerce.api.client import LARGEST_PAGE, Api, RawPage
from connectors.woocommerce.listing.queries import Ask, Sort, build_params
from connectors.woocommerce.mapping.decoding import Row, read_row

# No order can have changed by then.
_AHEAD = timedelta(days=2)
# So many orders show whether a list is sorted, and no more may be asked for than a shop gives.
_SORTED = 10
_NOTHING_TO_SET = "Nothing has to be set"
_MEND_SERVER = (
    "Let the web server pass the query on: in nginx"
    " `try_files $uri $uri/ /index.php?$args;`, in Apache the flag `QSA`; then look for a plugin"
    " or a cache that drops it."
)


class _Shown(msgspec.Struct, frozen=True, kw_only=True):
    """A page as it was asked for, its rows and its count."""

    page: RawPage
    rows: Sequence[Row]

    @property
    def ids(self) -> list[int]:
        """Those of its orders, each once."""
        return list(dict.fromkeys(row.id for row in self.rows))


async def check_list(api: Api, size: int) -> list[Finding]:
    """The findings; none of a shop that keeps its word, or that has no orders. Does not raise.

    The first that is a problem is the last.
    """
    findings: list[Finding] = []
    try:
        async with aclosing(_examine(api, size)) as found:
            async for finding in found:
                findings.append(finding)
                if finding.level is CheckLevel.PROBLEM:
                    break
    except ConnectorError:
        # The walk through the last orders meets it too, and says what it is.
        pass
    return findings


async def _examine(api: Api, size: int) -> AsyncGenerator[Finding, None]:
    wanted = min(size, api.largest_page)
    first = await _read(api, Ask(sort=Sort.ID, brief=True), wanted)
    if first.page.asked < wanted:
        yield _warn(
            f"The shop refuses a list of {wanted} orders and allows {first.page.asked}",
            f"Set `page_size: {first.page.asked}`, so that more is not asked for first.",
        )
    if not first.rows:
        return
    behind = await _read(api, Ask(sort=Sort.ID, brief=True, offset=len(first.ids)), wanted)
    async for finding in _compare(first, behind):
        yield finding
    async for finding in _check_filters(api, first):
        yield finding
    async for finding in _check_sorting(api):
        yield finding


async def _compare(first: _Shown, behind: _Shown) -> AsyncGenerator[Finding, None]:
    """What a page and the one behind it say of sizes, places and counts."""
    asked, given, entries = first.page.asked, len(first.ids), first.page.entries
    again = set(behind.ids) & set(first.ids)
    # A single order may be all that there is.
    repeats = given > 1 and bool(again) and again == set(behind.ids)
    if repeats and given > asked:
        yield Finding(
            level=CheckLevel.PROBLEM,
            what=(
                "The shop takes no notice of what is asked for: it gives the same"
                f" {given} orders whatever page and size are asked for"
            ),
            advice=_MEND_SERVER,
        )
        return
    if repeats:
        yield _warn(
            f"The shop ignores which page is asked for: behind the first {given} orders it gives"
            " the same again",
            _MEND_SERVER,
        )
    # Where the shop cannot load a row, what is behind the others begins with the last of them.
    elif given > asked or (0 < len(behind.ids) <= given and not again and entries < asked):
        most = "at most" if given < asked else "always"
        yield _warn(
            f"The shop gives {most} {given} orders a page, although {asked} were asked for",
            f"Set `page_size: {min(given, LARGEST_PAGE)}`, and look for a plugin that changes"
            " per_page.",
        )
    if b'"line_items"' in bytes(first.page.items[0]):
        yield _warn(
            "The shop ignores `_fields` and sends each order whole",
            f"{_NOTHING_TO_SET}, but answers are larger; look for a plugin that changes the REST"
            " API.",
        )
    if given < len(first.rows):
        yield _warn(
            "The shop lists an order twice on one page",
            f"{_NOTHING_TO_SET}: Portside takes it once. Look for a plugin that changes the query"
            " of orders.",
        )
    total, listed = first.page.total, len({*first.ids, *behind.ids})
    if total is None:
        yield _warn(
            "The shop does not say how many orders its lists have",
            f"{_NOTHING_TO_SET}: Portside asks for one page more. Look for a proxy that drops the"
            " header X-WP-Total.",
        )
    elif total < listed:
        yield _warn(
            f"The shop counts {total} orders, and its list has {listed} or more",
            f"{_NOTHING_TO_SET}: Portside no longer believes its count. Look for a plugin or a"
            " cache that changes the header X-WP-Total.",
        )


async def _check_filters(api: Api, first: _Shown) -> AsyncGenerator[Finding, None]:
    later = Ask(sort=Sort.ID, brief=True, after=datetime.now(UTC) + _AHEAD)
    if (await _read(api, later, 1)).rows:
        yield _warn(
            "The shop ignores from when on orders are asked for (modified_after)",
            "Update WooCommerce to 5.8 or newer; if it is, look for a plugin that changes the REST"
            " API. Until then each poll looks through many orders.",
        )
    one = first.ids[0]
    if set((await _read(api, Ask(sort=Sort.ID, brief=True, ids=(one,)), _SORTED)).ids) - {one}:
        yield _warn(
            "The shop ignores which orders are asked for by id (include)",
            f"{_NOTHING_TO_SET}: Portside asks for such orders one by one. Look for a plugin that"
            " changes the REST API.",
        )


async def _check_sorting(api: Api) -> AsyncGenerator[Finding, None]:
    advice = (
        f"{_NOTHING_TO_SET}: Portside reads ids and times of all orders first. Update WooCommerce,"
        " and look for a plugin that sorts orders."
    )
    try:
        shown = await _read(api, Ask(sort=Sort.NEWEST_CHANGE, brief=True), _SORTED)
    except RefusedError as error:
        if error.status == HTTPStatus.BAD_REQUEST:
            yield _warn("The shop cannot sort orders by their last change", advice)
        return
    except UnavailableError as error:
        yield _warn(
            f"The shop fails when it is to sort orders by their last change: {error}", advice
        )
        return
    each_once = {row.id: row.modified for row in shown.rows}
    times = [moment for moment in each_once.values() if moment is not None]
    if times != sorted(times, reverse=True):
        yield _warn("The shop does not sort orders by their last change when asked to", advice)


async def _read(api: Api, ask: Ask, size: int) -> _Shown:
    page = await api.read_page("orders", size, build_params(ask))
    rows = await map_in_turns(read_row, page.items, measure_bytes)
    return _Shown(page=page, rows=[row for row in rows if row.id])


def _warn(what: str, advice: str) -> Finding:
    return Finding(level=CheckLevel.WARNING, what=what, advice=advice)
