"""`docs/openapi.yaml` says of the operator's side what the running one answers: every route, and
every field.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import yaml
from aiohttp import ClientResponse, ClientSession, encode_basic_auth, web
from openapi_schema_validator import OAS31Validator
from openapi_spec_validator import validate

from connectors.interface import Remark
from connectors.testing.faults import Reset
from proxy.app import add_operators_routes
from proxy.operator.status.reading import read_status
from proxy.rules.alarms import AlarmKind
from proxy.server.keys import DATABASE, METRICS
from proxy.simulator.account.traits import Fate
from proxy.storage.account.audits import Audits
from proxy.storage.database import Database
from proxy.storage.export.database import DatabaseExportStorage
from proxy.storage.export.records import Gap, HeldOrder
from proxy.storage.failed_logins import FailedLogin, FailedLoginCounts
from proxy.storage.shops.remarks import DatabaseRemarks
from proxy.telemetry.metrics import Metrics
from tests.audit.scene import HOUR, Scene, open_scene
from tests.simulator.store import LOGIN

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "openapi.yaml").read_text(encoding="utf-8")
)
SCHEMAS: dict[str, Any] = DOCUMENT["components"]["schemas"]
HEADERS = {"Authorization": encode_basic_auth(LOGIN.username or "", LOGIN.password or "")}
# Read from a request, or told in a place of its own.
NOT_ANSWERED = {"Change", "Error"}


class Reader:
    """Asks the operator's side, holds each answer against the document, and notes which objects of
    the document were answered.
    """

    def __init__(self, client: ClientSession, side: str) -> None:
        self._client = client
        self._side = side
        self.seen: set[str] = set()
        self.paths: set[str] = set()

    async def get(self, path: str, place: str = "", status: int = 200) -> Any:
        """What a GET of `place`, an address that `path` of the document stands for, answers."""
        async with self._client.get(self._side + (place or path)) as answer:
            return await self._hold(answer, path, "get", status)

    async def post(self, path: str, body: Mapping[str, Any], status: int = 200) -> Any:
        """The same of a POST."""
        async with self._client.get(f"{self._side}/token") as answer:
            token = (await answer.json())["token"]
        headers = {"X-Portside-Token": token}
        async with self._client.post(self._side + path, json=body, headers=headers) as answer:
            return await self._hold(answer, path, "post", status)

    async def _hold(self, answer: ClientResponse, path: str, method: str, status: int) -> Any:
        assert answer.status == status, await answer.text()
        told = DOCUMENT["paths"][path][method]["responses"][str(status)]
        told = _resolve(told) if "$ref" in told else told
        schema = told["content"][answer.content_type]["schema"]
        value = await (answer.json() if answer.content_type.endswith("json") else answer.text())
        OAS31Validator({**schema, "components": DOCUMENT["components"]}).validate(value)
        self.seen |= set(_list_objects(schema, value))
        self.paths.add(path)
        return value


def _resolve(schema: Mapping[str, Any]) -> dict[str, Any]:
    found: Any = DOCUMENT
    for name in schema["$ref"].removeprefix("#/").split("/"):
        found = found[name]
    return dict(found)


def _list_objects(schema: Mapping[str, Any], value: Any, place: str = "") -> Iterator[str]:
    """The objects of the document that a value holds, by name and path."""
    if "$ref" in schema:
        yield from _list_objects(_resolve(schema), value, schema["$ref"].rpartition("/")[2])
        return
    for part in schema.get("allOf", ()):
        yield from _list_objects(part, value, place)
    if isinstance(value, dict) and "properties" in schema:
        yield place
        for name, inner in schema["properties"].items():
            if name in value:
                yield from _list_objects(inner, value[name], f"{place}.{name}")
    for each in value if isinstance(value, list) else ():
        yield from _list_objects(schema["items"], each, place)


def _list_documented(schema: Mapping[str, Any], place: str) -> Iterator[str]:
    if "properties" in schema:
        yield place
        for name, inner in schema["properties"].items():
            yield from _list_documented(inner, f"{place}.{name}")
    if "items" in schema:
        yield from _list_documented(schema["items"], place)


@asynccontextmanager
async def opened(folder: Path) -> AsyncIterator[tuple[Scene, Reader, Database]]:
    async with (
        open_scene(folder, page_size=2) as scene,
        Database.open(f"sqlite:///{folder}/portside.db") as database,
        ClientSession() as client,
    ):
        yield scene, Reader(client, scene.admin), database


async def fill(scene: Scene, database: Database) -> None:
    """Something of everything that can be shown."""
    now = datetime.now(UTC)
    account = scene.account
    account.make_label(account.find_order("1001"))
    account.make_label(account.find_order("1002"), fate=Fate.LOST_SILENTLY)
    await account.settle()
    gap = Gap(start=now - 50 * HOUR, end=now - 49 * HOUR, noted_at=now)
    held = [
        HeldOrder(
            order_id=number,
            number=number,
            kind="unreadable",
            reason="total: expected money",
            first_seen=now,
            last_seen=now,
        )
        for number in ("1003", "1004", "1005")
    ]
    await DatabaseRemarks(database).note("north", [Remark(about="clock", text="It is off.")])
    wrong = FailedLogin(store="north", count=2, client="192.0.2.1")
    await FailedLoginCounts(database).add([wrong])
    await Audits(database).keep("north", now, 3, {"missing": 1}, timedelta(hours=1))
    async with ClientSession() as client:
        window = {
            "action": "export",
            "start_date": f"{now - 30 * HOUR:%m/%d/%Y %H:%M}",
            "end_date": f"{now:%m/%d/%Y %H:%M}",
            "page": "1",
        }
        async with client.get(scene.url, params=window, headers=HEADERS) as answer:
            assert answer.status == 200
        broken = {"action": "shipnotify", "order_number": "1001"}
        async with client.post(
            scene.url, params=broken, data="<ShipNotice>", headers=HEADERS
        ) as answer:
            assert answer.status == 400
    # What the shop gives in a window is held no longer, so the window has to be read before.
    while not (walk := (await read_status(database, ["north"])).stores[0].walk) or not walk.is_read:
        pass
    async with DatabaseExportStorage(database).writing("north") as rows:
        await rows.put_gap(gap)
        await rows.hold(held)


async def test_the_document_is_openapi_and_names_every_route_and_alarm(
    tmp_path: Path,
) -> None:
    validate(DOCUMENT)
    app = web.Application()
    async with Database.open(f"sqlite:///{tmp_path}/portside.db") as app[DATABASE]:
        app[METRICS] = Metrics("1")
        add_operators_routes(app, lambda: "")
    routes = {
        (route.resource.canonical, route.method.lower())
        for route in app.router.routes()
        if route.resource is not None and route.method != "HEAD"
    }
    named = {(path, method) for path, methods in DOCUMENT["paths"].items() for method in methods}
    assert routes == named
    assert SCHEMAS["Alarm"]["properties"]["kind"]["enum"] == list(AlarmKind)


def test_every_object_of_an_answer_names_all_its_fields_and_has_no_others() -> None:
    open_ended = {"DeliveryFields", "Exchange", *NOT_ANSWERED}
    for name, schema in SCHEMAS.items():
        if "properties" in schema and name not in open_ended:
            assert schema["required"] == list(schema["properties"]), name
            closed = schema.get("additionalProperties", schema.get("unevaluatedProperties"))
            assert closed is False, name


async def test_the_running_listener_answers_what_the_document_says(tmp_path: Path) -> None:
    async with opened(tmp_path) as (scene, read, database):
        await fill(scene, database)
        for path in ("/healthz", "/readyz", "/metrics", "/token", "/status", "/held"):
            await read.get(path)
        (delivery,) = (await read.get("/deliveries"))["deliveries"]
        number = delivery["id"]
        await read.get("/deliveries/{id}", f"/deliveries/{number}")
        (refused,) = (await read.get("/deliveries/refused"))["refused"]
        await read.get("/deliveries/refused/{id}", f"/deliveries/refused/{refused['id']}")
        for order, count in (("1001", 1), ("1002", 1), ("1003", 1)):
            told = await read.get("/orders/{number}", f"/orders/{order}")
            assert len(told["orders"]) == count
        for change in ("retry", "discard", "resend"):
            body = {"ids": [number, 77], "reason": "lost", "dry_run": True}
            await read.post(f"/deliveries/{change}", body)
        await _ask_wrongly(read)
        scene.shop.faults.add(Reset(), times=None)
        told = await read.get("/orders/{number}", "/orders/9999")
        assert [(each["store"], each["side"]) for each in told["unanswered"]] == [("north", "shop")]
        documented = {
            place
            for name, schema in SCHEMAS.items()
            if name not in NOT_ANSWERED
            for place in _list_documented(schema, name)
        }
        assert documented - read.seen == set()
        assert read.paths == DOCUMENT["paths"].keys()


async def _ask_wrongly(read: Reader) -> None:
    await read.get("/orders/{number}", "/orders/9999", status=404)
    await read.get("/deliveries/{id}", "/deliveries/99", status=404)
    await read.get("/deliveries/refused/{id}", "/deliveries/refused/99", status=404)
    await read.get("/deliveries", "/deliveries?limit=1001", status=400)
    await read.get("/deliveries", "/deliveries?before=x", status=400)
    await read.get("/deliveries/refused", "/deliveries/refused?limit=0", status=400)
    await read.get("/orders/{number}", "/orders/1001?store=nroth", status=400)
    await read.post("/deliveries/resend", {}, status=400)


async def list_pages(read: Reader, path: str, query: str, name: str) -> list[Any]:
    """All that a list gives, page by page."""
    found: list[Any] = []
    place, cursor = f"{path}?{query}", ""
    while True:
        answer = await read.get(path, place + cursor)
        (listed,) = (answer[key] for key in answer if key != "next")
        assert len(listed) <= 2
        found += listed
        if answer["next"] is None:
            return found
        cursor = f"&{name}={answer['next']}"


async def test_lists_are_read_to_the_end_by_pages(tmp_path: Path) -> None:
    async with opened(tmp_path) as (scene, read, database):
        await fill(scene, database)
        held = await list_pages(read, "/held", "limit=2", "after")
        assert [each["order_id"] for each in held] == ["1003", "1004", "1005"]
        assert len(await list_pages(read, "/held", "limit=1&kind=unreadable", "after")) == 3
        assert (await read.get("/held", "/held?kind=filtered"))["held"] == []
        for wrong in ("kind=odd", "after=x", "limit=x", "store=nroth"):
            await read.get("/held", f"/held?{wrong}", status=400)
        for order in ("1002", "1003"):
            scene.account.make_label(scene.account.find_order(order))
        await scene.account.settle()
        found = await list_pages(read, "/deliveries", "limit=1", "before")
        numbers = [each["id"] for each in found]
        assert numbers == sorted(numbers, reverse=True)
        assert len(numbers) == 3
