"""`portside demo`: a fake shop, Portside in front of it, a fake ShipStation account, and
ShipStation's part played once.
"""

from __future__ import annotations

import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote_plus

import click

from connectors.concurrency import work_meanwhile
from connectors.testing.clock import Clock
from connectors.testing.shops.woocommerce import FakeWooCommerceShop, Traits
from proxy.app import open_portside
from proxy.cli.kinds import find_kind
from proxy.cli.options import CommandError
from proxy.cli.serve import run, watch_for_stop
from proxy.cli.trial.demo_play import PASSWORD, SPAN, STORE, USERNAME, Play, Stage, open_client
from proxy.doors.custom_store.dates import format_date
from proxy.settings.loader import load_settings
from proxy.simulator.account.books import FIRST_STORE
from proxy.simulator.account.fake import FakeAccount
from proxy.telemetry.logs import configure_logs

_ORDERS = 260
_SETTINGS = """\
listen: 127.0.0.1:0
admin: {{listen: 127.0.0.1:0}}
database: sqlite:///{folder}/portside.db
export: {{page_size: 50}}
stores:
  {store}:
    credentials: {{username: {username}, password: {password}}}
    connector:
      type: woocommerce
      url: "{shop.url}"
      consumer_key: {shop.access.key}
      consumer_secret: {shop.access.secret}
    upstream: {{rate: 100/s}}
    account:
      url: "{account.url}"
      api_key: {account.key}
      api_secret: {account.secret}
      store_id: {store_id}
"""


class _LiveClock(Clock):
    """The shop's time is the machine's."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@click.command
@click.option(
    "--once",
    is_flag=True,
    help="End after the play; the exit status is 0 only if every step came out right.",
)
def demo(*, once: bool) -> None:
    """Start a fake WooCommerce shop, Portside in front of it and a fake ShipStation account, and
    play ShipStation once.

    Nothing leaves this machine and nothing is kept. Without --once all of it stays up afterwards,
    to be tried by hand.
    """
    configure_logs(level="error")
    run(_demo(once=once))


async def _demo(*, once: bool) -> None:
    async with _stage() as stage:
        url = f"http://{stage.portside.public}/stores/{STORE}"
        click.echo(
            f"A fake WooCommerce shop with {len(stage.shop.book)} varied orders: {stage.shop.url}\n"
            f"Portside in front of it: {url}\n"
            f"A fake ShipStation account with its API: {stage.account.url}\n\n"
            "ShipStation's part:"
        )
        async with open_client(stage.portside) as client:
            play = Play(stage, client)
            async for step in play.steps():
                click.echo(
                    f"{click.style('✓', fg='green') if step.right else click.style('✗', fg='red')}"
                    f" {step.told}"
                )
                if not step.right:
                    raise CommandError("the demo did not come out as it should")
        if not once:
            click.echo(_invite(stage, url, play))
            configure_logs("console", stream=sys.stdout)
            async with work_meanwhile(stage.account.agenda.follow()):
                await watch_for_stop().wait()
            click.echo("Stopped.")


@asynccontextmanager
async def _stage() -> AsyncIterator[Stage]:
    clock = _LiveClock()
    shop = FakeWooCommerceShop(clock=clock, traits=Traits(plugin="shipment_tracking"))
    shop.stock(count=_ORDERS, seed=1, until=datetime.now(UTC) - timedelta(minutes=5))
    with tempfile.TemporaryDirectory(prefix="portside-demo-") as folder:
        async with shop, FakeAccount(clock) as account:
            file = Path(folder) / "settings.yaml"
            file.write_text(
                _SETTINGS.format(
                    folder=folder,
                    store=STORE,
                    username=USERNAME,
                    password=PASSWORD,
                    shop=shop,
                    account=account,
                    store_id=FIRST_STORE,
                )
            )
            settings = load_settings(file, find_type=find_kind)
            async with open_portside(settings, find_kind) as portside:
                yield Stage(shop=shop, account=account, portside=portside, settings=file)


def _invite(stage: Stage, url: str, play: Play) -> str:
    now = datetime.now(UTC)
    dates = (
        f"start_date={quote_plus(format_date(now - SPAN))}&end_date={quote_plus(format_date(now))}"
    )
    notice = (
        f"action=shipnotify&order_number={play.spare}&carrier=USPS&service="
        "&tracking_number=9400111899223817600003"
    )
    portside = f"  {_find_program()} "
    return f"""
All of it stays up. In ShipStation's form you would type:
  URL       {url}
  Username  {USERNAME}
  Password  {PASSWORD}
Paste these to play ShipStation yourself:
  curl -u {USERNAME}:{PASSWORD} '{url}?action=export&{dates}&page=1'
  curl -u {USERNAME}:{PASSWORD} -X POST '{url}?{notice}'
Ask Portside about it, in another terminal:
{portside}status --settings {stage.settings}
{portside}deliveries list --settings {stage.settings}
{portside}order {play.lost} --settings {stage.settings}
{portside}audit --settings {stage.settings}
The operator's page: http://{stage.portside.admin}/
Health and metrics: http://{stage.portside.admin}/readyz  http://{stage.portside.admin}/metrics
What happens is told here, a line each. Ctrl-C ends it."""


def _find_program() -> Path | str:
    """What starts this Portside from any terminal, also where its folder is not in the PATH."""
    program = Path(sys.executable).with_name("portside")
    return program if program.exists() else "portside"
