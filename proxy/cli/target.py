"""What `portside verify` and `portside simulate` share: which store, how to get in, progress while
trying, and how it ends.
"""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import click
import msgspec
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from yarl import URL

from connectors.reading.durations import parse_duration
from proxy.cli.output import PlainConsole, wide_console
from proxy.doors.custom_store.credentials import Credentials
from proxy.simulator.client import PATIENCE, Login, StoreClient, parse_url
from proxy.simulator.exam import CouldNotRunError, Exam
from proxy.simulator.report import Report, encode_report, print_report

BROKEN, COULD_NOT_RUN = 1, 2
Outcome = TypeVar("Outcome")


def duration(text: str) -> timedelta:
    """A duration such as 90s, 5m, 1h or 30d, of more than nothing; click's name for it in help
    texts is this function's.
    """
    try:
        span = parse_duration(text)
    except ValueError as error:
        raise click.BadParameter(str(error)) from error
    if not span:
        raise click.BadParameter("expected more than nothing")
    return span


class Target(msgspec.Struct, frozen=True, kw_only=True):
    """The store to be tried, and how to get in."""

    url: URL
    credentials: Credentials
    login: Login
    patience: float
    span: timedelta | None
    as_json: bool


def target_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """The argument and options that name a store; what they gave goes to `parse_target`."""
    options = (
        click.argument("url"),
        click.option(
            "--username",
            envvar="PORTSIDE_USERNAME",
            default="",
            help="As typed into ShipStation's form.",
            show_envvar=True,
        ),
        click.option(
            "--password",
            envvar="PORTSIDE_PASSWORD",
            help="The same; asked for if it is not given.",
            show_envvar=True,
        ),
        click.option(
            "--login",
            type=click.Choice([login.value for login in Login if login is not Login.NONE]),
            default=Login.BOTH.value,
            show_default=True,
            help=(
                "Where the login travels; ShipStation sends header and query together. `key` sends"
                " the password as auth_key."
            ),
        ),
        click.option(
            "--since",
            "span",
            type=duration,
            help=(
                "How far back to look; by default a day, then a week, a month, a year until orders"
                " are found."
            ),
        ),
        click.option(
            "--timeout",
            "patience",
            type=duration,
            default=f"{PATIENCE:.0f}s",
            show_default=True,
            help="Give an answer up after this long.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print the report as JSON."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def parse_target(given: dict[str, Any]) -> Target:
    """The store meant by the options given; a login may stand in the URL, and a missing password is
    asked for.
    """
    try:
        url, carried = parse_url(given["url"])
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="URL") from error
    login = Login(given["login"])
    username = given["username"] or (carried.username if carried else "") or ""
    password = (
        given["password"]
        if given["password"] is not None
        else carried.password
        if carried
        else None
    )
    if not username and login is not Login.KEY:
        raise click.UsageError("no user name: give it in PORTSIDE_USERNAME, or with --username")
    if password is None:
        if not sys.stdin.isatty():
            raise click.UsageError(
                "no password: give it in PORTSIDE_PASSWORD, or with --password; it is asked for on"
                " a terminal only"
            )
        password = click.prompt("Password", hide_input=True, err=True)
    return Target(
        url=url,
        credentials=Credentials(username=username, password=password),
        login=login,
        patience=given["patience"].total_seconds(),
        span=given["span"],
        as_json=given["as_json"],
    )


@asynccontextmanager
async def open_exam(target: Target) -> AsyncIterator[Exam]:
    """An exam of the store that has not begun."""
    async with StoreClient.open(
        target.url, target.credentials, target.login, patience=target.patience
    ) as client:
        yield Exam(client, now=datetime.now(UTC), span=target.span)


@contextmanager
def progress(total: int | None) -> Iterator[Callable[[str], None]]:
    """A bar on standard error that says what is being tried; `total` None if it is unknown."""
    columns = (
        BarColumn(bar_width=24),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.description}"),
    )
    console = PlainConsole(stderr=True)
    with Progress(
        *columns, console=console, transient=True, disable=not console.is_terminal
    ) as bar:
        task = bar.add_task("", total=total)

        def tell(text: str) -> None:
            bar.update(task, description=text)
            bar.advance(task)

        yield tell


def run(work: Coroutine[Any, Any, Outcome]) -> Outcome:
    """Run a trial to its end, or end the command with one line if the store cannot be tried."""
    try:
        return asyncio.run(work)
    except CouldNotRunError as error:
        click.echo(f"Error: {error}", err=True)
        raise SystemExit(COULD_NOT_RUN) from error


def end(target: Target, report: Report) -> None:
    """Print the report, and end the command with its exit status."""
    if target.as_json:
        sys.stdout.buffer.write(encode_report(report) + b"\n")
    else:
        print_report(report, wide_console())
    if not report.all_kept:
        raise SystemExit(BROKEN)
