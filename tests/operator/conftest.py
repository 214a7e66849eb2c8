"""What operators are told is logged without buyers."""

from __future__ import annotations

from tests.log_scan import commands, log

__all__ = ["commands", "log"]
