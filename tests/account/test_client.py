"""The client of ShipStation's API: its budget, what it survives, and what it says of errors."""

from __future__ import annotations

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    RefusedError,
    ThrottledError,
    UnavailableError,
)
from proxy.account.client import AccountClient, name_key
from proxy.settings.account import AccountSettings
from proxy.simulator.account.traits import Faults, Shape, Traits
from proxy.storage.database import Database
from tests.account.stage import open_client
from tests.simulator.account.stage import ROOMY, open_scene


async def test_two_processes_and_every_repeat_stay_within_one_budget(kept_url: str) -> None:
    async with (
        open_scene(traits=Traits(rolling_limit=True), faults=Faults(broken=0.2)) as scene,
        open_client(scene.account, kept_url) as (one, _),
        open_client(scene.account, kept_url) as (two, _),
    ):
        for _ in range(15):
            await asyncio.gather(one.fetch(list, "/users"), two.fetch(list, "/users"))
        calls = scene.account.calls
        assert len([call for call in calls if call.status == 200]) == 30
        assert len(calls) > 30
        assert scene.account.count_busiest_minute() <= 20


@pytest.mark.parametrize("says_when", [True, False])
async def test_a_minute_that_other_programs_used_up_is_waited_for(
    kept_url: str, *, says_when: bool
) -> None:
    traits = Traits(limits_on_refusal=says_when)
    async with (
        open_scene(traits=traits) as scene,
        open_client(scene.account, kept_url) as (client, waits),
    ):
        scene.account.spend_requests(40)
        await client.fetch(list, "/users")
        assert [call.status for call in scene.account.calls] == [429, 200]
        assert sum(waits.seconds) == 60


async def test_the_last_request_of_a_minute_holds_the_key_for_everybody(kept_url: str) -> None:
    async with (
        open_scene(traits=Traits()) as scene,
        open_client(scene.account, kept_url) as (one, _),
        open_client(scene.account, kept_url) as (two, waits),
    ):
        scene.account.spend_requests(39)
        await one.fetch(list, "/users")
        await two.fetch(list, "/users")
        assert [call.status for call in scene.account.calls] == [200, 200]
        assert sum(waits.seconds) == 60


async def test_an_account_that_only_throttles_is_given_up_after_a_few_requests(
    kept_url: str,
) -> None:
    async with (
        open_scene(traits=Traits(limit=0)) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        with pytest.raises(ThrottledError, match="ShipStation answered 429"):
            await client.fetch(list, "/users")
        assert len(scene.account.calls) == 4


@pytest.mark.parametrize("shape", Shape)
async def test_a_wrong_key_is_told_in_shipstations_words_with_what_to_do(
    kept_url: str, shape: Shape
) -> None:
    traits = Traits(errors=shape)
    async with (
        open_scene(traits=traits) as scene,
        open_client(scene.account, kept_url, api_secret="another-secret") as (client, _),
    ):
        with pytest.raises(AuthenticationError) as caught:
            await client.fetch(list, "/users")
        said = str(caught.value)
        assert "ShipStation answered 401" in said
        assert "Invalid API credentials" in said
        assert "account.api_secret" in said
        assert "another-secret" not in said
        assert "shop" not in said
        assert len(scene.account.calls) == 1


@pytest.mark.parametrize(
    ("faults", "kind", "tries"),
    [(Faults(broken=1.0), UnavailableError, 4), (Faults(), RefusedError, 1)],
)
async def test_only_a_failure_that_may_pass_is_repeated(
    kept_url: str, faults: Faults, kind: type[ConnectorError], tries: int
) -> None:
    async with (
        open_scene(traits=ROOMY, faults=faults) as scene,
        open_client(scene.account, kept_url) as (client, _),
    ):
        with pytest.raises(kind, match="ShipStation answered"):
            await client.fetch(list, "/stores/999")
        assert len(scene.account.calls) == tries


async def test_the_key_follows_no_redirect(kept_url: str) -> None:
    asked = list[str]()

    async def redirect(request: web.Request) -> web.Response:
        asked.append(request.path)
        raise web.HTTPFound("/elsewhere?all=1")

    app = web.Application()
    app.router.add_get("/{path:.*}", redirect)
    async with TestServer(app) as server, Database.open(kept_url) as database:
        settings = AccountSettings.model_validate(
            {"api_key": "k", "api_secret": "s", "url": str(server.make_url("/")).rstrip("/")}
        )
        async with AccountClient.open(settings, database) as client:
            with pytest.raises(RefusedError, match="redirects to"):
                await client.fetch(list, "/users")
            with pytest.raises(RefusedError, match="another host"):
                await client.fetch(list, "https://elsewhere.example/users")
    assert asked == ["/users"]


def test_keys_are_told_apart_and_not_shown() -> None:
    names = {name_key(url, key) for url in ("https://a", "https://b") for key in ("one", "two")}
    assert len(names) == 4
    assert not any(key in name for name in names for key in ("one", "two"))
