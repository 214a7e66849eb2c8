"""What the page's side logs holds no buyer."""

from __future__ import annotations

from tests.log_scan import log

__all__ = ["log"]
