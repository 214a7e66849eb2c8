"""How hard a store's shop may be asked."""

from __future__ import annotations

from datetime import timedelta

from pydantic import BaseModel, Field, SecretStr, field_validator

from connectors.interface import Duration
from connectors.upstream.policy import FROM_ENVIRONMENT, NO_PROXY, UpstreamPolicy
from connectors.upstream.transport.proxies import parse_proxy
from proxy.settings.frozen import FROZEN
from proxy.settings.values import Rate

_USUAL = UpstreamPolicy()


class UpstreamSettings(BaseModel):
    """How hard the shop may be asked."""

    model_config = FROZEN

    rate: Rate = Field(
        default=_USUAL.rate,
        description="Requests to the shop, on average at most; e.g. `5/s` or `120/m`.",
    )
    burst: int = Field(
        default=_USUAL.burst,
        ge=1,
        le=1000,
        description=(
            "Requests that may follow one another at once after a rest, beyond `rate`; `1` for a"
            " shop that counts each second."
        ),
    )
    timeout: Duration = Field(
        default=timedelta(seconds=_USUAL.timeout),
        gt=timedelta(0),
        description="How long one attempt may take.",
    )
    attempts: int = Field(
        default=_USUAL.attempts,
        ge=1,
        le=10,
        description="Tries of one call before it counts as failed.",
    )
    concurrency: int = Field(
        default=_USUAL.concurrency,
        ge=1,
        le=64,
        description="Requests to the shop at the same time, at most.",
    )

    user_agent: str = Field(
        default=_USUAL.user_agent,
        max_length=200,
        pattern=r"^[ -~]*$",
        description=(
            "The name that requests to the shop carry, for firewalls that refuse others; empty:"
            " `Portside/` and its version."
        ),
    )

    proxy: SecretStr = Field(
        default=SecretStr(_USUAL.proxy),
        description=(
            "What requests to the shop go through: `none`, `environment` (HTTP_PROXY, HTTPS_PROXY,"
            " NO_PROXY) or a proxy such as `http://user:password@proxy.example:3128`."
        ),
    )

    @field_validator("proxy", mode="after")
    @classmethod
    def _look_at_proxy(cls, value: SecretStr) -> SecretStr:
        if value.get_secret_value() not in {NO_PROXY, FROM_ENVIRONMENT}:
            parse_proxy(value.get_secret_value())
        return value

    def policy(self) -> UpstreamPolicy:
        """The same, as connectors take it."""
        return UpstreamPolicy(
            rate=self.rate,
            burst=self.burst,
            timeout=self.timeout.total_seconds(),
            attempts=self.attempts,
            concurrency=self.concurrency,
            user_agent=self.user_agent,
            proxy=self.proxy.get_secret_value(),
        )
