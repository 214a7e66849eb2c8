"""The kinds of shop that this installation knows: the one registry of the program."""

from __future__ import annotations

import click

from connectors.interface import ConnectorType
from connectors.registry import ConnectorTypeError, Registry

_registry = Registry()


def find_kind(name: str) -> ConnectorType:
    """The kind of shop of this name. Raises `ConnectorTypeError`."""
    return _registry.get(name)


def list_kinds() -> list[ConnectorType]:
    """Every kind of shop that can be loaded; one that cannot is named on standard error."""
    kinds = []
    for name in _registry.names():
        try:
            kinds.append(_registry.get(name))
        except ConnectorTypeError as error:
            click.echo(str(error), err=True)
    return kinds
