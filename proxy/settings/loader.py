"""settings.yaml → `Settings`, or every problem in it as `file:line:column: path: what was expected,
what was found`.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path as File
from typing import Any

from pydantic import ValidationError

from connectors.interface import ConnectorSettings, ConnectorType
from connectors.places import PLACES, Path, PlaceOf, with_places
from connectors.registry import ConnectorTypeError
from proxy.settings.messages import find_faults, hide_in_problems
from proxy.settings.models import Settings
from proxy.settings.problems import Problem, SettingsError, shown_path
from proxy.settings.yaml_document import (
    LARGEST_FILE,
    Document,
    read_document,
    read_regular_file,
)

TypeFinder = Callable[[str], ConnectorType]
"""Gives the connector type of a name, or raises `ConnectorTypeError`: a registry's `get`."""


SecretKeeper = Callable[[frozenset[str]], None]
"""Is given every text that settings took from the environment or from a file."""


# A character has four bytes at most: what is longer is not read.
_MOST_BYTES = 4 * LARGEST_FILE


def _forget_secrets(_texts: frozenset[str]) -> None:
    """Keep nothing."""


def load_settings(
    file: File,
    *,
    find_type: TypeFinder,
    environment: Mapping[str, str] | None = None,
    keep_secrets: SecretKeeper = _forget_secrets,
) -> Settings:
    """Read and check a settings file. Raises `SettingsError` with all problems at once."""
    return parse_settings(
        read_settings_text(file),
        file=str(file),
        directory=file.parent,
        find_type=find_type,
        environment=environment,
        keep_secrets=keep_secrets,
    )


def read_settings_text(file: File) -> str:
    """The text of a settings file. Raises `SettingsError`."""
    try:
        raw = read_regular_file(file, _MOST_BYTES)
        if len(raw) > _MOST_BYTES:
            message = f"expected at most {LARGEST_FILE} characters, found more"
            raise SettingsError(str(file), [Problem(line=1, column=1, message=message)])
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise SettingsError(
            str(file),
            [Problem(line=line, column=1, message="expected UTF-8 text, found other bytes")],
        ) from error
    except OSError as error:
        message = (
            f"the settings cannot be read: {error.strerror}; name your file with"
            " --settings or in PORTSIDE_SETTINGS"
        )
        raise SettingsError(str(file), [Problem(line=1, column=1, message=message)]) from error


def parse_settings(
    text: str,
    *,
    file: str,
    find_type: TypeFinder,
    directory: File | None = None,
    environment: Mapping[str, str] | None = None,
    keep_secrets: SecretKeeper = _forget_secrets,
) -> Settings:
    """The settings in `text`.

    `file` names it in messages; `directory` is where relative `file:` secrets lie.
    """
    document = read_document(
        text,
        file=file,
        environment=os.environ if environment is None else environment,
        directory=directory or File.cwd(),
    )
    keep_secrets(document.secrets)
    if not isinstance(document.value, dict):
        raise SettingsError(
            file,
            [Problem(line=1, column=1, message="expected keys with values, such as `stores:`")],
        )
    problems: list[Problem] = []
    value = _drop_empty(document.value)
    for name, store in _list_stores(value):
        connector, found = _read_connector(
            store["connector"], ("stores", name, "connector"), document, find_type, file
        )
        store["connector"] = connector
        problems += found
        for block in _WITH_EXPRESSIONS & store.keys():
            path = ("stores", name, block)
            store[block] = with_places(store[block], _find_places(document, path, file))
    try:
        settings = Settings.model_validate(value)
    except ValidationError as error:
        problems += find_faults(error, document, Settings)
        # pydantic's own text would show what was typed
        raise SettingsError(file, hide_in_problems(problems, document)) from None
    problems += _find_contradictions(settings, document)
    problems += _find_deaf_stores(settings, document, find_type)
    if problems:
        raise SettingsError(file, hide_in_problems(problems, document))
    return settings


# What else of a store may hold expressions; a connector's block is given its places by its model.
_WITH_EXPRESSIONS = frozenset({"fields", "address", "filters"})


def _drop_empty(value: Any, depth: int = 0) -> Any:
    """`value` without keys that have nothing after the colon: a section whose lines are all
    commented out counts as left out.

    A connector's block is left alone: an empty value may mean something there.
    """
    if not isinstance(value, dict):
        return value
    return {
        key: inner if key == "connector" and depth else _drop_empty(inner, depth + 1)
        for key, inner in value.items()
        if inner is not None
    }


def _list_stores(value: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    stores = value.get("stores")
    for name, store in stores.items() if isinstance(stores, dict) else ():
        if isinstance(store, dict) and isinstance(store.get("connector"), dict):
            yield name, store


def _read_connector(
    block: dict[str, Any], path: Path, document: Document, find_type: TypeFinder, file: str
) -> tuple[ConnectorSettings, list[Problem]]:
    """A `connector:` block, checked by the model of its own type; the plain model stands in for one
    that is wrong.
    """
    kind = block.get("type")
    if not isinstance(kind, str):
        place = document.positions[path]
        message = "expected the kind of shop, e.g. `type: woocommerce`"
        fault = Problem(
            line=place.line, column=place.column, path=shown_path((*path, "type")), message=message
        )
        return ConnectorSettings(type=""), [fault]
    try:
        found = find_type(kind)
    except ConnectorTypeError as error:
        place = document.positions[*path, "type"]
        fault = Problem(
            line=place.line,
            column=place.column,
            path=shown_path((*path, "type")),
            message=str(error),
        )
        return ConnectorSettings(type=kind), [fault]
    try:
        return (
            found.settings.model_validate(
                block, context={PLACES: _find_places(document, path, file)}
            ),
            [],
        )
    except ValidationError as error:
        return ConnectorSettings(type=kind), list(
            find_faults(error, document, found.settings, path)
        )


def _find_places(document: Document, prefix: Path, file: str) -> PlaceOf:
    """How a connector learns where a value of its block stands."""

    def place_of(path: Path) -> str:
        position = document.positions.get((*prefix, *path))
        return f"{file}:{position.line}" if position is not None else ""

    return place_of


def _find_contradictions(settings: Settings, document: Document) -> Iterator[Problem]:
    """What is wrong between two settings that are right each on its own."""
    if settings.listen == settings.admin.listen and settings.listen.port:
        path: Path = ("admin", "listen")
        place = (
            document.positions.get(path)
            or document.positions.get(("listen",))
            or document.positions[()]
        )
        message = f"expected another address than `listen`, found {settings.listen} for both"
        yield Problem(line=place.line, column=place.column, path=shown_path(path), message=message)


def _find_deaf_stores(
    settings: Settings, document: Document, find_type: TypeFinder
) -> Iterator[Problem]:
    """Stores that are to listen to webhooks and could not."""
    for name, store in settings.stores.items():
        # The plain model stands for a block that is wrong itself; that is told already.
        if store.webhooks is None or type(store.connector) is ConnectorSettings:
            continue
        fault = find_type(store.connector.type).check_webhooks(
            store.connector, store.webhooks.secret.get_secret_value()
        )
        if fault:
            path: Path = ("stores", name, "webhooks")
            place = document.positions[path]
            yield Problem(
                line=place.key_line, column=place.key_column, path=shown_path(path), message=fault
            )
