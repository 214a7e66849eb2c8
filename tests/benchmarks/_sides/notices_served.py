"""One side of `notices_against`: Portside of the checkout in the working directory, in front of a
shop, which takes notices as often as it is asked to.

Each line of the input is how many clients send how many notices; each line of the output is the
milliseconds of CPU that Portside took for one of them.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from pathlib import Path

from tests.benchmarks import notices
from tests.postgres import postgres_server


async def answer(folder: str, url: str) -> None:
    """Serve until the input ends."""
    # Names that earlier checkouts have, too.
    async with notices._portsides(Path(folder), url, 1) as (_, served):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        for line in sys.stdin:
            clients, notices.NOTICES = map(int, line.split())
            before = notices._cpu(served[0])
            times, _ = await notices._tell(served, clients)
            work = (notices._cpu(served[0]) - before) / len(times) * 1000
            sys.stdout.write(f"{work}\n")
            sys.stdout.flush()


def main() -> None:
    """Serve on the database that the command line names."""
    with tempfile.TemporaryDirectory() as folder:
        if sys.argv[1] == "SQLite":
            asyncio.run(answer(folder, f"sqlite:///{folder}/notices.db"))
            return
        with postgres_server(durable=True) as server:
            asyncio.run(answer(folder, server.create()))


if __name__ == "__main__":
    main()
