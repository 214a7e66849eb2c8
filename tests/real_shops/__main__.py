"""`python -m tests.real_shops medusa|vendure`: needs npm, the network and some minutes; everything
is on this machine and gone afterwards.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
from pathlib import Path

from tests.real_shops.machine import ShopFailedError
from tests.real_shops.medusa import shop as medusa
from tests.real_shops.story import Story
from tests.real_shops.transcript import Transcript
from tests.real_shops.vendure import shop as vendure
from tests.real_shops.wire import wire

_SHOPS = {"medusa": medusa, "vendure": vendure}


async def _run(name: str, folder: Path, orders: int, record: Path | None) -> int:
    transcript = Transcript()
    transcript.step(f"{name} {_SHOPS[name].VERSION} from npm, on a PostgreSQL of its own")
    place = folder / name
    place.mkdir(parents=True, exist_ok=True)
    async with _SHOPS[name].opened(place) as shop:
        transcript.say("the shop answers")
        await shop.seed(orders)
        transcript.say(f"{shop.placed} orders placed through its own API, the newest one cancelled")
        with tempfile.TemporaryDirectory() as own:
            async with wire(shop.url) as line:
                try:
                    await Story(shop, line, Path(own), transcript).play()
                finally:
                    if record is not None:
                        line.write_down(record)
    return transcript.end()


def _main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.real_shops", description=__doc__)
    parser.add_argument("shop", choices=sorted(_SHOPS), help="which shop")
    parser.add_argument(
        "--orders", type=int, default=36, help="how many orders to place (%(default)s)"
    )
    parser.add_argument(
        "--folder", type=Path, help="where npm installs; kept, and used again the next time"
    )
    parser.add_argument(
        "--record",
        type=Path,
        help="write every exchange between Portside and the shop to this file",
    )
    given = parser.parse_args()
    try:
        if given.folder is not None:
            return asyncio.run(
                _run(given.shop, given.folder.absolute(), given.orders, given.record)
            )
        with tempfile.TemporaryDirectory(prefix="real-shop-") as folder:
            return asyncio.run(_run(given.shop, Path(folder), given.orders, given.record))
    except ShopFailedError as error:
        sys.stderr.write(f"{error}\n")
        return 2


if __name__ == "__main__":
    sys.exit(_main())
