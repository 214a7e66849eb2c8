"""Exchanges with a shop as a terminal shows them."""

from __future__ import annotations

import click
import msgspec
from rich.text import Text

from connectors.upstream.exchange import Exchange

body_option = click.option(
    "--body",
    "most",
    type=click.IntRange(0),
    default=2000,
    show_default=True,
    help="Show at most this many characters of each body.",
)


def exchange_lines(exchange: Exchange, most: int, *, sized: bool = True) -> list[Text]:
    """One exchange for people: the request, its body, the answer, its body; `most` characters of
    each body. Not `sized`: the bodies are not whole, so nothing is said of their length.
    """
    again = f" (attempt {exchange.attempt})" if exchange.attempt > 1 else ""
    step = f"  step {exchange.step}" if exchange.step else ""
    lines = [Text(f"→ {exchange.method} {exchange.url}{again}{step}", style="bold")]
    lines += _body_lines(exchange.request_body, most)
    if not exchange.sent:
        lines.append(Text("· not sent: a dry run", style="yellow"))
    elif exchange.status is None:
        lines.append(
            Text(f"← no answer after {exchange.seconds:.2f} s: {exchange.error}", style="red")
        )
    else:
        colour = "red" if exchange.failed else "green"
        size = f", {len(exchange.response_body)} bytes" if sized else ""
        lines.append(
            Text(f"← {exchange.status} after {exchange.seconds:.2f} s{size}", style=colour)
        )
        lines += _body_lines(exchange.response_body, most)
    return [*lines, Text()]


def _body_lines(body: bytes, most: int) -> list[Text]:
    """At most `most` characters of a body, indented if it is JSON."""
    if not body or not most:
        return []
    try:
        text = msgspec.json.format(body, indent=2).decode("utf-8", "replace")
    except msgspec.DecodeError:
        text = body.decode("utf-8", "replace")
    kept = "".join(char if char.isprintable() or char == "\n" else "�" for char in text[:most])
    more = (
        [Text(f"    … {len(text) - most} characters more (--body)", style="dim")]
        if len(text) > most
        else []
    )
    return [*(Text(f"    {line}", style="dim") for line in kept.splitlines()), *more]
