"""Giving orders to ShipStation: windows read once, pages held still, and a memory of what has been
given.
"""

from proxy.export.clock import Clock, SystemClock
from proxy.export.errors import BuildFailedError, StillReadingError
from proxy.export.exporter import Exporter, Page
from proxy.export.ledger import CoverageReport, Ledger

__all__ = [
    "BuildFailedError",
    "Clock",
    "CoverageReport",
    "Exporter",
    "Ledger",
    "Page",
    "StillReadingError",
    "SystemClock",
]
