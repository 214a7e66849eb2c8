"""A body of XML is a tree: what settings write in it is well-formed, whatever is filled in."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from lxml import etree
from pydantic import ValidationError

from connectors.errors import RefusedError
from connectors.generic_json.api.caller import fill_request
from connectors.generic_json.settings.request import RequestSettings
from connectors.reading.formats.xml_document import XmlDocument
from tests.connectors.language.values import VALUES

SOAP = {
    "soap:Envelope": {
        "@xmlns:soap": "http://schemas.xmlsoap.org/soap/envelope/",
        "soap:Body": {
            "GetOrders": {
                "@xmlns": "urn:shop",
                "@since": "{{ start }}",
                "state": ["open", "paid"],
                "note": {"#text": "{{ note }}", "@lang": None},
                "page": "{{ page }}",
                "none": "{{ nothing }}",
                "ids": {"id": {"$each": "ids", "$give": "{{ item }}"}},
            }
        },
    }
}


def fill(xml: Any, **values: Any) -> bytes:
    request = RequestSettings.model_validate({"method": "POST", "path": "x", "xml": xml})
    call = fill_request(request, values)
    assert call.content_type == "application/xml"
    return call.content or b""


def test_a_shape_becomes_elements_and_attributes_in_their_namespaces() -> None:
    body = fill(SOAP, start="a & b", note="<x>", page=2, ids=[1, 2], nothing=None)
    root = etree.fromstring(body)
    assert root.tag == "{http://schemas.xmlsoap.org/soap/envelope/}Envelope"
    assert root[0][0].tag == "{urn:shop}GetOrders"
    assert XmlDocument().decode(body).values["Envelope"]["Body"] == {
        "GetOrders": {
            "@since": "a & b",
            "state": ["open", "paid"],
            "note": "<x>",
            "page": "2",
            "ids": {"id": ["1", "2"]},
        }
    }


def test_a_text_is_sent_as_the_document_that_it_is() -> None:
    body = fill("<a b='{{ x }}'>{% for each in all %}<c>{{ each }}</c>{% endfor %}</a>",
                x='"<&', all=["\x00", "]]>"])  # fmt: skip
    assert XmlDocument().decode(body).values == {"a": {"@b": '"<&', "c": ["\ufffd", "]]>"]}}


@settings(max_examples=60)
@given(VALUES)
def test_nothing_that_is_filled_in_makes_a_body_that_is_not_xml(value: Any) -> None:
    for xml in (
        SOAP,
        {"a": {"$value": "note"}},
        {"a": {"$each": "ids", "$key": "{{ item }}", "$give": "{{ item }}"}},
        "<a b='{{ note }}'>{{ note }}</a>",
    ):
        try:
            body = fill(xml, start=value, note=value, page=value, ids=[value], nothing=None)
        except RefusedError as error:
            message = str(error)
            assert message.startswith("The settings' request to 'x' cannot be made: ")
        else:
            etree.fromstring(body)


@pytest.mark.parametrize(
    ("xml", "says"),
    [
        ({}, "expected one element that holds all others"),
        ({"a": 1, "b": 2}, "expected one element that holds all others"),
        ({"$each": "x", "$give": "y"}, "expected one element that holds all others"),
        ({"a": {"b c": 1}}, "expected the name of an element or an @attribute, found 'b c'"),
        ({"a": [{"1": 2}]}, "expected the name of an element or an @attribute, found '1'"),
        (
            {"a": {"@xmlns:soap": "u", "sop:b": 1}},
            "there is no prefix 'sop' here; did you mean soap?; declare it by \"@xmlns:sop\"",
        ),
        ("<a>{{ x }}</b>", "the XML is not well-formed"),
        ("<a>&nbsp;</a>", "the XML is not well-formed"),
        ("<!DOCTYPE a><a/>", "the XML has a document type"),
    ],
)
def test_a_body_that_cannot_be_xml_is_named_while_settings_load(xml: Any, says: str) -> None:
    with pytest.raises(ValidationError) as caught:
        RequestSettings.model_validate({"method": "POST", "path": "x", "xml": xml})
    assert says in str(caught.value)
