"""What was tried and seen, for a person's terminal and for a script."""

from __future__ import annotations

from collections import Counter

import msgspec
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from proxy.doors.custom_store.dates import format_date
from proxy.simulator.exam import Walk
from proxy.simulator.poller import Poll
from proxy.simulator.promises import Outcome, Result

_MARKS = {
    Outcome.KEPT: "[green]✓ kept[/green]",
    Outcome.BROKEN: "[red]✗ broken[/red]",
    Outcome.UNTRIED: "[yellow]- untried[/yellow]",
}


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """All that a trial has to tell.

    `url` is without its query; `polls` is empty where nothing was polled window by window.
    """

    url: str
    whole: Walk
    results: tuple[Result, ...]
    polls: tuple[Poll, ...] = ()

    def count(self, outcome: Outcome) -> int:
        """How many promises ended so."""
        return sum(result.outcome is outcome for result in self.results)

    @property
    def all_kept(self) -> bool:
        """Whether no promise was broken."""
        return not self.count(Outcome.BROKEN)

    @property
    def words(self) -> dict[str, int]:
        """The status words seen, with how many orders carry each, most first: what belongs into the
        connection form.
        """
        return dict(Counter(order.status for order in self.whole.orders).most_common())


def print_report(report: Report, console: Console) -> None:
    """A table of promises, what to do about the broken ones, and a last line with the counts."""
    whole = report.whole
    console.print(f"[bold]{escape(report.url)}[/bold]")
    orders, pages = len(whole.orders), len(whole.pages)
    console.print(
        f"Looked at: {format_date(whole.start)} to {format_date(whole.end)} UTC, {orders} orders on"
        f" {pages} pages"
    )
    if report.words:
        console.print(
            "Status words seen, for ShipStation's form: "
            + escape(", ".join(f"{word} ({n})" for word, n in report.words.items()))
        )
    if report.polls:
        failed = sum(not poll.is_finished for poll in report.polls)
        console.print(
            f"Polled: {len(report.polls)} windows, {failed} failed,"
            f" {sum(len(poll.orders) for poll in report.polls)} orders sent"
        )
    table = Table(show_lines=False, pad_edge=False, expand=False)
    table.add_column("")
    table.add_column("promise", ratio=2)
    table.add_column("what was seen", ratio=3)
    for result in report.results:
        advice = f"\n[bold]→ {escape(result.advice)}[/bold]" if result.advice else ""
        table.add_row(_MARKS[result.outcome], escape(result.promise), escape(result.seen) + advice)
    console.print(table)
    counts = ", ".join(f"{report.count(outcome)} {outcome.value}" for outcome in Outcome)
    console.print(f"[bold]{counts}[/bold]")


def encode_report(report: Report) -> bytes:
    """The same as JSON: url, window, counts, words, promises (name, promise, outcome, seen, advice)
    and polls.
    """
    whole = report.whole
    return msgspec.json.format(
        msgspec.json.encode(
            {
                "url": report.url,
                "window": {
                    "start": whole.start,
                    "end": whole.end,
                    "orders": len(whole.orders),
                    "pages": len(whole.pages),
                },
                "counts": {outcome.value: report.count(outcome) for outcome in Outcome},
                "status_words": report.words,
                "promises": report.results,
                "polls": [_describe_poll(poll) for poll in report.polls],
            }
        ),
        indent=2,
    )


def _describe_poll(poll: Poll) -> dict[str, object]:
    return {
        "start": poll.start,
        "end": poll.end,
        "pages": poll.pages,
        "orders": len(poll.orders),
        "error": poll.error,
    }
