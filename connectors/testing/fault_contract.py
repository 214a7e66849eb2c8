"""What a connector promises when the shop fails: the right error in one line, or success where the
fault can be borne; never less orders.
"""

from __future__ import annotations

import msgspec

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    PermanentError,
    TemporaryError,
    ThrottledError,
    UnavailableError,
    UnreadableResponseError,
)
from connectors.interface import CheckLevel
from connectors.testing.faults import (
    BOM,
    PHP_NOTICE,
    Answer,
    Before,
    Fault,
    Hang,
    Reset,
    Truncate,
    Wall,
)
from connectors.testing.harness import ShopHarness
from connectors.testing.requests import SeenRequest
from connectors.testing.trial import HASTY, QUICK, at, failure, ids, walk
from connectors.upstream.policy import UpstreamPolicy


async def _expect_refusal(
    harness: ShopHarness, fault: Fault, kind: type[ConnectorError], policy: UpstreamPolicy = QUICK
) -> ConnectorError:
    """The error that the walk ends in while every list request meets `fault`."""
    harness.add_order(at(1))
    harness.shop.faults.add(fault, when=harness.is_list, times=None)
    async with harness.open_connector(policy) as connector:
        error = await failure(walk(connector), kind)
    harness.shop.faults.clear()
    return error


async def _expect_listing(harness: ShopHarness, fault: Fault) -> None:
    """The walk is complete although one list request, the first or the second, meets `fault`."""
    placed = [harness.add_order(at(number)) for number in range(harness.page_size + 2)]
    async with harness.open_connector(QUICK) as connector:
        harness.shop.faults.add(fault, when=harness.is_list)
        assert await ids(connector) == placed
        assert not harness.shop.faults, "no list request met the fault"


class FaultContract:
    """Needs a `harness` fixture."""

    async def test_401_is_an_authentication_error(self, harness: ShopHarness) -> None:
        await _expect_refusal(
            harness,
            Answer(401, '{"code":"no_key","message":"Consumer key is missing."}'),
            AuthenticationError,
        )

    async def test_403_is_an_authentication_error(self, harness: ShopHarness) -> None:
        await _expect_refusal(
            harness, Answer(403, '{"errors":"This action requires approval"}'), AuthenticationError
        )

    async def test_404_on_the_list_is_for_a_person(self, harness: ShopHarness) -> None:
        await _expect_refusal(harness, Answer(404, '{"errors":"Not Found"}'), PermanentError)

    async def test_429_carries_the_wait_the_shop_asks_for(self, harness: ShopHarness) -> None:
        error = await _expect_refusal(
            harness, Answer(429, "{}", headers={"Retry-After": "120"}), ThrottledError
        )
        assert isinstance(error, ThrottledError)
        assert error.retry_after == 120

    async def test_429_with_a_short_wait_is_waited_for(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Answer(429, "{}", headers={"Retry-After": "0.01"}))

    async def test_503_once_is_borne(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Answer(503, "busy", content_type="text/plain"))

    async def test_503_for_good_is_temporary(self, harness: ShopHarness) -> None:
        await _expect_refusal(
            harness,
            Answer(503, "<html><title>Maintenance</title></html>", content_type="text/html"),
            UnavailableError,
        )

    async def test_a_reset_once_is_borne(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Reset())

    async def test_a_reset_for_good_is_temporary(self, harness: ShopHarness) -> None:
        await _expect_refusal(harness, Reset(), UnavailableError)

    async def test_an_answer_cut_short_once_is_borne(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Truncate())

    async def test_an_answer_cut_short_is_temporary_and_never_the_end_of_the_list(
        self, harness: ShopHarness
    ) -> None:
        await _expect_refusal(harness, Truncate(), UnavailableError)
        await _expect_refusal(harness, Truncate(framed=True), UnavailableError)

    async def test_no_answer_is_temporary(self, harness: ShopHarness) -> None:
        fault = Hang()
        await _expect_refusal(harness, fault, UnavailableError, HASTY)
        fault.release()

    async def test_a_bot_wall_with_202_is_named(self, harness: ShopHarness) -> None:
        assert "wall" in str(await _expect_refusal(harness, Wall(202), UnavailableError))

    async def test_a_web_page_with_200_is_named(self, harness: ShopHarness) -> None:
        assert "web page" in str(await _expect_refusal(harness, Wall(200), UnavailableError))

    async def test_a_byte_order_mark_is_borne(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Before(BOM))

    async def test_a_php_notice_before_the_json_is_borne(self, harness: ShopHarness) -> None:
        await _expect_listing(harness, Before(PHP_NOTICE))
        harness.shop.faults.clear()

    async def test_a_php_notice_that_makes_the_answer_html_is_borne(
        self, harness: ShopHarness
    ) -> None:
        await _expect_listing(harness, Before(PHP_NOTICE, content_type="text/html; charset=UTF-8"))

    async def test_garbage_is_unreadable(self, harness: ShopHarness) -> None:
        await _expect_refusal(
            harness, Answer(200, "Service OK", content_type="text/plain"), UnreadableResponseError
        )

    async def test_odd_answers_are_errors_and_not_an_empty_list(self, harness: ShopHarness) -> None:
        for odd in harness.odd_answers():
            await _expect_refusal(harness, Answer(200, msgspec.json.encode(odd)), ConnectorError)

    async def test_a_shop_that_is_down_is_temporary_and_comes_back(
        self, harness: ShopHarness
    ) -> None:
        placed = harness.add_order(at(1))
        async with harness.open_connector(QUICK) as connector:
            await harness.shop.stop()
            await failure(walk(connector), TemporaryError)
            await harness.shop.start()
            assert await ids(connector) == [placed]

    async def test_a_failure_in_the_middle_fails_the_walk(self, harness: ShopHarness) -> None:
        for number in range(harness.page_size * 3):
            harness.add_order(at(number / 10))
        lists = 0

        def is_later_list(seen: SeenRequest) -> bool:
            nonlocal lists
            lists += harness.is_list(seen)
            return lists > 1 and harness.is_list(seen)

        harness.shop.faults.add(Answer(500, "{}"), when=is_later_list, times=None)
        async with harness.open_connector(QUICK) as connector:
            await failure(walk(connector), UnavailableError)

    async def test_check_finds_a_working_shop_healthy(self, harness: ShopHarness) -> None:
        harness.add_order(at(1))
        async with harness.open_connector(QUICK) as connector:
            report = await connector.check()
        assert report.healthy, [finding.what for finding in report.findings]
        assert report.findings

    async def test_check_names_the_problem_and_never_raises(self, harness: ShopHarness) -> None:
        harness.add_order(at(1))
        faults: tuple[Fault, ...] = (
            Answer(401, "{}"),
            Answer(403, "{}"),
            Answer(404, "{}"),
            Answer(429, "{}", headers={"Retry-After": "300"}),
            Answer(503, "{}"),
            Answer(200, "x", content_type="text/plain"),
            Wall(200),
            Wall(202),
            Reset(),
        )
        for fault in faults:
            harness.shop.faults.add(fault, times=None)
            async with harness.open_connector(QUICK) as connector:
                report = await connector.check()
            harness.shop.faults.clear()
            problems = [
                finding for finding in report.findings if finding.level is CheckLevel.PROBLEM
            ]
            assert problems, f"nothing wrong with {type(fault).__name__}?"
            assert all(finding.what and finding.advice for finding in problems), (
                "a problem without words or advice"
            )

    async def test_check_of_a_shop_that_is_down_names_it(self, harness: ShopHarness) -> None:
        await harness.shop.stop()
        async with harness.open_connector(QUICK) as connector:
            report = await connector.check()
        assert not report.healthy
