"""What the operator is told about a proxy that the settings do not trust. Pure."""

from __future__ import annotations

from typing import Final

_ABOUT: Final = "proxy "


def name_proxy(peer: str) -> str:
    """What a remark about the proxy at `peer` is about."""
    return _ABOUT + peer


def find_proxy(about: str) -> str | None:
    """The address of the proxy that a remark is about; None for a remark about something else."""
    return about.removeprefix(_ABOUT) if about.startswith(_ABOUT) else None


def describe_proxy(peer: str) -> str:
    """One sentence, with what helps."""
    return (
        f"requests come through {peer}, which `trusted_proxies` does not name: the client addresses"
        " that it forwards are not believed, and all its clients count as one. If it is your own"
        " proxy, add it there."
    )
