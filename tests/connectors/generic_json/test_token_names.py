"""A request that speaks of what the login does not bring is a fault at its place."""

from __future__ import annotations

import pytest

from tests.connectors.generic_json.test_bad_yaml import GOOD, problems
from tests.connectors.generic_json.test_login_faults import plant

REQUEST = 'since: "{{ window.start }}"\n'
BODY = "stores.attic.connector.orders.request.body"
SPEAKING = [
    (
        "kind: none",
        "{{ token.value }}",
        (
            f"22:22: {BODY}.session: in the template '{{{{ token.value }}}}': there is no 'token',"
            " because auth.kind none asks for none; set another kind, such as login"
        ),
    ),
    (
        "kind: login\npath: x\nfields: {session: id}",
        "{{ token.sesion }}",
        (
            f"24:22: {BODY}.session: in the template '{{{{ token.sesion }}}}': token has no"
            " 'sesion'; did you mean session?"
        ),
    ),
    (
        "kind: login\npath: x\nfields: {session: id}",
        "{{ token.session | upper }}",
        (
            f"24:22: {BODY}.session: in the template '{{{{ token.session | upper }}}}': expected"
            " {{ token.NAME }} alone, without filters and conditions, because it is filled in when"
            " the request is sent; write what is made of it under auth.carry"
        ),
    ),
    (
        "kind: login\npath: x\nfields: {session: id}",
        "{{ token }}",
        (
            f"24:22: {BODY}.session: in the template '{{{{ token }}}}': expected a name behind"
            " token, such as {{ token.session }}"
        ),
    ),
]


@pytest.mark.parametrize(("auth", "text", "line"), SPEAKING, ids=[each[1] for each in SPEAKING])
def test_a_request_speaks_of_what_the_login_brings(auth: str, text: str, line: str) -> None:
    spoken = GOOD.replace(REQUEST, f'{REQUEST}            session: "{text}"\n')
    assert problems(plant(auth, into=spoken)) == [line]
