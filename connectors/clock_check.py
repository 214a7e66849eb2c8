"""What every connector's check says of the shop's clock."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.interface import CheckLevel, Finding
from connectors.shop_clock import describe, is_far_off


def clock_findings(offset: float | None) -> Sequence[Finding]:
    """A warning where the shop's clock is far from ours (`offset` in seconds, as `Upstream.clock_offset`); nothing where it is not, or unknown."""
    if offset is None or not is_far_off(offset):
        return ()
    said = describe(offset)
    return (
        Finding(
            level=CheckLevel.WARNING,
            what=f"{said[0].upper()}{said[1:]}; orders may be dated outside the windows that are asked for, and be missed",
            advice="Set the clock of the shop's server, or ours, by NTP; until then raise export.lookback above the difference.",
        ),
    )
