"""Trials of each answer as a document: status, time, headers, encoding, schema, and text a packer
can read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from proxy.doors.custom_store.schema import schema_faults
from proxy.simulator.answers import Answer, UnreadablePageError, parse_document
from proxy.simulator.exam import Exam
from proxy.simulator.promises import Promise, Verdict, report_broken, report_kept, report_untried

# Several helpers advise pages well below this; the client that ShipStation seems to use gives up at
# a hundred.
SLOW = 30.0
_SHOWN = 3
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CODES = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")
_TAGS = re.compile(r"</?(?:br|p|div|span|b|i|strong|em|a|ul|li)\b[^>]*>", re.IGNORECASE)
_BROKEN = re.compile("[\x80-\x9f\ufffd]")
_MISREAD = re.compile("Ã[\x80-\xbf]|â€")


async def _try_answers(exam: Exam) -> Verdict:
    walk = exam.whole
    if walk.fault:
        return report_broken(walk.fault)
    return report_kept(
        f"{len(walk.pages)} of {walk.pages[0].pages} pages, {len(walk.orders)} orders"
    )


async def _try_in_time(exam: Exam) -> Verdict:
    if not exam.whole.answers:
        return report_untried("no page came")
    slowest = max(answer.seconds for answer in exam.whole.answers)
    seen = f"slowest page {slowest:.2f} s"
    return report_kept(seen) if slowest <= SLOW else report_broken(seen)


async def _try_content_type(exam: Exam) -> Verdict:
    kinds = {answer.headers.get("content-type", "none") for answer in exam.whole.answers}
    if not kinds:
        return report_untried("no page came")
    wrong = [
        kind
        for kind in kinds
        if kind.partition(";")[0].strip().lower() not in {"text/xml", "application/xml"}
    ]
    return (
        report_broken(f"Content-Type: {', '.join(sorted(wrong))}")
        if wrong
        else report_kept(", ".join(sorted(kinds)))
    )


async def _try_encoding(exam: Exam) -> Verdict:
    for number, answer in enumerate(exam.whole.answers, 1):
        stated = {_read_declared_encoding(answer), _read_charset(answer)} - {"", "utf-8"}
        if stated:
            return report_broken(f"page {number}: declared as {', '.join(sorted(stated))}")
        try:
            answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            return report_broken(f"page {number}: byte {error.start} is not UTF-8")
    return report_kept("UTF-8") if exam.whole.answers else report_untried("no page came")


def _read_declared_encoding(answer: Answer) -> str:
    match = _DECLARED.match(answer.body)
    return match[1].decode().lower() if match else ""


def _read_charset(answer: Answer) -> str:
    _, _, charset = answer.headers.get("content-type", "").lower().partition("charset=")
    return charset.strip(" \"'")


async def _try_not_cached(exam: Exam) -> Verdict:
    if not exam.whole.answers:
        return report_untried("no page came")
    for answer in exam.whole.answers:
        control = answer.headers.get("cache-control", "").lower()
        if "age" in answer.headers and answer.headers["age"] != "0":
            return report_broken(f"Age: {answer.headers['age']}: the answer came out of a cache")
        if not {"no-store", "no-cache"} & {word.strip() for word in control.split(",")}:
            return report_broken(f"Cache-Control: {control or 'none'}")
    return report_kept(f"Cache-Control: {control}")


def _parse_roots(exam: Exam) -> Iterator[tuple[int, etree._Element]]:
    for number, answer in enumerate(exam.whole.answers, 1):
        try:
            yield number, parse_document(answer)
        except UnreadablePageError:
            continue


async def _try_schema(exam: Exam) -> Verdict:
    faults = [
        (number, root, fault)
        for number, root in _parse_roots(exam)
        for fault in schema_faults(root)
    ]
    if faults:
        lines = [
            f"page {number}, {_describe_place(root, fault.field)}: expected {fault.rule}, found"
            f" {fault.reason}"
            for number, root, fault in faults
        ]
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        return report_broken("; ".join(lines[:_SHOWN] + more))
    if not exam.whole.orders:
        return report_untried("no order in the last year, or in the time given")
    return report_kept(f"{len(exam.whole.orders)} orders")


def _describe_place(root: etree._Element, field: str) -> str:
    """A fault's place with the order's number in it, which a developer can look up."""
    head, _, rest = field.partition("/")
    order = root.find(head) if head.startswith("Order[") or head == "Order" else None
    number = order.findtext("OrderNumber") if order is not None else None
    return f"order {number}, {rest or head}" if number else field


async def _try_readable(exam: Exam) -> Verdict:
    kinds = (
        ("an entity left undecoded", _CODES),
        ("an HTML tag", _TAGS),
        ("a broken character", _BROKEN),
        ("UTF-8 read as Latin-1", _MISREAD),
    )
    seen = []
    for _, root in _parse_roots(exam):
        for order in root.iterfind("Order"):
            for leaf in order.iter():
                text = leaf.text or ""
                seen += [
                    f"order {order.findtext('OrderNumber')}, {leaf.tag}: {kind}"
                    for kind, pattern in kinds
                    if pattern.search(text)
                ]
    if seen:
        more = [f"and {len(seen) - _SHOWN} more"] if len(seen) > _SHOWN else []
        return report_broken("; ".join(seen[:_SHOWN] + more))
    return report_kept("plain text") if exam.whole.orders else report_untried("no order to read")


DOCUMENTS = (
    Promise(
        name="answers",
        text="Every page of a window comes with 200 and well-formed XML whose root is Orders",
        advice=(
            "Make the XML with a library; strip control characters and split `]]>`. One bad order"
            " spoils the page: leave it out and report it."
        ),
        trial=_try_answers,
    ),
    Promise(
        name="in-time",
        text=f"A page comes within {SLOW:.0f} seconds",
        advice=(
            "Make pages smaller, and read the shop in batches; ShipStation gives up on slow pages."
        ),
        trial=_try_in_time,
    ),
    Promise(
        name="content-type",
        text="Answers are labelled text/xml or application/xml",
        advice="Send `Content-Type: application/xml; charset=utf-8`.",
        trial=_try_content_type,
    ),
    Promise(
        name="encoding",
        text="Answers are UTF-8 and say so",
        advice=(
            'Encode as UTF-8 and declare `encoding="utf-8"`; do not declare what the bytes are not.'
        ),
        trial=_try_encoding,
    ),
    Promise(
        name="not-cached",
        text="Answers forbid caches to keep them",
        advice=(
            "Send `Cache-Control: no-store`, and exclude the URL from page caches and CDNs; a stale"
            " page loses orders."
        ),
        trial=_try_not_cached,
    ),
    Promise(
        name="schema",
        text="Every order fits ShipStation's schema and guide",
        advice=(
            "ShipStation refuses the whole update for one such order. Check each order before it is"
            " sent, and leave out what fails."
        ),
        trial=_try_schema,
    ),
    Promise(
        name="readable",
        text="Texts hold no entities, tags or broken characters",
        advice=(
            "Decode entities once, strip tags, remove control characters, and then let the XML"
            " writer escape."
        ),
        trial=_try_readable,
    ),
)
