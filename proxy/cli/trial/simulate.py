"""`portside simulate`: play ShipStation against a custom store over time, with shipment notices if
asked for.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import click

from connectors.reading.durations import write_duration
from proxy.cli.target import (
    Target,
    duration,
    end,
    open_exam,
    parse_target,
    progress,
    run,
    target_options,
)
from proxy.cli.trial.account import AccountPlay, play_account
from proxy.doors.custom_store.dates import format_date
from proxy.simulator.account.traits import Faults
from proxy.simulator.checks.shipments import Shipments
from proxy.simulator.history import History, Pace
from proxy.simulator.poller import Poll
from proxy.simulator.report import Report
from proxy.simulator.verify import try_promise, verify

# How fast the simulator goes unless the options say otherwise.
_PACE = Pace()
SHIPPABLE = "paid,processing,awaiting_shipment"


def _share(name: str, fate: str) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    """An option: how many of the account's notices go wrong in one way."""
    return click.option(
        name,
        type=click.FloatRange(0, 1),
        default=0.0,
        help=f"With --account: this share of its notices (0 to 1) {fate}",
    )


@click.command
@target_options
@click.option(
    "--every",
    type=duration,
    default=write_duration(_PACE.every),
    show_default=True,
    help="Time between polls once history was read.",
)
@click.option(
    "--for", "live", type=duration, help="Go on polling for so long after history was read."
)
@click.option(
    "--retry",
    type=duration,
    default=write_duration(_PACE.retry),
    show_default=True,
    help="Wait after a failed poll.",
)
@click.option(
    "--speed",
    type=click.FloatRange(min=0.001),
    default=_PACE.speed,
    show_default=True,
    help="Divides every wait: 60 makes a minute of an hour.",
)
@click.option(
    "--seed",
    type=int,
    default=_PACE.seed,
    show_default=True,
    help="Chooses the lengths of the windows.",
)
@click.option(
    "--notices",
    is_flag=True,
    help="Also send shipment notices. THIS WRITES TO THE SHOP: orders are shipped there.",
)
@click.option(
    "--shippable",
    default=SHIPPABLE,
    show_default=True,
    help="With --notices: the store's words for orders that may be shipped.",
)
@click.option(
    "--account",
    "as_account",
    is_flag=True,
    help="Play the whole ShipStation account with its API, until Ctrl-C or for the time of --for.",
)
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=0,
    help="With --account: where its API listens; any free port by default.",
)
@_share("--lost", "are lost: some say so in the account's rows, and some claim that they arrived.")
@_share("--late", "come two hours late, divided by --speed.")
@_share("--repeated", "are sent twice.")
def simulate(**given: Any) -> None:
    """Play ShipStation against a custom store: test the connection, poll window after window,
    follow the pages, and try every promise.

    With --notices it also ships up to five orders, whole, in two parcels, twice and without a
    label, and sends broken notices. The buyer is not mailed (NotifyCustomer is false), but the shop
    marks the orders as shipped.

    With --account no promises are tried: a fake ShipStation account imports from the store and
    serves ShipStation's own API on this machine.

    The exit status is 0 if no promise was broken, 1 if one was, 2 if the store could not be tried.
    """
    target = parse_target(given)
    pace = Pace(
        every=given["every"],
        retry=given["retry"],
        live=given["live"] or timedelta(0),
        speed=given["speed"],
        seed=given["seed"],
    )
    words = frozenset(word.strip().casefold() for word in given["shippable"].split(","))
    if given["as_account"]:
        run(play_account(target, _read_play(given, pace, words)))
        return
    end(target, run(_simulate(target, pace, words if given["notices"] else frozenset())))


def _read_play(given: dict[str, Any], pace: Pace, words: frozenset[str]) -> AccountPlay:
    if given["as_json"]:
        raise click.UsageError("--json prints a report, and --account makes none")
    live = None if given["live"] is None else given["live"] / pace.speed
    return AccountPlay(
        every=pace.every / pace.speed,
        live=live,
        port=given["port"],
        notices=given["notices"],
        shippable=words,
        faults=_read_faults(given, pace),
    )


def _read_faults(given: dict[str, Any], pace: Pace) -> Faults | None:
    shares = {name: given[name] for name in ("lost", "late", "repeated")}
    if not any(shares.values()):
        return None
    return Faults(**shares, late_by=Faults().late_by / pace.speed)


async def _simulate(target: Target, pace: Pace, words: frozenset[str]) -> Report:
    async with open_exam(target) as exam:
        with progress(None) as tell:
            results = await verify(exam, tell)
            history = History(exam, pace, lambda poll: tell(_describe_poll(poll)))
            await history.run()
            shipments = Shipments(exam.whole.orders, words).promises() if words else ()
            for promise in (*history.promises(), *shipments):
                tell(promise.text)
                results.append(await try_promise(promise, exam))
        return Report(
            url=exam.client.public_url,
            whole=exam.whole,
            results=tuple(results),
            polls=tuple(history.polls),
        )


def _describe_poll(poll: Poll) -> str:
    seen = poll.error or f"{len(poll.orders)} orders"
    return f"Polled {format_date(poll.start)} to {format_date(poll.end)}: {seen[:60]}"
