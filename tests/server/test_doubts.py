"""What of a notice could not be understood costs no parcel, is logged, and is shown to the
operator.
"""

from __future__ import annotations

import asyncio
import io
from pathlib import Path

from aiohttp import ClientSession
from click.testing import CliRunner

from proxy.cli.main import main as portside
from tests.server.conftest import LOGIN
from tests.server.stall import Stall, open_front
from tests.server.test_logs import lines
from tests.server.test_notices import NOTICE

BODY = "<ShipNotice><ShippingCost>$4.95</ShippingCost><ShipDate>01/01/0001</ShipDate></ShipNotice>"


async def test_a_field_that_cannot_be_read_is_logged_and_shown_and_the_parcel_is_told(
    client: ClientSession, tmp_path: Path, log: io.StringIO
) -> None:
    stall = Stall()
    async with open_front(stall, tmp_path) as opened:
        for _ in range(2):
            async with client.post(
                f"http://{opened.public}/stores/north", params=NOTICE, data=BODY, headers=LOGIN
            ) as answer:
                assert answer.status == 200
        async with client.get(f"http://{opened.admin}/deliveries/1") as answer:
            doubts = (await answer.json())["doubts"]
    assert (len(stall.shipped), stall.shipped[0].cost, stall.shipped[0].shipped_on) == (
        1,
        None,
        None,
    )
    assert [doubt.partition(":")[0] for doubt in doubts] == ["ShipDate", "ShippingCost"]
    warned = [line for line in lines(log) if line["event"] == "Not all of a notice was understood."]
    assert [line["reason"].partition(":")[0] for line in warned] == ["ShipDate", "ShippingCost"]
    assert all(line["delivery"] == 1 for line in warned)
    assert "4.95, found" in doubts[1]
    assert "$4.95" not in log.getvalue()
    settings = tmp_path / "settings.yaml"
    settings.write_text(f"database: sqlite:///{tmp_path}/portside.db\nstores: {{north: {{}}}}\n")
    command = ["deliveries", "show", "1", "--settings", str(settings)]
    shown = await asyncio.to_thread(CliRunner().invoke, portside, command)
    assert [line for line in shown.output.splitlines() if line.startswith("not understood")] == [
        f"not understood   {doubt}" for doubt in doubts
    ]
