"""Trials of paging: the pages of a window are complete, disjoint, stable, and end where they
say.
"""

from __future__ import annotations

from collections import Counter

from proxy.simulator.answers import UnreadablePageError, parse_page
from proxy.simulator.exam import MOST_PAGES, Exam, Walk
from proxy.simulator.poller import NoAnswerError
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept, report_untried

_SHOWN = 5


def _find_obstacle(walk: Walk) -> Verdict | None:
    if walk.fault:
        return report_untried(f"the window could not be read: {walk.fault}")
    return None if walk.orders else report_untried("no order in the window")


async def _try_pages_stated(exam: Exam) -> Verdict:
    walk = exam.whole
    if walk.fault:
        return report_untried(walk.fault)
    stated = [page.pages for page in walk.pages]
    if len(set(stated)) > 1:
        return report_broken(
            f"the pages say {', '.join(map(str, stated[:_SHOWN]))} for one window",
            "Count the window once and keep the number.",
        )
    if b"pages=" not in walk.answers[0].body[:500]:
        return report_broken("no attribute `pages` in the root element")
    filled = [number for number, page in enumerate(walk.pages, 1) if page.orders]
    if filled and filled != list(range(1, filled[-1] + 1)):
        return report_broken(f"an empty page stands before page {filled[-1]}, which has orders")
    cut = f", the first {MOST_PAGES} read" if not walk.is_complete else ""
    return report_kept(f"pages={stated[0]}{cut}")


async def _try_disjoint(exam: Exam) -> Verdict:
    if (verdict := _find_obstacle(exam.whole)) is not None:
        return verdict
    twice = [
        key for key, times in Counter(order.key for order in exam.whole.orders).items() if times > 1
    ]
    if twice:
        return report_broken(
            f"{len(twice)} orders come more than once in one window, e.g."
            f" {', '.join(twice[:_SHOWN])}"
        )
    return report_kept(f"{len(exam.whole.orders)} orders, each once")


async def _try_again(exam: Exam) -> Verdict:
    walk = exam.whole
    if (verdict := _find_obstacle(walk)) is not None:
        return verdict
    number = max(place for place, page in enumerate(walk.pages, 1) if page.orders)
    try:
        again = parse_page(await exam.page(walk.start, walk.end, number))
    except (NoAnswerError, UnreadablePageError) as error:
        return report_broken(f"page {number} asked a second time: {error}")
    before, after = (
        {order.key for order in page.orders} for page in (walk.pages[number - 1], again)
    )
    if (before ^ after) - await exam.changed_since():
        return report_broken(
            f"page {number} held {len(before)} orders, asked again {len(after)},"
            f" {len(before & after)} of them the same"
        )
    return report_kept(f"page {number} twice, the same {len(after)} orders")


async def _try_beyond(exam: Exam) -> Verdict:
    walk = exam.whole
    if walk.fault or not walk.is_complete:
        return report_untried(walk.fault or f"more than {MOST_PAGES} pages")
    number = walk.pages[0].pages + 1
    try:
        answer = await exam.page(walk.start, walk.end, number)
    except NoAnswerError as error:
        return report_broken(str(error))
    if answer.is_refusal:
        return report_kept(f"page {number}: status {answer.status}")
    try:
        page = parse_page(answer)
    except UnreadablePageError as error:
        return report_broken(f"page {number}: {error}")
    if page.orders:
        return report_broken(f"page {number} of {number - 1} holds {len(page.orders)} orders")
    return report_kept(f"page {number} is empty")


PAGING = (
    Promise(
        name="pages-stated",
        text=(
            "Every page states the same number of pages, and no empty page stands before one with"
            " orders"
        ),
        advice=(
            "Put the total into the root's attribute `pages`: ShipStation asks for that many and no"
            " more."
        ),
        trial=_try_pages_stated,
    ),
    Promise(
        name="pages-disjoint",
        text="No order comes twice in one window",
        advice=(
            "Sort by (modified, id) with the id as tie-break; orders that come twice push others"
            " off the end."
        ),
        trial=_try_disjoint,
    ),
    Promise(
        name="page-again",
        text="A page asked for again holds the same orders",
        advice="Read the window once, keep it for some minutes, and cut the pages from that.",
        trial=_try_again,
    ),
    Promise(
        name="page-beyond",
        text="A page beyond the last holds no orders",
        advice=(
            "Heed the parameter `page`; if every page is the first one, all later orders are lost."
        ),
        trial=_try_beyond,
    ),
)
