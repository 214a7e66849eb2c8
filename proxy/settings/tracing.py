"""The `tracing:` block of the settings."""

from __future__ import annotations

from pydantic import BaseModel, Field

from proxy.settings.frozen import FROZEN


class TracingSettings(BaseModel):
    """Spans for OpenTelemetry."""

    model_config = FROZEN

    endpoint: str = Field(
        default="",
        max_length=500,
        pattern=r"^(https?://\S+)?$",
        description=(
            "An OTLP receiver, e.g. `http://localhost:4318`: polls, builds, deliveries and requests"
            " to shops go there as spans. Needs the extra `portside[tracing]`. Headers it wants are"
            " read from `OTEL_EXPORTER_OTLP_HEADERS`."
        ),
    )
