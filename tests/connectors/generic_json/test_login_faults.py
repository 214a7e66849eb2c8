"""Every fault in how a described shop knows us is named with its line, its column, its path and a
sentence that says what to do.
"""

from __future__ import annotations

import pytest

from tests.connectors.generic_json.test_bad_yaml import GOOD, problems

START = GOOD.index("        kind: login\n")
END = GOOD.index("      headers: {X-Client: portside}\n")
AUTH = "stores.attic.connector.auth"


def plant(auth: str, *, into: str = GOOD) -> str:
    """The good settings with another `auth:` block, whose first line is line 8."""
    lines = "".join(f"        {line}\n" for line in auth.strip().splitlines())
    return into[:START] + lines + into[END:]


CALL = "kind: login\npath: login\n"
TOKENS = "kind: client_credentials\ntoken_url: token\nclient_id: a\nclient_secret: b\n"
JWT = "kind: jwt\nalgorithm: HS256\nkey: a-shared-secret\ntoken_url: token\n"
HMAC = "kind: hmac\nsecret: secret-word\n"
DOTTED = "expected a dotted path such as data.token or items.0.token, found"
SIGNED = (
    "there are {method}, {path}, {bare_path}, {url}, {timestamp}, {nonce}, {parameters}, {secret},"
    " {body}, {body_sha256}, {query.NAME}, {header.NAME}"
)

FAULTS = [
    (
        CALL + "token: t\nmethod: PUT",
        f"11:17: {AUTH}.method: expected 'GET' or 'POST', found 'PUT'",
    ),
    (
        CALL + "token: t\nform: {a: b}\nbody: {a: b}",
        f"8:9: {AUTH}: expected one of body and form, found both",
    ),
    (
        CALL + "token: t\nmethod: GET\nform: {a: b}",
        (
            f"12:15: {AUTH}.form: expected no form in a GET; write the fields under query, or set"
            " method: POST"
        ),
    ),
    (
        CALL + "token: t\nmethod: GET\nbody: {a: b}",
        (
            f"12:15: {AUTH}.body: expected no body in a GET; write the fields under query, or set"
            " method: POST"
        ),
    ),
    (CALL + "token: t\nfrom: {a: b}", f"11:9: {AUTH}.from: unknown key; did you mean 'form'?"),
    (
        CALL + "token: t\ntoken_cookie: sid",
        (
            f"11:23: {AUTH}.token_cookie: expected one place for the token, found token and"
            " token_cookie; remove one"
        ),
    ),
    (
        CALL,
        (
            f"8:9: {AUTH}: expected token (a path in the answer's body), token_header, token_cookie"
            " or fields, found none"
        ),
    ),
    (
        CALL + "token: '@.data'",
        f"10:16: {AUTH}.token: expected @ alone for the whole answer, found '@.data'",
    ),
    (
        CALL + "fields: {session: 'sessions[0].id'}",
        (
            f"10:27: {AUTH}.fields.session: {DOTTED} 'sessions[0].id'; expressions are not"
            " understood here"
        ),
    ),
    (
        CALL + "fields: {session: ''}",
        (f"10:27: {AUTH}.fields.session: expected a dotted path such as data.session, found none"),
    ),
    (
        CALL + "token: t\nfields: {Session: id}",
        (
            f"11:27: {AUTH}.fields.Session: expected a name of small letters, digits and _, such as"
            " session, and not 'value', which is the token itself; found 'Session'"
        ),
    ),
    (
        CALL + "token: t\nfields: {value: id}",
        (
            f"11:25: {AUTH}.fields.value: expected a name of small letters, digits and _, such as"
            " session, and not 'value', which is the token itself; found 'value'"
        ),
    ),
    (
        CALL + "fields: {session: id}\nprefix: 'Token '",
        (
            f"11:17: {AUTH}.prefix: expected no prefix, because the login brings fields and no"
            ' token; write them under carry, e.g. headers: {X-Session: "{{ token.session }}"}'
        ),
    ),
    (
        CALL + "fields: {session: id}\ncarry: {query: {s: '{{ token.value }}'}}",
        (
            f"11:28: {AUTH}.carry.query.s: there is no token.value, because the login brings fields"
            " and no token; add token, token_header or token_cookie"
        ),
    ),
    (
        CALL + "token: t\ncarry: {}",
        (
            f"11:16: {AUTH}.carry: expected headers, query or body with {{{{ token.value }}}},"
            " found none"
        ),
    ),
    (
        CALL + "token: t\nheader: X\ncarry: {query: {s: '{{ token.value }}'}}",
        (
            f"12:16: {AUTH}.carry: expected carry or header and prefix, found both; write the"
            " header under carry.headers"
        ),
    ),
    (
        CALL + "token: t\nfields: {session: id}\ncarry: {query: {s: '{{ token.sesion }}'}}",
        (
            f"12:28: {AUTH}.carry.query.s: in the template '{{{{ token.sesion }}}}': token has no"
            " 'sesion'; did you mean session?"
        ),
    ),
    (
        CALL + "token: t\ncarry: {headers: {X: '{{ tokn.value }}'}}",
        (
            f"11:30: {AUTH}.carry.headers.X: in the template '{{{{ tokn.value }}}}': there is no"
            " 'tokn' here; did you mean token?"
        ),
    ),
    (
        CALL + "token: t\ncarry: {headers: {X: '{{ token.value | shout }}'}}",
        (
            f"11:30: {AUTH}.carry.headers.X: in the template '{{{{ token.value | shout }}}}': there"
            " is no filter shout; did you mean sort?"
        ),
    ),
    (
        CALL + "token: t\ncarry: {header: {X: a}}",
        f"11:17: {AUTH}.carry.header: unknown key; did you mean 'headers'?",
    ),
    (
        TOKENS + "send: header",
        f"12:15: {AUTH}.send: expected 'form', 'json' or 'basic', found 'header'",
    ),
    (
        "kind: password\ntoken_url: token\nusername: me",
        f"7:7: {AUTH}.password: expected a value, found none",
    ),
    (
        "kind: passwort\ntoken_url: token",
        (
            f"8:15: {AUTH}.kind: expected one of none, basic, bearer, header, query, body, oauth1,"
            " client_credentials, refresh_token, password, jwt, login, hmac as kind, found"
            " 'passwort'; did you mean 'password'?"
        ),
    ),
    (
        "kind: body\nfields: {}",
        f"9:17: {AUTH}.fields: expected at least 1, found none",
    ),
    (
        JWT.replace("HS256", "RS257"),
        (
            f"9:20: {AUTH}.algorithm: expected 'RS256', 'RS512', 'ES256', 'HS256' or 'HS512', found"
            " 'RS257'; did you mean 'RS256'?"
        ),
    ),
    (
        JWT.replace("HS256", "RS256"),
        (
            f"10:14: {AUTH}.key: expected a private RSA key in PEM (-----BEGIN PRIVATE KEY-----) to"
            " sign with RS256, found something else; take it from a file, as in file:shop.pem"
        ),
    ),
    (
        JWT.replace("a-shared-secret", "''"),
        f"10:14: {AUTH}.key: expected a secret to sign with HS256, found an empty text",
    ),
    (
        JWT + "lifetime: 48h",
        f"12:19: {AUTH}.lifetime: expected 1m to 24h, because a shop refuses others",
    ),
    (
        JWT.replace("token_url: token\n", "keep: attic.token\n"),
        (
            f"11:15: {AUTH}.keep: expected no keep without token_url, because no call brings an"
            " answer"
        ),
    ),
    (
        JWT.replace("token_url: token\n", "fields: {shop: id}\n"),
        (
            f"11:17: {AUTH}.fields: expected no fields without token_url, because no call brings an"
            " answer"
        ),
    ),
    (
        JWT + "grant: secret",
        f"12:16: {AUTH}.grant: expected 'assertion' or 'client', found 'secret'",
    ),
    (
        HMAC + "message: '{sorted}'",
        f"10:18: {AUTH}.message: there is no {{sorted}} here; {SIGNED}",
    ),
    (
        HMAC + "message: '{body.sign}'",
        f"10:18: {AUTH}.message: there is no {{body.sign}} here; {SIGNED}",
    ),
    (
        HMAC + "query: {t: '{time}'}",
        f"10:20: {AUTH}.query.t: there is no {{time}} here; there are {{timestamp}}, {{nonce}}",
    ),
    (
        HMAC + "header: X-Sign\nparameter: sign",
        (
            f"11:20: {AUTH}.parameter: expected one place for the signature, found header and"
            " parameter; remove one"
        ),
    ),
    (
        HMAC + "keyed: false",
        (
            f"8:9: {AUTH}: expected {{secret}} in message, because keyed: false; otherwise"
            " anyone could sign"
        ),
    ),
    (
        HMAC + "parameters: {pair: ''}",
        (
            f"10:21: {AUTH}.parameters: expected {{parameters}} in message; otherwise no parameter"
            " is signed"
        ),
    ),
    (
        HMAC + "message: '{parameters}'\nparameters: {of: [path]}",
        f"11:27: {AUTH}.parameters.of[0]: expected 'query' or 'body', found 'path'",
    ),
    (
        HMAC + "sign_login: true",
        f"10:21: {AUTH}.sign_login: expected a login block, because it is signed",
    ),
    (
        HMAC + "encoding: base32",
        (
            f"10:19: {AUTH}.encoding: expected 'hex', 'upper_hex', 'base64' or 'base64url', found"
            " 'base32'; did you mean 'base64'?"
        ),
    ),
    (
        HMAC + "timestamp: epoch_us",
        (
            f"10:20: {AUTH}.timestamp: expected iso, local, datetime, epoch, epoch_ms, rfc2822 or a"
            " form with % such as %Y-%m-%d, found 'epoch_us'"
        ),
    ),
    (
        HMAC + "login: {kind: basic}",
        (
            f"10:23: {AUTH}.login.kind: expected one of client_credentials, refresh_token,"
            " password, jwt, login as kind, found 'basic'"
        ),
    ),
]


@pytest.mark.parametrize(("auth", "line"), FAULTS, ids=[line for _, line in FAULTS])
def test_each_fault_of_a_login_is_named_at_its_place(auth: str, line: str) -> None:
    assert problems(plant(auth)) == [line]


def test_there_are_faults_enough() -> None:
    assert len(FAULTS) >= 40
