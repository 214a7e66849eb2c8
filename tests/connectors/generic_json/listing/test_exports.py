"""A list that the shop prepares: it is waited for, never for ever, and an export that fails is
never an empty list.
"""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from aiohttp import web

from connectors.errors import RefusedError, UnavailableError, UnreadableResponseError
from connectors.generic_json.recipes.reader import merge_keys
from connectors.testing.faults import Answer
from connectors.testing.trial import failure, ids, walk
from tests.connectors.generic_json.shops import TinyShop, connected, order

EXPORT = {
    "orders": {
        "request": {
            "method": "POST",
            "path": "exports",
            "query": dict.fromkeys(("changed_from", "changed_to", "page", "size")),
            "body": {"since": "{{ window.start }}"},
        },
        "export": {
            "status": "exports/{{ export.id }}",
            "state": "state",
            "ready": "done",
            "failed": ["failed", "expired"],
            "every": "100ms",
            "within": "1s",
            "download": {"path": "files/{{ export.file }}", "format": "json_lines"},
        },
        "paging": {"kind": "none"},
        "items": "@",
    }
}


class ExportShop(TinyShop):
    """Its exports have these states, one after the other."""

    def __init__(self, *states: str, lines: int = 2) -> None:
        super().__init__({
            "POST /exports": {"id": 7, "state": "queued"},
            "GET /exports/7": self.tell_state,
            "GET /files/f7": self.send_file,
        })  # fmt: skip
        self._states = list(states)
        self._lines = lines

    async def tell_state(self, _request: web.Request) -> web.Response:
        state = self._states.pop(0) if len(self._states) > 1 else self._states[0]
        if state == "404":
            return web.json_response({"error": {"message": "Not yet."}}, status=404)
        return web.json_response({"state": state, "file": "f7", "url": f"{self.url}/files/f7"})

    async def send_file(self, _request: web.Request) -> web.Response:
        rows = [msgspec.json.encode(order(number)) for number in range(1, self._lines + 1)]
        return web.Response(body=b"\n".join(rows))


async def test_an_export_is_waited_for_and_fetched() -> None:
    async with ExportShop("queued", "running", "Done") as shop, connected(shop, EXPORT) as read:
        shop.faults.add(Answer(503, "{}"), times=1)
        assert await ids(read) == ["1", "2"]
        assert shop.bodies("POST", "/exports")[0]["since"].startswith("2026-03-02T09:00:00")
        assert (shop.count("GET", "/exports/7"), shop.count("GET", "/files/f7")) == (3, 1)


async def test_an_export_that_is_ready_at_once_is_fetched_at_once() -> None:
    async with ExportShop("running") as shop, connected(shop, EXPORT) as connector:
        shop.answers["POST /exports"] = {"id": 7, "state": "done", "file": "f7"}
        assert await ids(connector) == ["1", "2"]
        assert shop.count("GET", "/exports/7") == 0


async def test_a_list_may_lie_at_an_address_in_the_answer() -> None:
    follow = {"download": None, "follow": "url", "format": "json_lines"}
    block = merge_keys(EXPORT, {"orders": {"export": follow}})
    async with ExportShop("done") as shop, connected(shop, block) as connector:
        assert await ids(connector) == ["1", "2"]
        shop.answers["GET /exports/7"] = {"state": "done", "url": "https://evil.example/f"}
        await failure(walk(connector), RefusedError)
        shop.answers["GET /exports/7"] = {"state": "done"}
        error = await failure(walk(connector), UnreadableResponseError)
    assert "expected the address of the export, found none" in str(error)


async def test_a_status_may_say_that_it_is_not_ready_yet() -> None:
    block = merge_keys(EXPORT, {"orders": {"export": {"pending": [404]}}})
    async with ExportShop("404", "done") as shop, connected(shop, block) as connector:
        assert await ids(connector) == ["1", "2"]


@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("FAILED", "the shop's export ended in the state 'FAILED'"),
        ("queued", "the shop's export was not ready within 1 seconds; its state is 'queued'"),
        ("x" * 9_000, "its state is 'xxx"),
    ],
)
async def test_an_export_that_never_comes_is_an_error_that_names_its_state(
    state: str, says: str
) -> None:
    async with ExportShop(state) as shop, connected(shop, EXPORT) as connector:
        error = await failure(walk(connector), UnavailableError)
    assert says in str(error)
    assert len(str(error)) < 600
    assert shop.count("GET", "/exports/7") <= 10
    assert shop.count("GET", "/files") == 0


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("POST /exports", {}),
        ("POST /exports", None),
        ("GET /exports/7", []),
        ("GET /exports/7", {"state": {"of": "export"}}),
        ("GET /files/f7", []),
        ("GET /files/f7", "No."),
    ],
)
async def test_an_odd_answer_is_never_an_empty_list(name: str, answer: Any) -> None:
    async with ExportShop("done") as shop, connected(shop, EXPORT) as connector:
        shop.answers[name] = answer
        await failure(walk(connector), Exception)  # type: ignore[type-var]


async def test_each_partition_has_its_export() -> None:
    told: list[Any] = []

    async def start(request: web.Request) -> web.Response:
        told.append(await request.json())
        return web.json_response({"id": 7, "state": "done", "file": "f7"})

    block = merge_keys(EXPORT, {
        "orders": {
            "partitions": ["north", "south"],
            "request": {"body": {"of": "{{ partition }}"}},
            "export": {"download": {"path": "{{ partition }}/{{ export.file }}"}},
        },
        "map": {"id": "join_text('-', partition, id)"},
        "order": {"request": "{{ partition }}/{{ id }}"},
    })  # fmt: skip
    shop = ExportShop("done", lines=1)
    shop.answers |= {"POST /exports": start, "GET /north/f7": shop.send_file}
    shop.answers |= {"GET /south/f7": shop.send_file}
    async with shop, connected(shop, block) as connector:
        assert await ids(connector) == ["north-1", "south-1"]
    assert [each["of"] for each in told] == ["north", "south"]
