"""`portside alerts`: whether the people who are to be told can be told."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from proxy.cli.options import CommandError, read_settings, settings_option
from proxy.operator.alerts import send_message
from proxy.telemetry.logs import configure_logs

_TITLE = "Portside: a test"
_TEXT = (
    "This is a test of Portside's alerts. When a person is needed you will hear of it here, and"
    " when that is over."
)


@click.group
def alerts() -> None:
    """Tell people what needs them: see `alerts` in the settings."""


@alerts.command("test")
@settings_option
def send_test(file: Path) -> None:
    """Send a test message to each address of `alerts.to`.

    The exit status is 1 if one did not take it.
    """
    configure_logs(level="error")
    settings = read_settings(file).alerts
    if not settings.to:
        raise CommandError("alerts.to: expected an address to send to, found none")
    addresses = [address.get_secret_value() for address in settings.to]
    sent = asyncio.run(send_message(addresses, _TITLE, _TEXT))
    for number, (address, is_sent) in enumerate(zip(addresses, sent, strict=True), 1):
        service = address.partition("://")[0]
        said = "sent" if is_sent else "not sent: see that the address is right and reachable"
        click.echo(f"{number}. {service}://…: {said}")
    if not all(sent):
        raise SystemExit(1)
