"""The answer of a fake Shopify that says no."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):  # noqa: N818 - an answer of the shop
    """The shop says no: `status` and its words, as a text, a list or a map."""

    def __init__(self, status: int, errors: Any, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(str(errors))
        self.status = status
        self.errors = errors
        self.headers = headers or {}
