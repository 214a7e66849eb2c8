"""What a decoder finds wrong, in words that a merchant understands, with the place."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.reading.complaints import UNDECODABLE, Complaint, read_complaint

EXAMPLE = "2026-01-31T12:00:00-05:00"


class Line(msgspec.Struct):
    name: str
    quantity: int
    note: str | None = None
    code: str | int = ""
    price: Decimal = Decimal(0)
    sold: datetime | None = None
    kind: Literal["goods", "fee"] = "goods"
    sizes: tuple[int, int] | None = None


class Document(msgspec.Struct):
    lines: list[Line]


def complain(raw: bytes, kind: Any = Document) -> Complaint:
    with pytest.raises(UNDECODABLE) as caught:
        msgspec.json.decode(raw, type=kind)
    return read_complaint(caught.value)


def line(**changes: Any) -> bytes:
    return msgspec.json.encode({"lines": [{"name": "soap", "quantity": 1, **changes}]})


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (line(quantity="1"), "lines[0].quantity: expected a whole number, found text"),
        (line(quantity=1.5), "lines[0].quantity: expected a whole number, found a number"),
        (line(note=[1]), "lines[0].note: expected nothing or text, found a list"),
        (line(code={}), "lines[0].code: expected text or a number, found an object"),
        (line(price="abc"), "lines[0].price: expected money or a number, found something else"),
        (
            line(sold="today"),
            f"lines[0].sold: expected a time such as {EXAMPLE}, found something else",
        ),
        (line(sizes=[1]), "lines[0].sizes: expected a list of length 2, found something else"),
        (b'{"lines":[{"name":"soap"}]}', "lines[0].quantity: expected a value, found none"),
        (b"{}", "lines: expected a value, found none"),
        (b"[]", "expected an object, found a list"),
        (b"", "expected whole JSON, found its beginning"),
        (b'{"lines":[', "expected whole JSON, found its beginning"),
        (b"{]", "expected JSON, found something else (object keys must be strings (byte 1))"),
    ],
)
def test_a_complaint_names_place_expectation_and_find(raw: bytes, sentence: str) -> None:
    assert str(complain(raw)) == sentence


def test_a_complaint_about_a_key_keeps_the_place_of_its_object() -> None:
    found = complain(b'{"lines":[{"x":1}]}', dict[str, list[dict[int, int]]])
    assert (found.path, found.expected, found.found) == ("[...][0]", "a whole number", "text")
    assert found.place == "$[...][0]"


def test_another_kind_of_complaint_is_quoted() -> None:
    found = complain(line(kind="gift"))
    assert (found.path, found.expected) == ("lines[0].kind", "a valid value")
    assert found.found == "an invalid one (Invalid enum value 'gift')"
    assert found.place == "$.lines[0].kind"


def test_a_complaint_becomes_the_error_of_a_field() -> None:
    error = complain(line(quantity=None)).to_error("order")
    assert str(error) == "lines[0].quantity: expected a whole number, found nothing"
    assert (error.path, error.expected) == ("lines[0].quantity", "a whole number")
    assert str(complain(b"[]").to_error("order")) == "order: expected an object, found a list"


def test_a_complaint_keeps_the_wording_of_the_decoder() -> None:
    assert complain(line(quantity="1")).wording == "expected `int`, got `str`"


def test_bytes_that_are_no_text_and_bottomless_nesting_are_complaints_too() -> None:
    assert str(complain(b'"\xff\xfe"', str)) == "expected text in UTF-8, found other bytes"
    assert "a deeper one" in str(complain(b"[" * 100_000, Any))


@given(st.text())
def test_whatever_a_decoder_says_has_a_sentence(said: str) -> None:
    found = read_complaint(msgspec.ValidationError(said))
    assert str(found).endswith(f"expected {found.expected}, found {found.found}")
