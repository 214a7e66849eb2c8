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
from proxy.simulator.promises import Promise, Verdict, broken, kept, untried

# Several helpers advise pages well below this; the client that ShipStation seems to use gives up at
# a hundred.
SLOW = 30.0
_SHOWN = 3
_DECLARED = re.compile(rb"""^\s*<\?xml[^>]*encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_CODES = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d+|#x[0-9a-fA-F]+);")
_TAGS = re.compile(r"</?(?:br|p|div|span|b|i|strong|em|a|ul|li)\b[^>]*>", re.IGNORECASE)
_BROKEN = re.compile("[\x80-\x9f\ufffd]")
_MISREAD = re.compile("Ã[\x80-\xbf]|â€")


async def _answers(exam: Exam) -> Verdict:
    walk = exam.whole
    if walk.fault:
        return broken(walk.fault)
    return kept(f"{len(walk.pages)} of {walk.pages[0].pages} pages, {len(walk.orders)} orders")


async def _in_time(exam: Exam) -> Verdict:
    if not exam.whole.answers:
        return untried("no page came")
    slowest = max(answer.seconds for answer in exam.whole.answers)
    seen = f"slowest page {slowest:.2f} s"
    return kept(seen) if slowest <= SLOW else broken(seen)


async def _content_type(exam: Exam) -> Verdict:
    kinds = {answer.headers.get("content-type", "none") for answer in exam.whole.answers}
    if not kinds:
        return untried("no page came")
    wrong = [
        kind
        for kind in kinds
        if kind.partition(";")[0].strip().lower() not in {"text/xml", "application/xml"}
    ]
    return (
        broken(f"Content-Type: {', '.join(sorted(wrong))}")
        if wrong
        else kept(", ".join(sorted(kinds)))
    )


async def _encoding(exam: Exam) -> Verdict:
    for number, answer in enumerate(exam.whole.answers, 1):
        stated = {_declared(answer), _charset(answer)} - {"", "utf-8"}
        if stated:
            return broken(f"page {number}: declared as {', '.join(sorted(stated))}")
        try:
            answer.body.decode("utf-8")
        except UnicodeDecodeError as error:
            return broken(f"page {number}: byte {error.start} is not UTF-8")
    return kept("UTF-8") if exam.whole.answers else untried("no page came")


def _declared(answer: Answer) -> str:
    match = _DECLARED.match(answer.body)
    return match[1].decode().lower() if match else ""


def _charset(answer: Answer) -> str:
    _, _, charset = answer.headers.get("content-type", "").lower().partition("charset=")
    return charset.strip(" \"'")


async def _not_cached(exam: Exam) -> Verdict:
    if not exam.whole.answers:
        return untried("no page came")
    for answer in exam.whole.answers:
        control = answer.headers.get("cache-control", "").lower()
        if "age" in answer.headers and answer.headers["age"] != "0":
            return broken(f"Age: {answer.headers['age']}: the answer came out of a cache")
        if not {"no-store", "no-cache"} & {word.strip() for word in control.split(",")}:
            return broken(f"Cache-Control: {control or 'none'}")
    return kept(f"Cache-Control: {control}")


def _roots(exam: Exam) -> Iterator[tuple[int, etree._Element]]:
    for number, answer in enumerate(exam.whole.answers, 1):
        try:
            yield number, parse_document(answer)
        except UnreadablePageError:
            continue


async def _schema(exam: Exam) -> Verdict:
    faults = [
        (number, root, fault) for number, root in _roots(exam) for fault in schema_faults(root)
    ]
    if faults:
        lines = [
            f"page {number}, {_order_of(root, fault.field)}: expected {fault.rule}, found"
            f" {fault.reason}"
            for number, root, fault in faults
        ]
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        return broken("; ".join(lines[:_SHOWN] + more))
    if not exam.whole.orders:
        return untried("no order in the last year, or in the time given")
    return kept(f"{len(exam.whole.orders)} orders")


def _order_of(root: etree._Element, field: str) -> str:
    """A fault's place with the order's number in it, which a developer can look up."""
    head, _, rest = field.partition("/")
    order = root.find(head) if head.startswith("Order[") or head == "Order" else None
    number = order.findtext("OrderNumber") if order is not None else None
    return f"order {number}, {rest or head}" if number else field


async def _readable(exam: Exam) -> Verdict:
    kinds = (
        ("an entity that nobody decoded", _CODES),
        ("an HTML tag", _TAGS),
        ("a broken character", _BROKEN),
        ("UTF-8 read as Latin-1", _MISREAD),
    )
    seen = []
    for _, root in _roots(exam):
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
        return broken("; ".join(seen[:_SHOWN] + more))
    return kept("plain text") if exam.whole.orders else untried("no order to read")


DOCUMENTS = (
    Promise(
        name="answers",
        text="Every page of a window comes with 200 and well-formed XML whose root is Orders",
        advice=(
            "Make the XML with a library; strip control characters and split `]]>`. One bad order"
            " spoils the page: leave it out and report it."
        ),
        trial=_answers,
    ),
    Promise(
        name="in-time",
        text=f"A page comes within {SLOW:.0f} seconds",
        advice=(
            "Make pages smaller, and read the shop in batches; ShipStation gives up on slow pages."
        ),
        trial=_in_time,
    ),
    Promise(
        name="content-type",
        text="Answers are labelled text/xml or application/xml",
        advice="Send `Content-Type: application/xml; charset=utf-8`.",
        trial=_content_type,
    ),
    Promise(
        name="encoding",
        text="Answers are UTF-8 and say so",
        advice=(
            'Encode as UTF-8 and declare `encoding="utf-8"`; do not declare what the bytes are not.'
        ),
        trial=_encoding,
    ),
    Promise(
        name="not-cached",
        text="Answers forbid caches to keep them",
        advice=(
            "Send `Cache-Control: no-store`, and exclude the URL from page caches and CDNs; a stale"
            " page loses orders."
        ),
        trial=_not_cached,
    ),
    Promise(
        name="schema",
        text="Every order fits ShipStation's schema and guide",
        advice=(
            "ShipStation refuses the whole update for one such order. Check each order before it is"
            " sent, and leave out what fails."
        ),
        trial=_schema,
    ),
    Promise(
        name="readable",
        text="Texts hold no entities, tags or broken characters",
        advice=(
            "Decode entities once, strip tags, remove control characters, and then let the XML"
            " writer escape."
        ),
        trial=_readable,
    ),
)
