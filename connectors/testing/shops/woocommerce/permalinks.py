"""The fake shop's routes by `?rest_route=/wc/v3/…`, the form that WordPress answers with and
without pretty permalinks.
"""

from __future__ import annotations

from collections.abc import Iterable

from aiohttp import web
from yarl import URL


class QueryRoutes(web.AbstractRouteDef):
    """Answers `place?rest_route=/…` as `routes` answer `root/…`."""

    def __init__(self, place: str, root: str, routes: Iterable[web.AbstractRouteDef]) -> None:
        self._place = place
        self._root = root
        self._routes = tuple(routes)

    def register(self, router: web.UrlDispatcher) -> list[web.AbstractRoute]:
        """Put the place into the server's table."""
        table = web.UrlDispatcher()
        table.add_routes(self._routes)
        router.register_resource(_Place(self._place, self._root, table))
        return []


class _Place(web.PlainResource):
    def __init__(self, path: str, root: str, table: web.UrlDispatcher) -> None:
        super().__init__(path)
        self._root = root
        self._table = table

    async def resolve(
        self, request: web.Request
    ) -> tuple[web.UrlMappingMatchInfo | None, set[str]]:
        """The route that is named in the query; none of ours if there is no such parameter."""
        route = request.query.get("rest_route")
        if route is None or request.path != self.canonical:
            return None, set()
        return await self._table.resolve(
            request.clone(rel_url=URL.build(path=self._root + route))
        ), set()
