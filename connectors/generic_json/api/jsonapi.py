"""JSON:API documents as plain objects: attributes laid flat, relationships filled from `included`.

Pure.
"""

from __future__ import annotations

from typing import Any, Final

from connectors.reading.rows import MARK

_DEPTH: Final = 3
_MOST: Final = 50_000


def resolve_document(document: Any) -> Any:
    """The document with `data` resolved. Anything that is not JSON:API stays as it is."""
    if not isinstance(document, dict) or "data" not in document:
        return document
    included = document.get("included")
    known = (
        {_identify(each): each for each in included if isinstance(each, dict)}
        if isinstance(included, list)
        else {}
    )
    return {**document, "data": _Resolver(known).resolve(document["data"], _DEPTH)}


class _Resolver:
    """Follows references a few levels deep; the number of objects it makes is bounded, for included
    records may refer to one another.
    """

    def __init__(self, known: dict[tuple[Any, Any], dict[str, Any]]) -> None:
        self.known = known
        self.left = _MOST

    def resolve(self, data: Any, depth: int) -> Any:
        if isinstance(data, list):
            return [self.resolve(each, depth) for each in data]
        if not isinstance(data, dict) or "type" not in data:
            return data
        self.left -= 1
        whole = self.known.get(_identify(data), data)
        if self.left < 0 or depth == 0:
            return {"id": data.get("id"), "type": data.get("type")}
        attributes = whole.get("attributes")
        relations = whole.get("relationships")
        # A row that breaks its list stays known as one.
        mark = {MARK: whole[MARK]} if MARK in whole else {}
        flat = {
            **(attributes if isinstance(attributes, dict) else {}),
            **mark,
            "id": whole.get("id"),
            "type": whole.get("type"),
        }
        for name, relation in relations.items() if isinstance(relations, dict) else ():
            if isinstance(relation, dict) and "data" in relation:
                flat[name] = self.resolve(relation["data"], depth - 1)
        return flat


def _identify(record: dict[str, Any]) -> tuple[Any, Any]:
    return str(record.get("type")), str(record.get("id"))
