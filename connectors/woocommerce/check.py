"""Try what the connector will need, change nothing, and say in plain words what is wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator
from http import HTTPStatus

from connectors.errors import (
    AuthenticationError,
    ConnectorError,
    PermanentError,
    RefusedError,
    UnavailableError,
)
from connectors.inspection import check_answers, check_clock, report_failure
from connectors.interface import CheckLevel, CheckReport, Finding
from connectors.upstream.auth.auth import Auth
from connectors.woocommerce.api.advice import advise
from connectors.woocommerce.api.auth import HeaderThenQuery
from connectors.woocommerce.api.client import Api, order_path
from connectors.woocommerce.check_list import check_list
from connectors.woocommerce.listing.goods.catalog import Catalog
from connectors.woocommerce.listing.pages import SIZES
from connectors.woocommerce.listing.probe import ListProbe
from connectors.woocommerce.listing.queries import Ask, Sort, build_params
from connectors.woocommerce.mapping import wire
from connectors.woocommerce.settings import TrackingPlace, WooCommerceSettings
from connectors.woocommerce.shipping.tracking import FulfillmentPlace, PluginPlace
from connectors.woocommerce.shipping.tracking_places import Places

# An id that no order has: WooCommerce refuses to change it, and before that refuses a key that may
# not write.
_NOBODY = "999999999999"
_FILTERS_SINCE = (5, 8)
_API_LINK = re.compile(r"<([^>]+)>\s*;\s*rel=\"?https://api\.w\.org/\"?")


async def check_shop(
    api: Api, catalog: Catalog, places: Places, settings: WooCommerceSettings, auth: Auth
) -> CheckReport:
    """All findings, up to the first problem that makes the rest pointless. Does not raise."""
    return await _Checkup(api, catalog, places, settings, auth).report()


class _Checkup:
    """The check of one shop."""

    def __init__(
        self, api: Api, catalog: Catalog, places: Places, settings: WooCommerceSettings, auth: Auth
    ) -> None:
        self._api = api
        self._catalog = catalog
        self._places = places
        self._settings = settings
        self._auth = auth

    async def report(self) -> CheckReport:
        """What `check_shop` promises."""
        findings: list[Finding] = []
        try:
            # One by one, so that the findings before an error are reported as well.
            async for finding in self._examine():
                findings.append(finding)  # noqa: PERF401
        except ConnectorError as error:
            findings.append(report_failure("", error, advise(error)))
        findings += check_answers(self._api.mended)
        findings += check_clock(self._api.clock_offset)
        return CheckReport(findings=tuple(findings))

    async def _examine(self) -> AsyncGenerator[Finding, None]:
        reading = await self._check_reading()
        yield reading
        if reading.level is CheckLevel.PROBLEM:
            return
        if self._api.by_query:
            yield _report_warning(
                "The shop's permalinks are plain, so its REST API is asked as"
                " index.php?rest_route=…, which hosts and plugins treat less well",
                "Set Settings → Permalinks to anything but Plain, then start Portside again.",
            )
        if isinstance(self._auth, HeaderThenQuery) and self._auth.by_query:
            yield _report_warning(
                "The host drops the Authorization header, so the key travels in the query string"
                " and may end up in its access log",
                "Ask the host to pass the Authorization header on, or set auth: query to make this"
                " deliberate.",
            )
        if (pages := await self._check_pages()) is not None:
            yield pages
        for finding in await check_list(self._api, self._settings.page_size):
            yield finding
        yield await self._check_writing()
        yield await self._check_version()
        yield await self._check_units()
        yield await self._check_tracking()
        if (statuses := await self._check_statuses()) is not None:
            yield statuses

    async def _check_reading(self) -> Finding:
        """Address, API and key, by the call that everything depends on."""
        try:
            page = await self._api.read_page(
                "orders", 1, build_params(Ask(brief=True, sort=Sort.ID))
            )
        except UnavailableError as error:
            return await self._check_first_order(error)
        except ConnectorError as error:
            advice = advise(error)
            if (
                isinstance(error, RefusedError)
                and error.status == HTTPStatus.NOT_FOUND
                and (elsewhere := await self._find_other_api())
            ):
                advice = (
                    f"The shop says that its REST API is at {elsewhere}; set url to"
                    f" {_strip_api(elsewhere)}."
                )
            return report_failure("Orders cannot be read", error, advice)
        count = page.total
        return _report_ok(
            f"Orders can be read from {self._settings.url}"
            + (f": the shop has {count}" if count is not None else "")
        )

    async def _check_first_order(self, error: UnavailableError) -> Finding:
        """What it means that a list of the first order alone fails."""
        if not error.reached:
            return report_failure("Orders cannot be read", error, advise(error))
        try:
            await ListProbe(self._api).find_listed(error)
        except UnavailableError as told:
            advice = advise(error) if told is error else "Look into the shop's error log."
            return report_failure("Orders cannot be read", told, advice)
        return _report_warning(
            f"The shop fails over each list that holds its first order: {error}",
            "Nothing has to be set: Portside holds such orders and reads the others. `portside"
            " held` names them, the shop's error log the plugin that fails.",
        )

    async def _check_pages(self) -> Finding | None:
        """Whether the shop can manage a page of whole orders, or only smaller ones."""
        size = min(self._settings.page_size, self._api.largest_page)
        for smaller in (size, *(each for each in SIZES if each < size)):
            if await self._has_page(smaller):
                break
        else:
            return None
        # A passing failure does not call for small pages, so try the full size once more.
        if smaller == size or await self._has_page(size):
            return None
        return _report_warning(
            f"The shop fails over a list of {size} orders and manages {smaller}",
            f"Set page_size: {smaller}, so that more is not tried each time; the shop's error log"
            " says what it lacks, mostly memory or time.",
        )

    async def _has_page(self, size: int) -> bool:
        whole = build_params(Ask(sort=Sort.ID))
        return await self._api.has_answer("orders", (*whole, ("per_page", str(size))))

    async def _find_other_api(self) -> str:
        """Where the home page says that the API is, if we look elsewhere."""
        try:
            home = await self._api.get_home_page()
        except ConnectorError:
            return ""
        found = next(
            (
                match[1]
                for link in home.headers.getall("Link", ())
                if (match := _API_LINK.search(link))
            ),
            "",
        )
        return "" if _strip_api(found) == self._settings.url else found

    async def _check_writing(self) -> Finding:
        """Try to change an order that cannot exist."""
        try:
            await self._api.post(order_path(_NOBODY), {})
        except RefusedError as error:
            if "invalid_id" in error.code:
                return _report_ok("The key may write")
            return report_failure("Orders cannot be changed", error, advise(error))
        except AuthenticationError as error:
            return report_failure(
                "The key may not write",
                error,
                "Give the key the permission Read/Write; shipments cannot be reported without it.",
            )
        return _report_warning(
            "The shop took a change of an order that does not exist",
            "A plugin answers in WooCommerce's place; test a shipment.",
        )

    async def _check_version(self) -> Finding:
        try:
            reply = await self._api.get("system_status", [("_fields", "environment")])
            status = reply.json()
        except PermanentError:
            return _report_warning(
                "The WooCommerce version is not shown to this key",
                "Nothing to do if the shop runs WooCommerce 5.8 or newer.",
            )
        environment = status.get("environment") if isinstance(status, dict) else None
        version = str(environment.get("version", "")) if isinstance(environment, dict) else ""
        numbers = tuple(int(part) for part in re.findall(r"\d+", version)[:2])
        if numbers and numbers < _FILTERS_SINCE:
            return _report_warning(
                f"WooCommerce {version} cannot list orders by their last change",
                "Update WooCommerce to 5.8 or newer; until then each poll looks through many"
                " orders.",
            )
        return _report_ok(f"WooCommerce {version}" if version else "WooCommerce answers")

    async def _check_units(self) -> Finding:
        units = await self._catalog.read_units()
        if not units.weight:
            return _report_warning(
                "The shop's weight unit is not shown to this key, so no weights are sent",
                "Make the key for a user who is an administrator or shop manager.",
            )
        return _report_ok(
            f"Weights are in {units.weight}, sizes in {units.length or 'an unknown unit'}"
        )

    async def _check_tracking(self) -> Finding:
        place = await self._places.find_place()
        chosen = self._settings.tracking
        if chosen is TrackingPlace.FULFILLMENTS and not await self._places.has_fulfillments("0"):
            return _report_problem(
                "WooCommerce's fulfillments are not switched on in this shop",
                "Switch them on, or set tracking: auto.",
            )
        if (
            isinstance(place, PluginPlace)
            and chosen is not TrackingPlace.AUTO
            and not await self._places.list_namespaces()
        ):
            return _report_warning(
                f"Whether {place.name} is there cannot be seen",
                "The site hides its list of APIs; test a shipment.",
            )
        if (
            isinstance(place, PluginPlace)
            and chosen is not TrackingPlace.AUTO
            and not await self._places.has_plugin()
        ):
            return _report_problem(
                f"The plugin {place.name} is not there",
                "Install and activate it, or set tracking: auto.",
            )
        kind = (
            ""
            if isinstance(place, FulfillmentPlace | PluginPlace)
            else ", as no place for tracking was found" * (chosen is TrackingPlace.AUTO)
        )
        return _report_ok(f"Tracking numbers go to: {place.name}{kind}")

    async def _check_statuses(self) -> Finding | None:
        """Whether the statuses that orders are moved to exist."""
        try:
            listed = await self._api.find_items("reports/orders/totals", wire.StatusTotal)
        except PermanentError:
            return None
        known = {status.slug for status in listed or ()}
        for name in ("shipped_status", "partial_status"):
            word = getattr(self._settings, name)
            if word and known and word not in known:
                return _report_problem(
                    f"The shop has no order status {word!r}",
                    f"Set {name} to one of: {', '.join(sorted(known))}.",
                )
        return None


def _strip_api(api: str) -> str:
    """The site whose API has this address, in either of its forms."""
    return re.split(r"/wp-json|/index\.php|/?\?", api, maxsplit=1)[0].rstrip("/")


def _report_ok(what: str) -> Finding:
    return Finding(level=CheckLevel.OK, what=what)


def _report_warning(what: str, advice: str) -> Finding:
    return Finding(level=CheckLevel.WARNING, what=what, advice=advice)


def _report_problem(what: str, advice: str) -> Finding:
    return Finding(level=CheckLevel.PROBLEM, what=what, advice=advice)
