"""Credentials in the body of a request: fields of a form or of a JSON object."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

import msgspec

from connectors.upstream.auth.auth import FixedAuth
from connectors.upstream.request import Request, encode_params

_FORM: Final = "application/x-www-form-urlencoded"
_OBJECT: Final = msgspec.json.Decoder(dict[str, msgspec.Raw])


class BodyAuth(FixedAuth):
    """Secrets among the fields of each body; a request without a body goes out as it is."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self._fields = dict(fields)

    @property
    def secrets(self) -> tuple[str, ...]:
        """The values of the fields."""
        return tuple(self._fields.values())

    def sign(self, request: Request) -> Request:
        """Set the fields."""
        return set_body_fields(request, self._fields)


def is_form(request: Request) -> bool:
    """Whether the body is a web form."""
    return request.read_header("Content-Type").partition(";")[0].strip().lower() == _FORM


def read_body_fields(request: Request) -> list[tuple[str, str]]:
    """The fields of a form or of a JSON object: a JSON text as it is, anything else as compact
    JSON. None for any other body.
    """
    if is_form(request):
        return parse_qsl(request.body.decode("utf-8", "replace"), keep_blank_values=True)
    return [(name, _write_raw(raw)) for name, raw in (_read_object(request) or {}).items()]


def set_body_fields(request: Request, fields: Mapping[str, Any]) -> Request:
    """The request with these fields in its form or JSON object, in the place of earlier ones of the
    same name; the others stay exactly as they are. Any other body stays as it is.
    """
    if is_form(request):
        kept = [pair for pair in read_body_fields(request) if pair[0] not in fields]
        body = encode_params([*kept, *((name, str(value)) for name, value in fields.items())])
        return msgspec.structs.replace(request, body=body.encode())
    found = _read_object(request)
    if found is None:
        return request
    told = {name: msgspec.Raw(msgspec.json.encode(value)) for name, value in fields.items()}
    whole = {**{name: raw for name, raw in found.items() if name not in fields}, **told}
    return msgspec.structs.replace(request, body=msgspec.json.encode(whole))


def _read_object(request: Request) -> dict[str, msgspec.Raw] | None:
    if not request.body.lstrip().startswith(b"{"):
        return None
    try:
        return _OBJECT.decode(request.body)
    except msgspec.DecodeError:
        return None


def _write_raw(raw: msgspec.Raw) -> str:
    value = msgspec.json.decode(raw) if bytes(raw).startswith(b'"') else None
    return value if isinstance(value, str) else bytes(raw).decode("utf-8", "replace")
