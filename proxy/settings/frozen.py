"""What every model of the settings has in common: it is frozen, and refuses a key it does not
know.
"""

from __future__ import annotations

from pydantic import ConfigDict

FROZEN = ConfigDict(
    extra="forbid",
    frozen=True,
    hide_input_in_errors=True,
    coerce_numbers_to_str=True,
    validate_default=True,
)
