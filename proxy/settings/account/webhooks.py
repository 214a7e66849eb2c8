"""What settings may say about the webhooks of a store's ShipStation account."""

from __future__ import annotations

import re

from pydantic import BaseModel, Field, SecretStr, field_validator

from proxy.settings.frozen import FROZEN

_SECRET = re.compile(r"[A-Za-z0-9_-]{16,100}", re.ASCII)


class AccountWebhookSettings(BaseModel):
    """Let ShipStation say at once that something happened in the account.

    A hint only: what happened is read from the account's lists. ShipStation signs nothing, so the
    path that it calls holds a secret. Needs `store_id`.
    """

    model_config = FROZEN

    address: str = Field(
        pattern=r"^https?://[^\s?#@]+$",
        description=(
            "Portside's public address, e.g. `https://portside.example`; ShipStation calls"
            " `/shipstation/NAME/SECRET` there."
        ),
    )
    secret: SecretStr = Field(
        description="The last part of that path: 16 to 100 random letters, digits, `-` or `_`."
    )

    @field_validator("secret")
    @classmethod
    def _check_secret(cls, value: SecretStr) -> SecretStr:
        if not _SECRET.fullmatch(value.get_secret_value()):
            raise ValueError(
                "expected 16 to 100 letters, digits, - or _, because it is a part of a path, found"
                " something else"
            )
        return value

    def find_root(self, store: str) -> str:
        """What all addresses that ShipStation was ever given for this store begin with."""
        return f"{self.address.rstrip('/')}/shipstation/{store}/"

    def build_url(self, store: str) -> str:
        """Where ShipStation calls. A secret."""
        return f"{self.find_root(store)}{self.secret.get_secret_value()}"
