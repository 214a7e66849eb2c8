"""A request as a fake shop saw it."""

from __future__ import annotations

from dataclasses import dataclass

from aiohttp import web
from multidict import CIMultiDictProxy, MultiMapping


@dataclass(frozen=True, kw_only=True)
class SeenRequest:
    """A request as it came, faults or not. `raw_path` is path and query, still percent-encoded."""

    method: str
    path: str
    raw_path: str
    query: MultiMapping[str]
    headers: CIMultiDictProxy[str]
    body: bytes


async def see_request(request: web.Request) -> SeenRequest:
    """The request as it came, with its whole body."""
    return SeenRequest(
        method=request.method,
        path=request.path,
        raw_path=request.raw_path,
        query=request.query,
        headers=request.headers,
        body=await request.read(),
    )
