from collections import Counter
from datetime import timedelta

import pytest

from proxy.simulator.account.parcels import Label
from proxy.simulator.account.traits import LOST, Chance, Fate, Faults, Traits, choose_fate
from tests.simulator.account.stage import MINUTE, build_orders, open_scene

HOUR = timedelta(hours=1)


async def test_a_label_is_told_to_its_store_with_the_words_of_the_custom_store() -> None:
    async with open_scene(build_orders(1)) as scene:
        label = Label(carrier="stamps_com", service="usps_ground_advantage", tracking_number="9400")
        row = scene.account.make_label(scene.account.find_order("N-1"), {"101": 1}, label=label)
        assert scene.shop.shipments == []
        await scene.account.settle()
        [told] = scene.shop.shipments
        assert (told.order_id, told.order_number, told.tracking_number) == ("1001", "N-1", "9400")
        assert (told.carrier, told.service) == ("USPS", "USPS Ground Advantage")
        assert [(item.line_id, item.quantity) for item in told.items] == [("101", 1)]
        assert (row.marketplace_notified, row.notify_error_message) == (True, None)


@pytest.mark.parametrize(
    ("fate", "claims", "says_why"),
    [
        (Fate.LOST_WITH_ERROR, False, True),
        (Fate.LOST_SILENTLY, False, False),
        (Fate.LOST_AND_CLAIMED, True, False),
    ],
)
async def test_a_lost_notice_never_comes_and_the_row_says_what_that_kind_says(
    fate: Fate, *, claims: bool, says_why: bool
) -> None:
    async with open_scene(build_orders(1)) as scene:
        scene.account.make_label(scene.account.find_order("N-1"), fate=fate)
        await scene.account.advance(24 * HOUR)
        assert scene.shop.shipments == []
        [row] = (await scene.get("/shipments"))["shipments"]
        assert row["marketplaceNotified"] is claims
        assert bool(row["notifyErrorMessage"]) is says_why


async def test_a_late_notice_comes_when_its_time_has_come_and_a_repeated_one_twice() -> None:
    async with open_scene(build_orders(2), faults=Faults(late_by=2 * HOUR)) as scene:
        account = scene.account
        account.make_label(account.find_order("N-1"), fate=Fate.LATE)
        account.mark_shipped(account.find_order("N-2"), "X-1", fate=Fate.REPEATED)
        await account.advance(2 * HOUR - MINUTE)
        assert [told.order_number for told in scene.shop.shipments] == ["N-2", "N-2"]
        assert [told.service for told in scene.shop.shipments] == ["", ""]
        assert account.books.shipments[70112001].marketplace_notified is False
        await account.advance(MINUTE)
        assert [told.order_number for told in scene.shop.shipments][2:] == ["N-1"]
        assert account.books.shipments[70112001].marketplace_notified is True


async def test_a_store_that_refuses_is_noted_with_its_words_and_told_again() -> None:
    traits = Traits(limit=100, notice_retries=2)
    async with open_scene(build_orders(1), traits=traits) as scene:
        scene.shop.faults = frozenset({"label demanded"})
        row = scene.account.mark_shipped(scene.account.find_order("N-1"))
        await scene.account.settle()
        assert row.marketplace_notified is False
        message = row.notify_error_message or ""
        assert message.startswith("The remote server returned an error: (400) Bad Request.")
        assert "refused" in message.lower()
        await scene.account.advance(HOUR)
        scene.shop.faults = frozenset()
        await scene.account.advance(HOUR)
        assert (row.marketplace_notified, row.notify_error_message) == (True, None)
        assert [sent.status for sent in scene.account.notifier.sent] == [400, 400, 200]
        await scene.account.advance(5 * HOUR)
        assert len(scene.shop.shipments) == 1


async def test_a_host_that_is_down_is_noted_and_by_default_never_told_again() -> None:
    async with open_scene(build_orders(1)) as scene:
        async with open_scene(build_orders(1)) as gone:
            store = await scene.account.connect_store(
                "Gone", gone.shop.url, gone.credentials, patience=5
            )
            await scene.account.import_orders(store)
        row = scene.account.make_label(scene.account.find_order("N-1", store))
        await scene.account.advance(5 * HOUR)
        assert row.marketplace_notified is False
        assert (row.notify_error_message or "").startswith("Unable to connect")
        assert [sent.status for sent in scene.account.notifier.sent] == [0]


async def test_a_new_label_after_a_voided_one_is_told_to_nobody_and_neither_is_a_void() -> None:
    async with open_scene(build_orders(1)) as scene:
        account = scene.account
        order = account.find_order("N-1")
        first = account.make_label(order)
        await account.settle()
        account.void(first)
        second = account.make_label(order)
        await account.advance(HOUR)
        assert [told.tracking_number for told in scene.shop.shipments] == [first.tracking_number]
        assert (order.order_status, second.marketplace_notified) == ("shipped", False)


async def test_a_notice_whose_label_was_voided_before_it_left_is_not_sent() -> None:
    async with open_scene(build_orders(1)) as scene:
        row = scene.account.make_label(scene.account.find_order("N-1"), fate=Fate.LATE)
        scene.account.void(row)
        await scene.account.advance(24 * HOUR)
        assert scene.account.notifier.sent == []


async def test_a_store_that_is_not_to_be_told_and_a_manual_one_hear_nothing() -> None:
    async with open_scene(build_orders(1)) as scene:
        account = scene.account
        scene.store.is_told = False
        account.make_label(account.find_order("N-1"))
        account.make_label(account.add_order(account.add_store("South"), "S-1", {"MUG-9": 1}))
        await account.advance(HOUR)
        assert account.notifier.sent == []
        assert len(account.books.shipments) == 2


def test_shares_of_notices_are_met_and_the_same_seed_chooses_the_same_ones() -> None:
    faults = Faults(lost=0.2, late=0.1, repeated=0.1)

    def choose(seed: int) -> list[Fate]:
        chance = Chance(seed)
        return [choose_fate(faults, chance, f"shipment {number}") for number in range(400)]

    first, counts = choose(3), Counter(choose(3))
    assert first == choose(3)
    assert first != choose(4)
    assert 50 <= sum(counts[fate] for fate in LOST) <= 110
    assert all(20 <= counts[fate] <= 60 for fate in (Fate.LATE, Fate.REPEATED))
    assert all(counts[fate] for fate in LOST)


async def test_a_share_of_all_loses_every_notice_until_the_faults_are_taken_back() -> None:
    async with open_scene(build_orders(3), faults=Faults(lost=1.0)) as scene:
        account = scene.account
        account.make_label(account.find_order("N-1"))
        account.mark_shipped(account.find_order("N-2"), "X-2")
        account.faults = Faults()
        account.make_label(account.find_order("N-3"))
        await account.advance(HOUR)
        assert [told.order_number for told in scene.shop.shipments] == ["N-3"]
