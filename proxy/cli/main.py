"""The command line: `portside serve`, and everything that helps before and after."""

from __future__ import annotations

from importlib import import_module

import click

from proxy import __version__

# Each command lives in a module of its own that is imported only when asked for: a short command
# does not wait for the long ones' imports.
_COMMANDS = {
    "serve": "proxy.cli.serve",
    "demo": "proxy.cli.trial.demo",
    "check": "proxy.cli.shop.check",
    "export": "proxy.cli.orders.export",
    "fetch": "proxy.cli.shop.fetch",
    "preview": "proxy.cli.shop.preview",
    "explain": "proxy.cli.shop.explain",
    "status": "proxy.cli.status",
    "held": "proxy.cli.orders.held",
    "deliveries": "proxy.cli.deliveries.deliveries",
    "simulate": "proxy.cli.trial.simulate",
    "verify": "proxy.cli.trial.verify",
    "schema": "proxy.cli.schema",
    "webhooks": "proxy.cli.deliveries.webhooks",
}


class _Commands(click.Group):
    """The commands by name, in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Their names."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of this name, imported now."""
        if (module := _COMMANDS.get(cmd_name)) is None:
            return None
        command: click.Command = getattr(import_module(module), cmd_name)
        return command


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.version_option(
    __version__, "-V", "--version", prog_name="portside", message="%(prog)s %(version)s"
)
def main() -> None:
    """Portside: a custom store for ShipStation in front of the shop you already run.

    ShipStation polls Portside for orders; Portside asks your shop. ShipStation tells Portside what
    was shipped; Portside tells your shop.

    Start with `portside demo`, then write a settings.yaml, try it with `portside check`, and run
    `portside serve`.
    """
