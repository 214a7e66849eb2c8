"""A login call of the shop's own."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, SecretStr, model_validator

from connectors.generic_json.settings.auth.tokens import TOKEN, Carried, DottedPath
from connectors.interface import Duration
from connectors.places import MisplacedError
from connectors.upstream.auth.token_answer import WHOLE


class CallLogin(Carried):
    """A login call of the shop's own: user name and password in, a token out of the body, a header
    or a cookie.
    """

    kind: Literal["login"]
    method: Literal["GET", "POST"] = "POST"
    """How it is sent."""
    path: str
    """The call's path."""
    query: dict[str, str] = Field(default={})
    """Parameters of the call."""
    body: dict[str, object] | None = None
    """The call's JSON body."""
    form: dict[str, str] | None = None
    """Or its body as a web form."""
    headers: dict[str, str] = Field(default={})
    """Headers of the call."""
    token: DottedPath = ""
    """The dotted path to the token in the answer, e.g. `data.token`; `@` where the answer is
    nothing else.
    """
    token_header: str = ""
    """Or the header of the answer that holds it."""
    token_cookie: str = ""
    """Or the cookie that the answer sets. By itself it goes back as this cookie."""
    lifetime: Duration | None = None
    """How long a token is good, if the answer does not say."""
    lifetime_path: DottedPath = ""
    """The dotted path to the seconds it is good for."""
    refusals: tuple[int, ...] = (400,)
    """Statuses besides 401 and 403 that mean a wrong password here."""
    secrets: tuple[SecretStr, ...] = ()
    """What of the call must never be shown; passwords are known by their name."""

    @property
    def has_token(self) -> bool:
        """Whether the answer holds a token beside `fields`."""
        return bool(self.token or self.token_header or self.token_cookie)

    @model_validator(mode="after")
    def _check_token_place(self) -> Self:
        places = [self.token, self.token_header, self.token_cookie]
        found = sum(map(bool, places))
        if not (found or self.fields):
            raise ValueError(
                "expected token (a path in the answer's body), token_header, token_cookie or"
                " fields, found none"
            )
        if found > 1:
            names = ("token", "token_header", "token_cookie")
            named = [name for name, place in zip(names, places, strict=True) if place]
            raise MisplacedError(
                (named[-1],),
                f"expected one place for the token, found {' and '.join(named)}; remove one",
            )
        if WHOLE in self.token and self.token != WHOLE:
            raise MisplacedError(
                ("token",), f"expected {WHOLE} alone for the whole answer, found {self.token!r}"
            )
        if not self.has_token:
            self._check_unused()
        return self

    @model_validator(mode="after")
    def _check_body(self) -> Self:
        bodies = [name for name in ("body", "form") if getattr(self, name) is not None]
        if len(bodies) > 1:
            raise ValueError("expected one of body and form, found both")
        if bodies and self.method == "GET":
            raise MisplacedError(
                (bodies[0],),
                f"expected no {bodies[0]} in a GET; write the fields under query, or set"
                " method: POST",
            )
        return self

    def _check_unused(self) -> None:
        """Raise `MisplacedError` if something carries the token of an answer that has none."""
        for name in ("header", "prefix"):
            if name in self.model_fields_set:
                raise MisplacedError(
                    (name,),
                    f"expected no {name}, because the login brings fields and no token; write them"
                    ' under carry, e.g. headers: {X-Session: "{{ token.session }}"}',
                )
        for at, template in self.carry.templates if self.carry is not None else ():
            if ("token", TOKEN) in template.names:
                raise MisplacedError(
                    ("carry", *at),
                    "there is no token.value, because the login brings fields and no token; add"
                    " token, token_header or token_cookie",
                )
