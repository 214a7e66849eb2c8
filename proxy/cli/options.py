"""What several commands share: the settings option, and errors that end a command with one readable
line.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Collection, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any, TypeVar

import click

from connectors.orders import Window
from connectors.quoting import make_printable
from connectors.upstream.masking import hide_secrets, remember_secrets
from proxy.cli.kinds import find_kind
from proxy.operator.times import parse_moment
from proxy.settings.loader import load_settings
from proxy.settings.models import Settings
from proxy.settings.problems import SettingsError, did_you_mean
from proxy.settings.records import RecordsSettings, load_records_settings

Command = TypeVar("Command", bound=Callable[..., object])
T = TypeVar("T")

settings_option = click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    default=Path("settings.yaml"),
    envvar="PORTSIDE_SETTINGS",
    show_default=True,
    show_envvar=True,
    metavar="FILE",
    # Known before `--store` is looked at.
    is_eager=True,
    help="The settings file.",
)


def _choose_store(ctx: click.Context, _param: click.Parameter, name: str | None) -> str:
    """The store that was named, or the only one there is."""
    if name is not None:
        return name
    names = read_records_settings(ctx.params["file"]).stores
    if len(names) != 1:
        raise click.UsageError(f"name the store with --store: {', '.join(sorted(names))}")
    return next(iter(names))


store_option = click.option(
    "--store",
    "name",
    callback=_choose_store,
    metavar="NAME",
    help="The store, as named in the settings; the only one, if left out.",
)
only_store_option = click.option("--store", "name", metavar="NAME", help="Only this store.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON instead of a table.")


def window_options(since: str) -> Callable[[Command], Command]:
    """The options `--since`, which is `since` if left out, and `--until`; what they gave goes to
    `parse_window`.
    """
    options = (
        click.option(
            "--since",
            type=Moment(),
            default=since,
            show_default=True,
            help="Orders changed since then: 2d ago, or a date (UTC).",
        ),
        click.option(
            "--until",
            type=Moment(),
            default="0s",
            help="Orders changed up to then; now, if left out.",
        ),
    )

    def add_options(command: Command) -> Command:
        for option in reversed(options):
            command = option(command)
        return command

    return add_options


def parse_window(since: datetime, until: datetime) -> Window:
    """The span of time that the window's options name."""
    if until < since:
        raise click.BadParameter("expected a time before --until", param_hint="--since")
    return Window(start=since, end=until)


class Moment(click.ParamType[datetime]):
    """A time: a duration before now (`2d`), or a date with or without a time, UTC."""

    name = "time"

    def convert(
        self, value: object, param: click.Parameter | None, ctx: click.Context | None
    ) -> datetime:
        """Aware UTC."""
        if isinstance(value, datetime):
            return value
        try:
            return parse_moment(str(value), datetime.now(UTC))
        except ValueError as error:
            self.fail(str(error), param, ctx)


class CommandError(click.ClickException):
    """Ends a command with a line on standard error and exit status 1."""

    def format_message(self) -> str:
        """The line as a terminal may show it."""
        return make_printable(hide_secrets(self.message), keep_lines=True)


class UnusableSettingsError(CommandError):
    """Ends a command with the settings' problems, a line each as `file:line:column: …`, and exit
    status 2.
    """

    exit_code = 2

    def show(self, file: IO[Any] | None = None) -> None:
        """The problems as they are, for editors to jump to."""
        click.echo(self.message, file=file or sys.stderr)


def read_settings(file: Path) -> Settings:
    """The settings in `file`, or the end of the command."""
    try:
        return load_settings(file, find_type=find_kind, keep_secrets=remember_secrets)
    except SettingsError as error:
        raise UnusableSettingsError(str(error)) from error


def read_records_settings(file: Path) -> RecordsSettings:
    """What `file` says of the database and the stores' names, or the end of the command; no shop's
    secret need be in the environment.
    """
    try:
        return load_records_settings(file, keep_secrets=remember_secrets)
    except SettingsError as error:
        raise UnusableSettingsError(str(error)) from error


def find_store(stores: Mapping[str, T], name: str) -> T:
    """The store of this name, or the end of the command."""
    if name not in stores:
        raise CommandError(describe_unknown_store(stores, name))
    return stores[name]


def describe_unknown_store(stores: Collection[str], name: str) -> str:
    """What to say of a store that the settings do not name, with the names they have."""
    known = ", ".join(sorted(stores))
    return f"no store named {name!r}; the settings name: {known}{did_you_mean(name, stores)}"
