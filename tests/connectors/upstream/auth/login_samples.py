"""How each function of logins and signatures that takes text is called with one."""

from __future__ import annotations

from collections.abc import Callable

from connectors.upstream.auth import auth, oauth2, signatures, token_answer
from connectors.upstream.request import Request, encode_params
from connectors.upstream.response import Reply

_SIGNATURE = signatures.HmacAuth("secret", template="{parameters}{query.a}{body}", parameter="s")


def _encode(value: str) -> bytes:
    return value.encode("utf-8", "replace")


def _ask(value: str) -> Request:
    """A request whose query and body hold a text."""
    query = encode_params([("a", value[:1000]), ("a", value)])
    kind = (("Content-Type", "application/x-www-form-urlencoded"),)
    url = f"https://a.example/?{query}"
    return Request(method="POST", url=url, headers=kind, body=_encode(f"b={value}"))


LOGINS: dict[str, dict[str, Callable[[str], object]]] = {
    "connectors.upstream.auth.auth.": {
        "signature_base": lambda t: auth.signature_base("GET", f"https://a.example/?{t}"),
    },
    "connectors.upstream.auth.signatures.": {
        "list_unknown": lambda t: signatures.list_unknown(t, ("a",), ("query",)),
        "HmacAuth.sign()": lambda t: _SIGNATURE.sign(_ask(t)),
    },
    "connectors.upstream.auth.token_answer.": {
        "read_oauth2": lambda t: token_answer.read_oauth2(Reply(status=200, content=_encode(t))),
    },
    "connectors.upstream.auth.oauth2.": {
        "use_client_credentials": lambda t: oauth2.use_client_credentials(t, t, t),
        "use_password": lambda t: oauth2.use_password(t, t, t),
        "use_refresh_token": lambda t: oauth2.use_refresh_token(t, t),
    },
}
