"""What several commands share: the settings option, and errors that end a command with one readable
line.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any

import click
from rich.console import Console

from proxy.cli.kinds import find_kind
from proxy.operator.times import parse_moment
from proxy.settings.loader import load_settings
from proxy.settings.models import Settings, StoreSettings
from proxy.settings.problems import SettingsError, did_you_mean

# Where there is no terminal to measure, e.g. in a log of CI.
_PLAIN_WIDTH = 140

settings_option = click.option(
    "--settings",
    "file",
    type=click.Path(path_type=Path),
    default=Path("settings.yaml"),
    envvar="PORTSIDE_SETTINGS",
    show_default=True,
    show_envvar=True,
    metavar="FILE",
    help="The settings file.",
)


def wide_console() -> Console:
    """Where tables go: as wide as the terminal, and wide where there is none, for a table squeezed
    into 80 columns cannot be searched.
    """
    return Console(highlight=False, width=None if sys.stdout.isatty() else _PLAIN_WIDTH)


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
        return load_settings(file, find_type=find_kind)
    except SettingsError as error:
        raise UnusableSettingsError(str(error)) from error


def chosen_store(settings: Settings, name: str) -> StoreSettings:
    """The store of this name, or the end of the command."""
    if name not in settings.stores:
        known = ", ".join(sorted(settings.stores))
        raise CommandError(
            f"no store named {name!r}; the settings name:"
            f" {known}{did_you_mean(name, settings.stores)}"
        )
    return settings.stores[name]
