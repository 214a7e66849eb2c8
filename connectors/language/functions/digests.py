"""Digests of text, for aliases of long ids and for signatures."""

from __future__ import annotations

import hashlib
import hmac as keyed
from typing import Final

from connectors.language.functions.table import FUNCTIONS, EvaluationError, Run

_DIGESTS: Final = ("sha256", "sha1", "sha512", "md5")
# A step is about what looking at one element costs.
_BYTES_A_STEP: Final = 64


@FUNCTIONS.add("text", needs_run=True)
def sha256(run: Run, value: str | None) -> str | None:
    """The SHA-256 digest of a text, in hexadecimal: `sha256('a')` is
    `"ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"`.
    """
    return None if value is None else hashlib.sha256(_encode(run, value)).hexdigest()


@FUNCTIONS.add("text", "string", "string", least=2, needs_run=True)
def hmac(run: Run, value: str | None, key: str, digest: str = "sha256") -> str | None:
    """A text's keyed digest in hexadecimal, by `sha256`, `sha1`, `sha512` or `md5`:
    `hmac('a', 'key')` is `"780c3db4ce3de5b9e55816fba98f590631d96c075271b26976238d5f4444219b"`.
    """
    if value is None:
        return None
    if digest not in _DIGESTS:
        raise EvaluationError(f"expected one of {', '.join(_DIGESTS)} as digest, found {digest!r}")
    return keyed.new(_encode(run, key), _encode(run, value), digest).hexdigest()


def _encode(run: Run, value: str) -> bytes:
    """A text as bytes, with the work that its digest costs counted; half a character pair, which
    only JSON can hold, becomes a question mark.
    """
    run.spend(len(value) // _BYTES_A_STEP)
    return value.encode(errors="replace")
