"""The words that a store in ShipStation understands, beside those that its orders carry.

Pure. Words are compared as they are written: ShipStation's Custom Store Development Guide says that
upper and lower case matter, and that one status may have several words, separated by commas.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from connectors.orders import OrderStatus
from proxy.account.rows import StatusMapping
from proxy.doors.custom_store.words import ACCOUNT_STATUSES

Entry = Mapping[str, msgspec.Raw]
_STATUS, _WORDS = "orderStatus", "statusKey"


class WrongWord(msgspec.Struct, frozen=True, kw_only=True):
    """A word that orders with a `status` carry, and that ShipStation's store takes for `meant`, a
    status of the account; None where it does not know the word.
    """

    status: OrderStatus
    word: str
    meant: str | None

    @property
    def fault(self) -> str:
        """What is wrong, in words."""
        found = "does not know it" if self.meant is None else f"takes it for {self.meant}"
        return (
            f"the word for {self.status} orders is {self.word!r}, and ShipStation's store {found}"
        )


def list_words(mappings: Sequence[StatusMapping]) -> Sequence[str]:
    """All words of the store."""
    return [word for mapping in mappings for word in _split(mapping.status_key)]


def find_wrong_words(
    mappings: Sequence[StatusMapping], words: Mapping[OrderStatus, str]
) -> Sequence[WrongWord]:
    """Those of the `words` of orders that ShipStation's store does not understand as they are
    meant.
    """
    wrong = list[WrongWord]()
    for status, word in words.items():
        meant = {each.order_status for each in mappings if word in _split(each.status_key)}
        if meant != {ACCOUNT_STATUSES[status]}:
            others = sorted(meant - {ACCOUNT_STATUSES[status]})
            wrong.append(WrongWord(status=status, word=word, meant=next(iter(others), None)))
    return wrong


def correct_entries(entries: Sequence[Entry], wrong: Sequence[WrongWord]) -> Sequence[Entry]:
    """The mappings in which each wrong word means what it should and every other word what it
    did; an entry that loses its last word goes.
    """
    misread = {each.word for each in wrong}
    wanted = {each.word: ACCOUNT_STATUSES[each.status] for each in wrong}
    corrected = list[Entry]()
    for entry in entries:
        mapping = read_entry(entry)
        had = _split(mapping.status_key)
        own = [word for word, status in wanted.items() if status == mapping.order_status]
        has = [word for word in had if word not in misread] + own
        for word in own:
            del wanted[word]
        if has == had:
            corrected.append(entry)
        elif has:
            corrected.append({**entry, _WORDS: _write(",".join(has))})
    for word, status in wanted.items():
        corrected.append({_STATUS: _write(status), _WORDS: _write(word)})
    return corrected


def read_entry(entry: Entry) -> StatusMapping:
    """A mapping of the resource. Raises `msgspec.ValidationError`."""
    return msgspec.json.decode(msgspec.json.encode(entry), type=StatusMapping)


def _split(words: str | None) -> list[str]:
    return [word for each in (words or "").split(",") if (word := each.strip())]


def _write(text: str) -> msgspec.Raw:
    return msgspec.Raw(msgspec.json.encode(text))
