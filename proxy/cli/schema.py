"""`portside schema`: what settings may say, for editors and for people."""

from __future__ import annotations

import click

from proxy.cli.kinds import list_kinds
from proxy.cli.output import print_json
from proxy.settings.reference import json_schema, markdown


@click.command
@click.option(
    "--markdown",
    "as_markdown",
    is_flag=True,
    help="A reference page for people instead of JSON Schema for editors.",
)
def schema(*, as_markdown: bool) -> None:
    """Print what the settings file may say.

    Editors that know JSON Schema complete and check settings.yaml with it: save the output as
    schema.json and put `# yaml-language-server: $schema=schema.json` into the first line of
    settings.yaml.
    """
    kinds = list_kinds()
    if as_markdown:
        click.echo(markdown(kinds).rstrip())
    else:
        print_json(json_schema(kinds))
