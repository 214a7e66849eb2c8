"""What an operator reads in the log: a sentence for each poll and each notice, and nothing else."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from connectors.errors import RefusedError, UnavailableError
from tests.builders import build_order
from tests.log_scan import capturing_log
from tests.server.conftest import LOGIN, WINDOW
from tests.server.stall import Stall, open_front

NOTICE = {"action": "shipnotify", "order_number": "A-1001", "carrier": "USPS", "service": ""}


@pytest.fixture
def terminal() -> Iterator[io.StringIO]:
    with capturing_log("console", "info") as stream:
        yield stream


def read_sentences(terminal: io.StringIO) -> list[str]:
    """Each line without its time and level, and without the seconds at its end."""
    told = [line.split("] ", 1)[1].strip() for line in terminal.getvalue().splitlines()]
    return [line.rsplit(", ", 1)[0] if line.endswith(" s") else line for line in told]


async def test_a_poll_and_a_notice_are_one_sentence_each(
    stall: Stall, tmp_path: Path, client: ClientSession, terminal: io.StringIO
) -> None:
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 200
        query = {**NOTICE, "tracking_number": "9400"}
        async with client.post(url, params=query, headers=LOGIN) as answer:
            assert answer.status == 200
    assert read_sentences(terminal) == [
        "north: gave ShipStation 1 order on 1 page",
        "north: told the shop that order A-1001 was shipped",
    ]


async def test_what_failed_is_one_sentence_with_the_reason_and_what_comes_next(
    tmp_path: Path, client: ClientSession, terminal: io.StringIO
) -> None:
    stall = Stall([build_order()])
    stall.error = UnavailableError("the shop did not answer")
    async with open_front(stall, tmp_path) as portside:
        url = f"http://{portside.public}/stores/north"
        async with client.get(url, params=WINDOW, headers=LOGIN) as answer:
            assert answer.status == 503
        stall.error = RefusedError("the shop refused the shipment")
        query = {**NOTICE, "tracking_number": "9401"}
        async with client.post(url, params=query, headers=LOGIN) as answer:
            assert answer.status == 422
    poll, notice, *_ = read_sentences(terminal)
    assert poll.startswith("north: the poll was answered 503: the shop did not answer")
    assert notice == (
        "north: could not tell the shop that order A-1001 was shipped: the shop refused the"
        " shipment; a person must look: `portside deliveries show 1`"
    )
