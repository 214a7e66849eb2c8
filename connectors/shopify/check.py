"""What `check` tries at a shop, a line each: the login, the rights, the version of the API, the
orders and whether their buyers are shown.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from http import HTTPStatus

from connectors.errors import AuthenticationError, ConnectorError, RefusedError, TemporaryError
from connectors.inspection import check_answers, check_clock, report_failure
from connectors.interface import CheckLevel, CheckReport, Finding
from connectors.shopify.api.auth import (
    VERSION_HEADER,
    find_missing,
    find_newest_version,
    is_other_version,
)
from connectors.shopify.api.rest import NOT_SERVED
from connectors.shopify.api.transport import Span, Transport
from connectors.shopify.check_list import check_ids, check_list
from connectors.shopify.mapping import wire
from connectors.shopify.mapping.customer import lacks_buyer
from connectors.shopify.mapping.wire_fulfillment import Scopes
from connectors.shopify.settings import ShopifySettings
from connectors.upstream.client import Upstream

_SAMPLE = 10
_SAMPLE_DAYS = 30


async def read_scopes(upstream: Upstream) -> frozenset[str]:
    """The rights of our token."""
    answer = (await upstream.get("oauth/access_scopes.json")).decode(Scopes)
    return frozenset(scope.handle for scope in answer.access_scopes)


async def check_shop(
    upstream: Upstream, transport: Transport, graphql: Transport, settings: ShopifySettings
) -> CheckReport:
    """All findings, up to the first problem that makes the rest pointless."""
    findings: list[Finding] = []
    try:
        scopes = await read_scopes(upstream)
    except ConnectorError as error:
        return CheckReport(findings=(_refuse_entry(error, settings),))
    findings.append(Finding(level=CheckLevel.OK, what=f"Shopify lets us in at {settings.shop}."))
    findings += _check_scopes(settings, scopes)
    findings += await _check_version(upstream, settings)
    findings += await _check_orders(transport, graphql, settings)
    findings += check_answers(upstream.mended)
    findings += check_clock(upstream.clock_offset)
    return CheckReport(findings=tuple(findings))


def _refuse_entry(error: ConnectorError, settings: ShopifySettings) -> Finding:
    """Why we are not let in, and what to do."""
    match error:
        case AuthenticationError() if settings.client_id:
            advice = (
                "Check client_id and client_secret in the Dev Dashboard, and that the app is"
                " installed in this shop and belongs to the same organisation."
            )
        case AuthenticationError():
            advice = (
                "Check access_token: it begins with shpat_ and dies when the app is uninstalled;"
                " newer apps use client_id and client_secret."
            )
        case RefusedError(status=HTTPStatus.PAYMENT_REQUIRED):
            advice = "The shop is frozen for an unpaid bill; its owner has to pay Shopify first."
        case RefusedError(status=HTTPStatus.NOT_FOUND):
            advice = f"Check the name in shop: Shopify has no shop at {settings.shop}."
        case RefusedError(status=HTTPStatus.LOCKED):
            advice = "The shop is locked; its owner has to ask Shopify's support."
        case RefusedError():
            advice = (
                f"Check that shop is the myshopify.com address; {settings.shop} is what is asked."
            )
        case TemporaryError() if "cannot be found" in str(error):
            advice = f"Check the name in shop: there is no {settings.shop}."
        case TemporaryError():
            advice = "Look at Shopify's status page; try again in a few minutes."
        case _:
            advice = (
                f"Check that {settings.shop} is a Shopify shop and not behind a password page or"
                " proxy of its own."
            )
    return report_failure("", error, advice)


def _check_scopes(settings: ShopifySettings, scopes: frozenset[str]) -> list[Finding]:
    lacking = find_missing(settings, scopes)
    if not lacking:
        return [Finding(level=CheckLevel.OK, what="The app has every right it needs.")]
    return [
        Finding(
            level=CheckLevel.PROBLEM if need.vital else CheckLevel.WARNING,
            what=f"The app lacks the scope {need.scope}: {need.breaks}.",
            advice=(
                f"Add {need.scope} to the app's Admin API scopes, release it, and install it again."
            ),
        )
        for need in lacking
    ]


async def _check_version(upstream: Upstream, settings: ShopifySettings) -> list[Finding]:
    try:
        reply = await upstream.get(
            f"api/{settings.api_version}/shop.json", (("fields", "id,myshopify_domain"),)
        )
    except RefusedError as error:
        if error.status in NOT_SERVED:
            return []
        return [
            Finding(
                level=CheckLevel.WARNING, what=str(error), advice="Nothing depends on it; go on."
            )
        ]
    except ConnectorError as error:
        return [
            Finding(level=CheckLevel.WARNING, what=str(error), advice="Try again in a few minutes.")
        ]
    served = reply.headers.get(VERSION_HEADER)
    if is_other_version(settings.api_version, served):
        return [
            Finding(
                level=CheckLevel.WARNING,
                what=(
                    f"Shopify answers with version {served} of its API, not {settings.api_version},"
                    " which it no longer serves."
                ),
                advice=f"Set api_version to {served}, or leave it out.",
            )
        ]
    return []


async def _check_orders(
    transport: Transport, graphql: Transport, settings: ShopifySettings
) -> list[Finding]:
    span = Span(start=datetime.now(UTC) - timedelta(days=_SAMPLE_DAYS))
    try:
        page = await transport.read_page(span, _SAMPLE, "")
    except RefusedError as error:
        if transport is graphql or error.status not in NOT_SERVED:
            return [_report_unreadable(error, settings)]
        if settings.transport == "rest":
            advice = "Set transport: graphql, or auto."
            return [
                Finding(
                    level=CheckLevel.PROBLEM,
                    what=f"The shop does not serve orders by REST any more ({error})",
                    advice=advice,
                )
            ]
        return await _check_orders(graphql, graphql, settings)
    except ConnectorError as error:
        return [await check_ids(transport, span, error) or _report_unreadable(error, settings)]
    orders = [order for order in page.orders if isinstance(order, wire.Order)]
    hidden = [order for order in orders if lacks_buyer(order)]
    if hidden and len(hidden) == len(orders):
        return [
            Finding(
                level=CheckLevel.PROBLEM,
                what=(
                    "Shopify shows orders without any name, address or e-mail of their buyers:"
                    " personal data is withheld from the app."
                ),
                advice=(
                    "Request access to protected customer data in the Dev Dashboard; on Shopify's"
                    " lowest plans custom apps do not get it."
                ),
            )
        ]
    count = f"{len(orders)}{' or more' if page.cursor else ''}"
    return [
        Finding(
            level=CheckLevel.OK,
            what=(
                f"Orders can be read by {transport.name}: {count} changed in the last"
                f" {_SAMPLE_DAYS} days."
            ),
        ),
        *await check_list(transport, span, settings.page_size),
    ]


def _report_unreadable(error: ConnectorError, settings: ShopifySettings) -> Finding:
    advice = (
        "Add read_orders to the app's scopes, and request access to protected customer data for"
        " orders."
    )
    redirects = HTTPStatus.MULTIPLE_CHOICES, HTTPStatus.BAD_REQUEST
    if isinstance(error, RefusedError) and redirects[0] <= (error.status or 0) < redirects[1]:
        advice = "Look for a proxy between Portside and Shopify that redirects requests."
    elif isinstance(error, TemporaryError):
        advice = "Try again in a few minutes."
    elif isinstance(error, RefusedError):
        newest = find_newest_version(datetime.now(UTC).date())
        advice = (
            f"Check api_version {settings.api_version}: Shopify brings one out each quarter, the"
            f" newest is {newest}."
        )
    return report_failure("Orders cannot be read", error, advice)
