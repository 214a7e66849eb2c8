"""What `check` finds out about Shopify's lists of orders: whether they are whole, whether pages of
the size that is set can be read, and how many orders cannot.
"""

from __future__ import annotations

from connectors.errors import ConnectorError, UnavailableError
from connectors.inspection import MOST_UNREADABLE
from connectors.interface import CheckLevel, Finding
from connectors.orders import RejectedOrder
from connectors.shopify.api.transport import OrderPage, Span, Transport

_SMALL_PAGE = 25


async def check_list(transport: Transport, span: Span, size: int) -> list[Finding]:
    """The findings of one page of the size that is set."""
    try:
        page = await transport.read_page(span, size, "")
    except UnavailableError as error:
        return [_report_page_size(size, error)]
    except ConnectorError as error:
        return [
            Finding(level=CheckLevel.WARNING, what=str(error), advice="Try again in a few minutes.")
        ]
    return [*_check_rows(page), *await _check_count(transport, span, page)]


async def check_ids(transport: Transport, span: Span, error: ConnectorError) -> Finding | None:
    """What a list that fails means where ids alone can be read; None if they cannot either."""
    if not isinstance(error, UnavailableError) or not error.reached:
        return None
    try:
        await transport.read_stamps(span, 0)
    except ConnectorError:
        return None
    return Finding(
        level=CheckLevel.WARNING,
        what=f"Shopify fails on lists of orders, although it lists their ids. {error}",
        advice=(
            "Nothing has to be set: Portside reads the orders by id and holds those that fail."
            " `portside held` names them; tell Shopify's support."
        ),
    )


def _report_page_size(size: int, error: ConnectorError) -> Finding:
    smaller = min(_SMALL_PAGE, max(size // 2, 1))
    return Finding(
        level=CheckLevel.WARNING,
        what=f"Shopify fails on a list of {size} orders, but not on a short one. {error}",
        advice=f"Set `page_size: {smaller}`.",
    )


def _check_rows(page: OrderPage) -> list[Finding]:
    rejected = [order for order in page.orders if isinstance(order, RejectedOrder)]
    findings = []
    if rejected:
        many = len(rejected) > MOST_UNREADABLE * len(page.orders)
        first = rejected[0]
        findings.append(
            Finding(
                level=CheckLevel.PROBLEM if many else CheckLevel.WARNING,
                what=(
                    f"{len(rejected)} of the last {len(page.orders)} orders cannot be read, e.g."
                    f" {first.number or first.id}: {first.reason}."
                ),
                advice="Mend these orders in Shopify; `portside held` lists them with the reason.",
            )
        )
    if page.is_broken:
        findings.append(
            Finding(
                level=CheckLevel.WARNING,
                what=(
                    "Some rows of Shopify's list are not orders, or it does not say where it goes"
                    " on."
                ),
                advice="Nothing has to be set: Portside reads by id what the list leaves out.",
            )
        )
    return findings


async def _check_count(transport: Transport, span: Span, page: OrderPage) -> list[Finding]:
    """A list that ends on its first page has as many rows as the shop counts."""
    if page.cursor:
        return []
    try:
        count = await transport.count_orders(span)
    except ConnectorError as error:
        return [
            Finding(
                level=CheckLevel.WARNING,
                what=f"Shopify does not count its orders. {error}",
                advice="Nothing has to be set: Portside proves its lists by reading all ids.",
            )
        ]
    if count is None or count <= len(page.orders):
        return []
    return [
        Finding(
            level=CheckLevel.WARNING,
            what=f"Shopify counts {count} orders, and its list ends after {len(page.orders)}.",
            advice=(
                "Look for a cache or a proxy between Portside and the shop; until then Portside"
                " reads by id what the list leaves out."
            ),
        )
    ]
