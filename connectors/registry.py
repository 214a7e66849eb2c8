"""Connector types by name: ours and a stranger's come in the same way, by an entry point of the
group `portside.connectors`.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable
from importlib import metadata

from connectors.interface import ConnectorSettings, ConnectorType

GROUP = "portside.connectors"


class ConnectorTypeError(LookupError):
    """A connector type that does not exist or does not work.

    `str(error)` is one sentence; `suggestion` a name that was perhaps meant.
    """

    def __init__(self, message: str, *, suggestion: str = "") -> None:
        super().__init__(message)
        self.suggestion = suggestion


def _list_installed() -> Iterable[metadata.EntryPoint]:
    return metadata.entry_points(group=GROUP)


class Registry:
    """Loads a type only when a store asks for it, so that a broken plug-in harms only the stores
    that use it.
    """

    def __init__(
        self, entry_points: Callable[[], Iterable[metadata.EntryPoint]] = _list_installed
    ) -> None:
        self._entry_points = entry_points
        self._loaded: dict[str, ConnectorType] = {}

    def names(self) -> tuple[str, ...]:
        """All names that a settings file may use, in order; nothing is loaded."""
        return tuple(sorted({point.name for point in self._entry_points()}))

    def get(self, name: str) -> ConnectorType:
        """The type of this name. Raises `ConnectorTypeError`."""
        if (known := self._loaded.get(name)) is not None:
            return known
        points = {point.value: point for point in self._entry_points() if point.name == name}
        if not points:
            raise self._explain_unknown(name)
        if len(points) > 1:
            places = " and ".join(sorted(_describe(point) for point in points.values()))
            raise ConnectorTypeError(
                f"Two packages offer a connector named {name!r}: {places}; uninstall one of them."
            )
        found = _load(next(iter(points.values())))
        self._loaded[name] = found
        return found

    def _explain_unknown(self, name: str) -> ConnectorTypeError:
        names = self.names()
        near = difflib.get_close_matches(name.lower(), names, n=1, cutoff=0.6)
        hint = f" Did you mean {near[0]!r}?" if near else ""
        installed = ", ".join(names) or "none"
        return ConnectorTypeError(
            f"There is no connector named {name!r}.{hint} Installed: {installed}.",
            suggestion=near[0] if near else "",
        )


def _load(point: metadata.EntryPoint) -> ConnectorType:
    where = _describe(point)
    try:
        found = point.load()
    # Whatever a stranger's module does while it is imported, it shall cost one store and not the
    # program.
    except Exception as error:
        reason = str(error).splitlines()[0] if str(error) else "no reason given"
        raise ConnectorTypeError(
            f"The connector {point.name!r} ({where}) cannot be loaded: {type(error).__name__}:"
            f" {reason}."
        ) from error
    if not isinstance(found, ConnectorType):
        raise ConnectorTypeError(
            f"The connector {point.name!r} ({where}) is a {type(found).__name__}; expected a"
            " ConnectorType."
        )
    if found.name != point.name:
        raise ConnectorTypeError(
            f"The connector {point.name!r} ({where}) calls itself {found.name!r}; both names must"
            " be the same."
        )
    model: object = found.settings
    if not (isinstance(model, type) and issubclass(model, ConnectorSettings)):
        raise ConnectorTypeError(
            f"The connector {point.name!r} ({where}) has settings that are not a ConnectorSettings"
            " model."
        )
    return found


def _describe(point: metadata.EntryPoint) -> str:
    """Where an entry point comes from, e.g.

    `portside 1.0: connectors.woocommerce:connector_type`.
    """
    distribution = point.dist
    return (
        f"{distribution.name} {distribution.version}: {point.value}"
        if distribution is not None
        else point.value
    )
