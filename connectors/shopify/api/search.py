"""Spans and numbers as Shopify writes them in queries and searches. Pure."""

from __future__ import annotations

from datetime import UTC, datetime

from connectors.shopify.api.transport import Span

_UNSHIPPED_STATES = (
    "unfulfilled",
    "unshipped",
    "partial",
    "scheduled",
    "on_hold",
    "request_declined",
)


def write_moment(moment: datetime) -> str:
    """A time in whole seconds UTC, with `Z`: a `+` would have to be escaped in a query."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def write_search(span: Span) -> str:
    """The span in Shopify's search language; times are whole seconds, both bounds are inclusive."""
    terms = []
    if span.start is not None:
        terms.append(f"updated_at:>='{write_moment(span.start)}'")
    if span.end is not None:
        terms.append(f"updated_at:<='{write_moment(span.end)}'")
    if span.unshipped:
        states = " OR ".join(f"fulfillment_status:{state}" for state in _UNSHIPPED_STATES)
        terms.append(f"({states})")
    return " AND ".join([*terms, "status:any"])


def quote_phrase(text: str) -> str:
    """A value of a search, as a phrase."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
