"""The command line: `portside serve`, and everything that helps before and after."""

from __future__ import annotations

import click

from proxy import __version__
from proxy.cli.check import check
from proxy.cli.demo import demo
from proxy.cli.export import export
from proxy.cli.schema import schema
from proxy.cli.serve import serve


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, "-V", "--version", prog_name="portside", message="%(prog)s %(version)s")
def main() -> None:
    """Portside: a custom store for ShipStation in front of the shop you already run.

    ShipStation polls Portside for orders; Portside asks your shop. ShipStation tells Portside what was shipped; Portside tells your shop.

    Start with `portside demo`, then write a settings.yaml, try it with `portside check`, and run `portside serve`.
    """


for _command in (serve, demo, check, export, schema):
    main.add_command(_command)
