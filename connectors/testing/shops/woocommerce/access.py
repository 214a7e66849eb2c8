"""Who may do what in a fake WooCommerce shop: keys in the header, in the query string, or signed
with OAuth 1.0a, checked as WooCommerce does.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import time
from dataclasses import dataclass, field
from urllib.parse import quote, unquote

from aiohttp import web

from connectors.testing.shops.woocommerce.answers import refuse

_PATIENCE = 15 * 60
_READS = frozenset({"GET", "HEAD"})


@dataclass(kw_only=True)
class Access:
    """One key.

    `https` says whether PHP takes requests for encrypted: only then are key and secret accepted as
    they are, else signed.

    `strips_header` plays a host that drops the Authorization header.
    """

    key: str = "ck_0123456789abcdef"
    secret: str = "cs_fedcba9876543210"
    may_write: bool = True
    https: bool = False
    strips_header: bool = False
    _nonces: set[str] = field(default_factory=set)

    def refusal(self, request: web.Request) -> web.Response | None:
        """The answer to a request that may not pass; None if it may."""
        if "rest_route" in request.query and "wp-json/wc" not in request.raw_path:
            # WooCommerce before 11.1 does not look at a key then.
            stated, fault = "", ""
        elif "oauth_consumer_key" in request.query:
            stated, fault = request.query["oauth_consumer_key"], self._signature_fault(request)
        elif self.https:
            stated, fault = self._plain(request)
        else:
            stated, fault = "", ""
        if stated != self.key:
            return refuse(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        if fault:
            return refuse(401, "woocommerce_rest_authentication_error", fault)
        if not self.may_write and request.method not in _READS:
            return refuse(
                401,
                "woocommerce_rest_authentication_error",
                "The API key provided does not have write permissions.",
            )
        return None

    def _plain(self, request: web.Request) -> tuple[str, str]:
        """The key of a request over https, query string before header, and what is wrong with its
        secret.
        """
        if "consumer_key" in request.query:
            key, secret = request.query["consumer_key"], request.query.get("consumer_secret", "")
        else:
            scheme, _, coded = request.headers.get("Authorization", "").partition(" ")
            if scheme.lower() != "basic" or self.strips_header:
                return "", ""
            key, _, secret = base64.b64decode(coded).decode("utf-8", "replace").partition(":")
        return key, "" if hmac.compare_digest(
            secret, self.secret
        ) else "Consumer secret is invalid."

    def _signature_fault(self, request: web.Request) -> str:
        """What is wrong with an OAuth 1.0a signature: the parameters are encoded twice over, sorted
        by name, and signed with `secret&`.
        """
        digest = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}.get(
            request.query.get("oauth_signature_method", "")
        )
        if digest is None:
            return "Invalid signature - signature method is invalid."
        pairs = [pair.partition("=") for pair in request.raw_path.partition("?")[2].split("&")]
        coded = sorted(
            (_twice(name), _twice(value)) for name, _, value in pairs if name != "oauth_signature"
        )
        told = "%26".join(f"{name}%3D{value}" for name, value in coded)
        # WooCommerce works out the site's bare address without its slash.
        path = request.path.removesuffix("/") if "rest_route" in request.query else request.path
        place = quote(f"http://{request.host}{path}", safe="")
        signed = hmac.new(
            f"{self.secret}&".encode(), f"{request.method}&{place}&{told}".encode(), digest
        ).digest()
        if not hmac.compare_digest(
            base64.b64encode(signed).decode(), request.query.get("oauth_signature", "")
        ):
            return "Invalid signature - provided signature does not match."
        stamp, nonce = (
            request.query.get("oauth_timestamp", ""),
            request.query.get("oauth_nonce", ""),
        )
        if not stamp.isdigit() or abs(time.time() - int(stamp)) > _PATIENCE:
            return "Invalid timestamp."
        if not nonce or nonce in self._nonces:
            return "Invalid nonce - nonce has already been used."
        self._nonces.add(nonce)
        return ""


def _twice(text: str) -> str:
    return quote(quote(unquote(text), safe=""), safe="")
