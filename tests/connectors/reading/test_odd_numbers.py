"""Whatever the connectors read as a number can be written out and counted with."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading.fields import FieldError, read_integer, read_number, read_quantity

EXPONENTS = st.integers(-999_999, 999_999)


@given(
    st.builds("{}e{}".format, st.integers(-(10**20), 10**20), EXPONENTS),
    st.sampled_from([str, Decimal]),
)
@pytest.mark.parametrize("read", [read_number, read_integer, read_quantity])
def test_what_is_read_is_short_when_written_out(read: Any, text: str, form: Any) -> None:
    try:
        found = read(form(text), "total")
    except FieldError as error:
        assert len(str(error)) < 120  # noqa: PT017 - the shortness of what is raised is half of the promise
        return
    assert len(f"{found:f}") < 200


@pytest.mark.parametrize("found", ["0e999999", "0e-999999", "1e-999999", "1e999999"])
def test_no_exponent_is_taken_on_trust(found: str) -> None:
    for value in (found, Decimal(found)):
        with pytest.raises(FieldError, match=r"^total: expected a number, found "):
            read_number(value, "total")


@pytest.mark.parametrize(
    "found", ["1.1368683772161603E-13", "0.0000000000", "0", "-0.00", "999999999999999.99", "1e3"]
)
def test_a_number_as_shops_write_them_is_read_exactly(found: str) -> None:
    assert read_number(found, "total") == Decimal(found)
