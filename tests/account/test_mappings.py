"""Status words in ShipStation: what is wrong, and that nothing else of a store is ever changed."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence

import msgspec
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer
from hypothesis import given
from hypothesis import strategies as st

from connectors.errors import UnavailableError
from connectors.interface import Remark
from connectors.orders import OrderStatus
from proxy.account.client import AccountClient
from proxy.account.mappings.correction import NotCorrectedError, correct_words, read_words
from proxy.account.mappings.keeper import keep_words
from proxy.account.mappings.resource import StoreResource
from proxy.account.mappings.words import correct_entries, find_wrong_words, read_entry
from proxy.account.rows import StatusMapping
from proxy.doors.custom_store.words import ACCOUNT_STATUSES, STATUSES
from proxy.settings.account import AccountSettings
from proxy.simulator.account.traits import Faults, Traits
from proxy.storage.database import Database
from tests.account.stage import build_store, open_client
from tests.simulator.account.stage import ROOMY, Scene, open_scene

OURS = {**STATUSES, OrderStatus.PAID: "processing"}

# JSON as other programs write it, byte for byte.
NUMBERS = st.sampled_from(["0", "-0", "1.0", "1.50", "1E5", "1e-7", "12345678901234567890", "0.10"])
TEXTS = st.sampled_from(['""', r'"\u00e9\/\n"', '"é 😀"', r'"\ud83d\ude00"', '"a,b"', '"null"'])
PLAIN = st.one_of(NUMBERS, TEXTS, st.sampled_from(["null", "true", "false", "[ ]", "{ }"]))
VALUES = st.recursive(
    PLAIN,
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda some: "[" + " , ".join(some) + "]")
        | st.lists(inner, max_size=3).map(
            lambda some: "{" + ",".join(f'"k{at}" : {each}' for at, each in enumerate(some)) + "}"
        )
    ),
    max_leaves=6,
)
NAMES = st.text("abcdefXYZ_", min_size=1, max_size=8)
WORDS = st.lists(
    st.sampled_from([*OURS.values(), "Paid", "wc-new", "en attente", ""]), unique=True, max_size=4
)


@st.composite
def entries(draw: st.DrawFn) -> Sequence[Mapping[str, object]]:
    """Status mappings as a store may have them: any status, several words, fields of others."""
    statuses = draw(st.lists(st.sampled_from([*ACCOUNT_STATUSES.values(), "rejected"]), max_size=6))
    return [
        {"orderStatus": status, "statusKey": ",".join(draw(WORDS)), "note": draw(st.none())}
        for status in statuses
    ]


@given(st.dictionaries(NAMES, VALUES, max_size=8), entries(), st.integers(0, 8))
def test_every_other_field_of_a_store_stays_as_it_was_byte_for_byte(
    others: Mapping[str, str], mappings: Sequence[Mapping[str, object]], place: int
) -> None:
    fields = list(others.items())
    fields.insert(place, ("statusMappings", json.dumps(mappings)))
    text = "{ " + " ,\n".join(f'"{name}" : {value}' for name, value in fields) + " }"
    store = StoreResource(msgspec.json.decode(text.encode(), type=dict[str, msgspec.Raw]))
    wrong = find_wrong_words(store.mappings, OURS)
    written = store.write_with(correct_entries(store.entries, wrong)).decode()
    corrected = json.dumps(
        json.loads(written)["statusMappings"], separators=(",", ":"), ensure_ascii=False
    )
    expected = [
        f'"{name}":{corrected if name == "statusMappings" else value}' for name, value in fields
    ]
    assert written == "{" + ",".join(expected) + "}"


@given(entries())
def test_corrected_mappings_say_what_orders_mean_and_lose_no_other_word(
    mappings: Sequence[Mapping[str, object]],
) -> None:
    raw = msgspec.json.decode(msgspec.json.encode(mappings), type=list[dict[str, msgspec.Raw]])
    before = [read_entry(entry) for entry in raw]
    corrected = correct_entries(raw, find_wrong_words(before, OURS))
    after = [read_entry(entry) for entry in corrected]
    assert find_wrong_words(after, OURS) == []
    ours = set(OURS.values())
    assert _list_meanings(before) - _name(ours, before) == _list_meanings(after) - _name(
        ours, after
    )
    if not find_wrong_words(before, OURS):
        assert list(corrected) == raw


def _list_meanings(mappings: Sequence[StatusMapping]) -> set[tuple[str, str]]:
    return {
        (each.order_status, word)
        for each in mappings
        for word in (each.status_key or "").split(",")
        if word
    }


def _name(words: set[str], mappings: Sequence[StatusMapping]) -> set[tuple[str, str]]:
    return {pair for pair in _list_meanings(mappings) if pair[1] in words}


async def correct(scene: Scene, client: AccountClient) -> None:
    """Read the words, then write them."""
    await correct_words(client, await read_words(client, scene.store.store_id, OURS))


def list_writes(scene: Scene) -> list[str]:
    return [call.path for call in scene.account.calls if call.method == "PUT"]


async def test_wrong_words_are_written_once_and_nothing_else_of_the_store_changes(
    kept_url: str,
) -> None:
    async with (
        open_scene(traits=ROOMY) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        scene.account.edit_store(scene.store, extra={"Ratio": 1.5, "names": ["é", None]})
        before = dict(scene.store.resource)
        await correct(scene, client)
        assert scene.store.find_status("processing") == "awaiting_shipment"
        assert scene.store.find_status("on_hold") == "on_hold"
        after = dict(scene.store.resource)
        differing = {name for name in before if after[name] != before[name]}
        assert (list(after), differing) == (list(before), {"statusMappings"})
        assert list_writes(scene) == [f"/stores/{scene.store.store_id}"]
        seen = await read_words(client, scene.store.store_id, OURS)
        assert (seen.is_shown, seen.wrong) == (True, [])


@pytest.mark.parametrize("at", ["before", "amid"])
async def test_a_store_that_somebody_else_changes_meanwhile_is_not_written(
    kept_url: str, at: str
) -> None:
    async with (
        open_scene(traits=ROOMY) as scene,
        open_client(scene.account, kept_url) as (client, waits),
    ):
        seen = await read_words(client, scene.store.store_id, OURS)
        await waits(1)
        if at == "before":
            scene.account.edit_store(scene.store, phone="555")
        else:
            scene.account.on_call.append(
                lambda _: scene.account.edit_store(scene.store, phone="555")
            )
        with pytest.raises(NotCorrectedError, match="changed while its status words were"):
            await correct_words(client, seen)
        assert list_writes(scene) == []
        assert scene.store.find_status("processing") is None


async def test_a_store_that_does_not_show_its_words_is_not_written(kept_url: str) -> None:
    async with (
        open_scene(traits=Traits(limit=1000, shows_words=False)) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        seen = await read_words(client, scene.store.store_id, OURS)
        assert (seen.is_shown, list(seen.wrong)) == (False, [])
        with pytest.raises(NotCorrectedError, match="does not show its status words"):
            await correct_words(client, seen)
        assert list_writes(scene) == []


@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ({"phone": "000"}, "no longer what they were before: phone"),
        ({"statusMappings": [{"orderStatus": "shipped", "statusKey": "x"}]}, "still shows other"),
    ],
)
async def test_an_account_that_keeps_something_else_than_was_written_is_told_of(
    kept_url: str, kept: Mapping[str, object], said: str
) -> None:
    shown = {"storeId": 7, "phone": "1", "modifyDate": "2026-03-02T01:15:27.4130000"}
    shown |= {"statusMappings": [{"orderStatus": "shipped", "statusKey": "gone"}]}
    written = list[bytes]()

    async def read(_: web.Request) -> web.Response:
        return web.json_response(shown)

    async def write(request: web.Request) -> web.Response:
        written.append(await request.read())
        shown.update(json.loads(written[0]) | dict(kept))
        return web.Response(status=204)

    app = web.Application()
    app.add_routes([web.get("/stores/7", read), web.put("/stores/7", write)])
    async with TestServer(app) as server, Database.open(kept_url) as database:
        settings = AccountSettings.model_validate(
            {"api_key": "k", "api_secret": "s", "url": str(server.make_url("/")).rstrip("/")}
        )
        async with AccountClient.open(settings, database) as client:
            with pytest.raises(NotCorrectedError, match=said):
                await correct_words(client, await read_words(client, 7, OURS))
    assert len(written) == 1


async def test_a_write_that_may_have_been_made_is_not_repeated(kept_url: str) -> None:
    async with (
        open_scene(traits=ROOMY) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        seen = await read_words(client, scene.store.store_id, OURS)

        def break_writes(_: str) -> None:
            if len(scene.account.calls) == 1:
                scene.account.faults = Faults(broken=1.0)

        scene.account.on_call.append(break_writes)
        with pytest.raises(UnavailableError, match="ShipStation answered 500"):
            await correct_words(client, seen)
        assert [call.method for call in scene.account.calls] == ["GET", "GET", "PUT"]


@pytest.mark.parametrize(
    ("wanted", "said", "writes"),
    [("off", None, 0), ("check", "the word for paid orders is 'processing'", 0), ("manage", "", 1)],
)
async def test_the_settings_say_whether_words_are_left_alone_remarked_on_or_corrected(
    kept_url: str, wanted: str, said: str | None, writes: int
) -> None:
    async with (
        open_scene(traits=ROOMY) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        remarks = list[Remark]()
        store = build_store(
            scene.account,
            scene.store.store_id,
            account={"status_mappings": wanted},
            status_words={"paid": "processing"},
            remark=remarks.append,
        )
        for _ in range(2):
            await keep_words(client, store)
        assert len(list_writes(scene)) == writes
        texts = {remark.text for remark in remarks}
        assert len(texts) == (said is not None)
        assert all(text.startswith(said or "") and bool(text) is bool(said) for text in texts)
