from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from lxml import etree

from proxy.doors.custom_store.orders_xml import encode_order, frame_page
from proxy.doors.custom_store.requests import parse_export
from proxy.simulator.answers import Answer
from proxy.simulator.poller import NoAnswerError, Poller
from tests.builders import build_order

NOON = datetime(2026, 3, 24, 12, 0, 30, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


class Shelf:
    """A store in the same process: two orders to a page, and a page that fails when told so."""

    def __init__(self, orders: int = 5) -> None:
        self.asked: list[tuple[str, str, int]] = []
        self.orders = [
            encode_order(build_order(id=str(number), number=f"N{number}"))
            for number in range(1, orders + 1)
        ]
        self.failing: dict[int, Answer | NoAnswerError] = {}
        self.pages = 3

    async def fetch(self, query: Sequence[tuple[str, str]]) -> Answer:
        request = parse_export(dict(query))
        self.asked.append((f"{request.start:%H:%M}", f"{request.end:%H:%M}", request.page))
        answer = self.failing.get(request.page)
        if isinstance(answer, NoAnswerError):
            raise answer
        here = self.orders[(request.page - 1) * 2 : request.page * 2]
        return answer or Answer(status=200, body=frame_page(here, self.pages))


def poller(shelf: Shelf) -> Poller:
    return Poller(shelf, since=NOON - 5 * MINUTE, every=5 * MINUTE, retry=timedelta(hours=1))


async def test_a_poll_follows_every_page_and_the_next_window_starts_where_it_ended() -> None:
    shelf = Shelf()
    ship_station = poller(shelf)
    poll = await ship_station.poll(NOON)
    assert (poll.is_finished, poll.pages, [order.number for order in poll.orders]) == (
        True,
        3,
        ["N1", "N2", "N3", "N4", "N5"],
    )
    assert ship_station.due == NOON + 5 * MINUTE
    await ship_station.poll(ship_station.due)
    assert shelf.asked == [("11:55", "12:00", 1), ("11:55", "12:00", 2), ("11:55", "12:00", 3)] + [
        ("12:00", "12:05", page) for page in (1, 2, 3)
    ]


async def test_a_failed_page_fails_the_poll_and_the_window_is_asked_for_again_an_hour_later() -> (
    None
):
    shelf = Shelf()
    shelf.failing[2] = Answer(status=503, body=b"<Error>the shop is down</Error>")
    ship_station = poller(shelf)
    poll = await ship_station.poll(NOON)
    assert not poll.is_finished
    assert poll.error == "page 2: status 503: <Error>the shop is down</Error>"
    assert [order.number for order in poll.orders] == ["N1", "N2"]
    assert ship_station.due == NOON + timedelta(hours=1)
    shelf.failing.clear()
    assert (await ship_station.poll(ship_station.due)).is_finished
    assert shelf.asked[-3:] == [("11:55", "13:00", 1), ("11:55", "13:00", 2), ("11:55", "13:00", 3)]


async def test_no_answer_an_empty_answer_and_a_foreign_answer_fail_the_poll() -> None:
    shelf = Shelf()
    foreign: dict[str, Answer | NoAnswerError] = {
        "page 1: no answer within 100 s": NoAnswerError("no answer within 100 s"),
        "page 1: an empty body": Answer(status=200),
        "page 1: the root element 'Error', not Orders": Answer(status=200, body=b"<Error/>"),
        "page 1: pages='x', not a number": Answer(status=200, body=b'<Orders pages="x"/>'),
        "page 1: 99999 pages promised, more than the 32767 that are followed": Answer(
            status=200, body=b'<Orders pages="99999"/>'
        ),
    }
    for error, answer in foreign.items():
        shelf.failing[1] = answer
        assert (await poller(shelf).poll(NOON)).error == error


async def test_zero_pages_or_none_stated_mean_one() -> None:
    for attribute in (b'pages="0"', b""):
        shelf = Shelf()
        shelf.failing[1] = Answer(status=200, body=b"<Orders " + attribute + b"/>")
        poll = await poller(shelf).poll(NOON)
        assert poll.is_finished
        assert len(shelf.asked) == 1


async def test_a_store_that_lowers_its_promise_is_not_asked_for_more() -> None:
    shelf = Shelf()
    shelf.failing[2] = Answer(status=200, body=b'<Orders pages="2"/>')
    poll = await poller(shelf).poll(NOON)
    assert poll.is_finished
    assert [page for _, _, page in shelf.asked] == [1, 2]


async def test_a_clock_that_goes_back_asks_for_no_reversed_window() -> None:
    shelf = Shelf()
    ship_station = poller(shelf)
    await ship_station.poll(NOON)
    await ship_station.poll(NOON - timedelta(hours=2))
    assert shelf.asked[-1][:2] == ("12:00", "12:00")


async def test_an_order_keeps_its_whole_xml() -> None:
    shelf = Shelf(1)
    shelf.pages = 1
    [order] = (await poller(shelf).poll(NOON)).orders
    assert (order.key, order.status, order.last_modified) == ("1", "paid", "03/24/2026 08:30")
    assert etree.canonicalize(order.xml.decode()) == etree.canonicalize(shelf.orders[0].decode())
