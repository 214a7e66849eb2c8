"""`portside init`: the first settings file, its secrets, and a check of both."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

import click

from proxy.cli.options import CommandError, settings_option
from proxy.cli.shop.check import check
from proxy.cli.shop.new_settings import compose_settings, list_shops, write_environment
from proxy.settings.problems import did_you_mean

_OWNERS_ALONE = 0o600


@click.command
@settings_option
@click.option("--store", help="A name for the store; ShipStation's address ends in it.")
@click.option("--shop", help="The kind of shop: woocommerce, shopify, or a recipe such as magento.")
@click.option("--url", help="Where the shop is.")
@click.option("--force", is_flag=True, help="Write over a settings file that is there.")
@click.pass_context
def init(
    ctx: click.Context,
    file: Path,
    store: str | None,
    shop: str | None,
    url: str | None,
    *,
    force: bool,
) -> None:
    """Write a first settings file and an .env file beside it, then check them.

    What no option says is asked for. A secret is taken from the environment, else asked for; where
    nobody can be asked, its line in the .env file stays empty. The password for ShipStation is made
    up.
    """
    environment = file.with_name(".env")
    for path in (file, environment):
        if path.exists() and not force:
            raise CommandError(
                f"{path} is there already: name another file with --settings, or write over it"
                " with --force"
            )
    name = store or _ask("--store", "Name of the store", "north")
    kind = shop or _ask("--shop", f"Kind of shop ({', '.join(list_shops())})", "woocommerce")
    if kind not in list_shops():
        raise CommandError(
            f"no kind of shop {kind!r}{did_you_mean(kind, list_shops())}; a file can be written"
            f" for: {', '.join(list_shops())}"
        )
    made = compose_settings(name, kind, url or _ask("--url", "Address of the shop", None))
    values = {key: value or _find_secret(key) for key, value in made.variables.items()}
    file.write_text(made.text)
    _write_secrets(environment, values)
    click.echo(f"Wrote {file} and {environment}.")
    if missing := [key for key, value in values.items() if not value]:
        click.echo(f"Fill in {', '.join(missing)} in {environment}, then run:")
        _tell_commands(file, environment)
        return
    click.echo("Before `portside serve` let the shell read the secrets:")
    _tell_commands(file, environment)
    os.environ.update(values)
    ctx.invoke(check, file=file, name=None, as_json=False, offline=False, is_watched=False)


def _ask(option: str, what: str, usual: str | None) -> str:
    if not sys.stdin.isatty():
        raise click.UsageError(f"name it with {option}: {what.lower()}")
    return str(click.prompt(what, default=usual))


def _find_secret(name: str) -> str:
    """The secret of this name; `""` where nobody is there to be asked."""
    if name in os.environ:
        return os.environ[name]
    return str(click.prompt(name, hide_input=True)) if sys.stdin.isatty() else ""


def _write_secrets(path: Path, values: Mapping[str, str]) -> None:
    """Readable by its owner alone from its first byte on."""
    path.unlink(missing_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _OWNERS_ALONE), "w") as out:
        out.write(write_environment(values))


def _tell_commands(file: Path, environment: Path) -> None:
    click.echo(f"  set -a; . {environment.absolute()}; set +a")
    click.echo(f"  portside check --settings {file}")
    click.echo(f"  portside serve --settings {file}")
