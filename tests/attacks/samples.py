"""How a text reaches the functions that need more than the text: one call for each. Pure."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from types import MappingProxyType
from urllib.parse import quote
from xml.sax.saxutils import escape

from multidict import CIMultiDict, CIMultiDictProxy

from connectors.errors import UnavailableError
from connectors.language.calls import suggest_name
from connectors.language.expressions import read_expression
from connectors.language.functions import digests, lists, number, standard, text, times
from connectors.language.functions.table import Run
from connectors.language.templates import compile_template, suggest_word
from connectors.reading import amounts, fields, markup, measures, moments, regions, rows, tolerant
from connectors.reading.complaints import read_complaint
from connectors.reading.formats import xml_mending
from connectors.reading.formats.csv_table import CsvTable
from connectors.reading.formats.json_lines import JsonLines
from connectors.reading.formats.xml_document import XmlDocument
from connectors.upstream import pace, refusals, response, retry, shop_clock
from connectors.upstream.addresses import Target
from connectors.upstream.masking import Mask, hide_named
from connectors.upstream.response import Reply
from connectors.upstream.transport.proxies import find_proxy
from proxy.doors.custom_store import (
    carriers,
    credentials,
    dates,
    requests,
    values,
)
from proxy.doors.custom_store import text as wire_text
from proxy.doors.custom_store.shipnotice import fields as shipnotice_fields
from proxy.telemetry import logs, masking
from tests.connectors.upstream.auth.login_samples import LOGINS

_MASK = Mask(["a-secret-of-the-shop", "token"])
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
_TARGET = Target("https://shop.example/api")


def _encode(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def make_reply(content: str, *, status: int = 400, media_type: str = "application/json") -> Reply:
    return Reply(
        status=status,
        headers=CIMultiDictProxy(CIMultiDict({"Content-Type": media_type})),
        content=_encode(content),
        url="https://shop.example/orders",
    )


def _make_headed(name: str, value: str) -> Reply:
    return Reply(status=200, headers=CIMultiDictProxy(CIMultiDict({name: value})), content=b"[]")


def _refuse_json(value: str) -> object:
    body = json.dumps({"code": value, "message": value, "data": {"params": {"x": value}}})
    return refusals.explain_refusal(make_reply(body), _MASK)


def _refuse_page(value: str) -> object:
    page = f"<html><head><title>{value}</title></head>"
    reply = make_reply(page, status=200, media_type="text/html")
    return refusals.explain_unusable(reply, _MASK, read=True)


def _parse_notice(value: str) -> object:
    body = f"<ShipNotice><OrderNumber>1</OrderNumber><InternalNotes>{escape(value)}</InternalNotes>"
    return requests.parse_notify({}, _encode(f"{body}</ShipNotice>"))


def _parse_query(value: str) -> object:
    return requests.parse_notify(dict.fromkeys(("order_number", "carrier", "service"), value), b"")


_MODULES: dict[str, dict[str, Callable[[str], object]]] = {
    "connectors.language.calls.": {"suggest_name": lambda t: suggest_name(t, ["upper", "lower"])},
    "connectors.language.templates.": {
        "suggest_word": lambda t: suggest_word(t, ["order", "item"]),
        "compile_template(text)": compile_template,
        "compile_template(value)": lambda t: compile_template("{{ a }}")({"a": t}),
    },
    "connectors.language.expressions.": {
        "read_expression(text)": read_expression,
        "read_expression(value)": lambda t: read_expression("words(a, a)")({"a": t}),
    },
    "connectors.language.functions.digests.": {
        "sha256": lambda t: digests.sha256(Run({}, len(t)), t),
        "hmac": lambda t: digests.hmac(Run({}, len(t)), t, t),
    },
    "connectors.language.functions.lists.": {"parse_json": lambda t: lists.parse_json(Run({}), t)},
    "connectors.language.functions.number.": {
        "minor": lambda t: number.minor(None, t),
        "to_minor": lambda t: number.to_minor(None, t),
        "grams": lambda t: number.grams(None, t),
    },
    "connectors.language.functions.standard.": {
        "starts_with": lambda t: standard.starts_with(t, t),
        "ends_with": lambda t: standard.ends_with(t, t),
        "join": lambda t: standard.join(t, [t, t]),
    },
    "connectors.language.functions.text.": {
        "split": lambda t: text.split(Run({}), t, t[:2]),
        "join_text": lambda t: text.join_text(Run({}), t, t, t),
        "before": lambda t: text.before(t, t[-2:]),
        "after": lambda t: text.after(t, t[-2:]),
        "replace": lambda t: text.replace(t, t[:2], "x"),
        "limit": lambda t: text.limit(t, 10),
        "pad": lambda t: text.pad(t, 10),
        "extract": lambda t: text.extract(Run({}), t, "(a|.)*z"),
        "matches": lambda t: text.matches(Run({}), t, "(x+x+)+y"),
        **{
            name: getattr(text, name)
            for name in (
                *("upper", "lower", "trim", "strip_html", "gid_tail", "first_name", "last_name"),
                *("to_base64", "from_base64", "xml_text"),
            )
        },
    },
    "connectors.language.functions.times.": {
        "date_text": lambda t: times.date_text(t, t),
        "check_form": lambda t: times.check_form(t, writing=True),
        "write_time": lambda t: times.write_time(_NOW, t),
        "date(value)": times.date,
    },
    "connectors.reading.amounts.": {
        "read_money": lambda t: amounts.read_money(t, "x"),
        "read_minor_money": lambda t: amounts.read_minor_money(t, t, "x"),
    },
    "connectors.reading.complaints.": {
        "read_complaint(sentence)": lambda t: str(read_complaint(ValueError(t))),
    },
    "connectors.reading.fields.": {
        "read_text": lambda t: fields.read_text(t, "x"),
        "read_id": lambda t: fields.read_id(t, "x"),
        "read_number": lambda t: fields.read_number(t, "x"),
        "read_integer": lambda t: fields.read_integer(t, "x"),
        "read_quantity": lambda t: fields.read_quantity(t, "x"),
        "read_flag": lambda t: fields.read_flag(t, "x"),
        "read_country": lambda t: fields.read_country(t, "x"),
    },
    "connectors.reading.formats.": {
        "XmlDocument.decode()": lambda t: XmlDocument().decode(_encode(t)),
        "XmlDocument.decode(text)": lambda t: XmlDocument().decode(_encode(f"<a>{t}</a>")),
        "XmlDocument.decode(rows)": lambda t: XmlDocument(lists=("r.a",)).decode(
            _encode(f"<r><a></b></a>{t}<a/></r>")
        ),
        "xml_mending.cut_rows": lambda t: xml_mending.cut_rows(_encode(t), "a"),
        "CsvTable.decode()": lambda t: CsvTable(columns=("id",)).decode(_encode(f"id,b\n{t}")),
        "JsonLines.decode()": lambda t: JsonLines().decode(_encode(t)),
    },
    "connectors.reading.rows.": {
        "keep_members": lambda t: rows.keep_members(_encode(t), 1, t),
    },
    "connectors.reading.markup.": {
        "shorten": lambda t: markup.shorten(t, 200),
        "clean_text(lines)": lambda t: markup.clean_text(t, keep_lines=True),
    },
    "connectors.reading.regions.": {
        "write_region": lambda t: regions.write_region(t, "US"),
    },
    "connectors.reading.tolerant.": {
        "find_path": lambda t: tolerant.find_path(_encode(t), len(t)),
    },
    "connectors.reading.measures.": {
        "read_weight": lambda t: measures.read_weight(t, t, "x"),
        "read_dimensions": lambda t: measures.read_dimensions(t, t, t, t, "x"),
    },
    "connectors.reading.moments.": {
        "read_moment": lambda t: moments.read_moment(t, "x"),
        "read_moment(rfc2822)": lambda t: moments.read_moment(t, "x", pattern="rfc2822"),
        "read_moment(strptime)": lambda t: moments.read_moment(t, "x", pattern="%d.%m.%Y %H:%M"),
        "read_optional_moment": lambda t: moments.read_optional_moment(t, "x"),
    },
    "connectors.upstream.addresses.": {
        "Target.url()": _TARGET.url,
        "Target.redirect()": lambda t: _TARGET.redirect("https://shop.example/api", t),
    },
    "connectors.upstream.masking.": {
        "Mask.text()": _MASK.text,
        "Mask.url()": lambda t: _MASK.url(f"https://a.example/{t}"),
        "Mask.url(query)": lambda t: _MASK.url(f"https://a.example/?{t}"),
        "Mask.body()": lambda t: _MASK.body(_encode(t)),
        "Mask.login_answer()": lambda t: _MASK.login_answer(_encode(t)),
        "hide_named": lambda t: hide_named(t, lambda _: True),
    },
    "connectors.upstream.pace.": {
        "read_wait(headers)": lambda t: pace.read_wait(
            {"X-Shopify-Shop-Api-Call-Limit": t, "Retry-After": t}, _NOW
        ),
    },
    "connectors.upstream.transport.proxies.": {
        "find_proxy": lambda t: find_proxy(f"http://{t}", f"https://{t}"),
    },
    "connectors.upstream.refusals.": {
        "explain_refusal": _refuse_json,
        "explain_unusable": _refuse_page,
        "explain_other_format": lambda t: refusals.explain_other_format(
            make_reply(t, status=200), _MASK, JsonLines(), read=True
        ),
        "read_words": lambda t: refusals.read_words(make_reply(t, media_type="text/plain"), _MASK),
        "read_code": lambda t: refusals.read_code(make_reply(json.dumps({"code": t})), _MASK),
        "explain_refusal(raw)": lambda t: refusals.explain_refusal(make_reply(t), _MASK),
    },
    "connectors.upstream.response.": {
        "find_next_link": lambda t: response.find_next_link(_make_headed("Link", t)),
        "unpack": lambda t: response.unpack(_encode(t), 1 << 20),
        "Reply.json()": lambda t: make_reply(t).json(),
        "Reply.is_html()": lambda t: make_reply(t).is_html,
    },
    "connectors.upstream.retry.": {
        "parse_retry_after": lambda t: retry.parse_retry_after(t, _NOW),
        "choose_pause(error)": lambda t: retry.choose_pause(
            UnavailableError(t), 1, retry.RetryPolicy(attempts=2, backoff=1, patience=1), 0.5
        ),
    },
    "connectors.upstream.shop_clock.": {
        "read_offset(headers)": lambda t: shop_clock.read_offset({"Date": t}, _NOW),
    },
    "proxy.doors.custom_store.carriers.": {
        "find_carrier_code": lambda t: carriers.find_carrier_code("Other", t),
        "find_carrier_code(carrier)": lambda t: carriers.find_carrier_code(t, ""),
    },
    "proxy.doors.custom_store.credentials.": {
        "parse_credentials(headers)": lambda t: credentials.parse_credentials(
            {"Authorization": f"Basic {t}", "SS-UserName": t}, {"auth_key": t}
        ),
    },
    "proxy.doors.custom_store.dates.": {
        "parse_date": lambda t: dates.parse_date(t, "x"),
        "parse_day": lambda t: dates.parse_day(t, "x"),
    },
    "proxy.doors.custom_store.requests.": {
        "parse_notify": lambda t: requests.parse_notify({"order_number": "1"}, _encode(t)),
        "parse_notify(notes)": _parse_notice,
        "parse_notify(query)": _parse_query,
        "parse_action(query)": lambda t: requests.parse_action({"action": t}),
    },
    "proxy.doors.custom_store.shipnotice.fields.": {
        "fit_name": lambda t: shipnotice_fields.fit_name("Carrier", t),
    },
    "proxy.doors.custom_store.shipnotice.document.": {"parse_shipnotice": _parse_notice},
    "proxy.doors.custom_store.text.": {
        "cut": lambda t: wire_text.cut(t, 200),
        "fit_text": lambda t: wire_text.fit_text(t, 200),
    },
    "proxy.doors.custom_store.values.": {
        "require_id": lambda t: values.require_id(t, "OrderID"),
        "require_number": lambda t: values.require_number(t, "OrderNumber"),
        "require_country": lambda t: values.require_country(t, "Country"),
    },
    "proxy.telemetry.logs.": {
        "mask_event": lambda t: logs.mask_event(None, t, {"event": t, "more": {"a": t}}),
    },
    "proxy.telemetry.masking.": {
        "mask_target": lambda t: masking.mask_target(t, [("page", t), (t, t)]),
        "mask_text(quoted)": lambda t: masking.mask_text(quote(t, errors="replace")),
    },
}
SAMPLES: MappingProxyType[str, Callable[[str], object]] = MappingProxyType(
    {
        prefix + name: call
        for prefix, calls in {**_MODULES, **LOGINS}.items()
        for name, call in calls.items()
    }
)

OURS = MappingProxyType(
    {
        "proxy.telemetry.logs.write_traceback": "the text names a level of the log",
        "proxy.telemetry.logs.show_sentence": "the text names a level of the log",
        "proxy.telemetry.tracing.open_tracing": "the address is that of the settings",
        "proxy.telemetry.tracing.trace": "the text names a span of ours",
        "proxy.telemetry.tracing.trace_past": "the text names a span of ours",
        "connectors.upstream.auth.assertions.check_key": "the key is that of the settings",
        "connectors.upstream.auth.oauth2.use_assertion": "the address is that of the settings",
        "connectors.language.calls.bind_call": "the texts are those of the settings, cut before",
        "connectors.language.calls.check_constant": "a constant of an expression of 2,000 letters",
        "connectors.language.calls.shape_argument": "the text is the name of one of our kinds",
        "connectors.language.expressions.parse_tree": "the text is cut to 2,000 letters",
        "connectors.language.missing_names.find_missing_names": "the same text",
        "proxy.doors.custom_store.orders_xsd.build_skeleton": "the text names a type of our schema",
        "proxy.doors.custom_store.orders_xml.frame_page": "our own pages, joined",
        "proxy.doors.custom_store.values.make_customer_code": "measured as `clean` and `cut`",
        "proxy.doors.custom_store.values.write_decimal": "the text names a field of ours",
        "proxy.doors.custom_store.values.write_money": "the text names a field of ours",
    }
)
"""Functions whose text is never a stranger's, or never more than a stranger's that was cut, each
with the reason.
"""
