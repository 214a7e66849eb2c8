"""The command line: `portside serve`, and everything that helps before and after."""

from __future__ import annotations

from pkgutil import resolve_name

import click

from proxy import __version__

# Each command by its name: where it is, and what it does in one line. Its module is imported only
# when the command is run, so a short command does not wait for the imports of the long ones, and
# `--help` waits for none.
_COMMANDS = {
    "serve": ("proxy.cli.serve:serve", "Run the service."),
    "demo": (
        "proxy.cli.trial.demo:demo",
        "See it work: a fake shop, Portside, ShipStation's part.",
    ),
    "init": ("proxy.cli.shop.init:init", "Write a first settings file, and check it."),
    "check": ("proxy.cli.shop.check:check", "Check settings, database and shops; say what to do."),
    "export": (
        "proxy.cli.orders.export:export",
        "Print the XML for the orders changed in a span of time.",
    ),
    "fetch": ("proxy.cli.shop.fetch:fetch", "Print orders as the shop sends them, as JSON."),
    "preview": (
        "proxy.cli.shop.preview:preview",
        "Show what becomes of one order, field by field.",
    ),
    "try": (
        "proxy.cli.shop.expression:try_out",
        "Try an expression of the settings on one order.",
    ),
    "explain": ("proxy.cli.shop.explain:explain", "Read orders and show each request and answer."),
    "status": (
        "proxy.cli.status:status",
        "Whether all is well, and how each store stands; exit 1 if a person is needed.",
    ),
    "alerts": ("proxy.cli.alerts:alerts", "Send a test to the addresses that alerts go to."),
    "held": ("proxy.cli.orders.held:list_held", "List the orders that did not go out, and why."),
    "order": (
        "proxy.cli.orders.order:tell_order",
        "Tell all that is known of one order, and what is wrong with it.",
    ),
    "audit": (
        "proxy.cli.orders.audit:audit",
        "Compare all orders of a span: the shop, Portside's records, ShipStation.",
    ),
    "deliveries": (
        "proxy.cli.deliveries.deliveries:deliveries",
        "Shipments that have not reached a shop: list, show, retry, discard, resend.",
    ),
    "ship": (
        "proxy.cli.deliveries.ship:ship",
        "Tell a shop of a shipment by hand, or show what it would be told.",
    ),
    "simulate": (
        "proxy.cli.trial.simulate:simulate",
        "Play ShipStation against a custom store for a while.",
    ),
    "verify": (
        "proxy.cli.trial.verify:verify",
        "Try a custom store once, and tell which promises it keeps.",
    ),
    "schema": ("proxy.cli.schema:schema", "Print what the settings file may say."),
    "account": (
        "proxy.cli.account.account:account",
        "Look at the merchant's ShipStation account: check, orders, shipments and more.",
    ),
    "webhooks": ("proxy.cli.deliveries.webhooks:webhooks", "Let a shop tell of changes at once."),
}


class _Commands(click.Group):
    """The commands by name, in the order a newcomer needs them."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- click's signature
        """Their names."""
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 -- click's signature
        """The command of this name, imported now."""
        if cmd_name not in _COMMANDS:
            return None
        place, _ = _COMMANDS[cmd_name]
        command: click.Command = resolve_name(place)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """See click; an unknown name ends with the nearest one that is known."""
        if args and args[0] not in _COMMANDS and not ctx.resilient_parsing:
            from proxy.settings.problems import did_you_mean  # noqa: PLC0415 -- only for a slip

            ctx.fail(f"no command {args[0]!r}{did_you_mean(args[0], _COMMANDS)}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 -- click's signature
        """Their lines in the help; click would import every command to ask for its own."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in _COMMANDS.items()])


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

    Start with `portside demo`, then write a settings.yaml with `portside init`, try it with
    `portside check`, and run `portside serve`.
    """
