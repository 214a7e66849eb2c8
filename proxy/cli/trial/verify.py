"""`portside verify`: one pass over a custom store, and a table of the promises kept and broken."""

from __future__ import annotations

from typing import Any

import click

from proxy.cli.target import Target, end, open_exam, parse_target, progress, run, target_options
from proxy.simulator.checks import PROMISES
from proxy.simulator.report import Report
from proxy.simulator.verify import verify as verify_store


@click.command
@target_options
def verify(**given: Any) -> None:
    """Try a custom store once, ours or any other, and tell which promises of ShipStation's protocol
    it keeps.

    Nothing is written to the shop. The exit status is 0 if no promise was broken, 1 if one was, 2
    if the store could not be tried.
    """
    target = parse_target(given)
    end(target, run(_verify(target)))


async def _verify(target: Target) -> Report:
    async with open_exam(target) as exam:
        with progress(len(PROMISES) + 1) as tell:
            results = await verify_store(exam, tell)
        return Report(url=exam.client.public_url, whole=exam.whole, results=tuple(results))
