"""What settings may say, told to others: JSON Schema for editors, Markdown for people.

Both are made from the models alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import timedelta
from typing import Any

from pydantic import BaseModel, SecretStr
from pydantic.json_schema import GenerateJsonSchema

from connectors.interface import ConnectorType
from connectors.reading.durations import write_duration
from proxy.settings.models import Settings
from proxy.settings.values import ListenAddress, write_rate

_DRAFT = "https://json-schema.org/draft/2020-12/schema"
Schema = dict[str, Any]


class _Generator(GenerateJsonSchema):
    """pydantic's generator, with defaults spelt as a person would type them."""

    def encode_default(self, dft: Any) -> Any:
        """A default value as it would stand in YAML."""
        if isinstance(dft, timedelta):
            return write_duration(dft)
        if isinstance(dft, ListenAddress):
            return str(dft)
        if isinstance(dft, SecretStr):
            return dft.get_secret_value()
        if isinstance(dft, BaseModel):
            return {}
        if isinstance(dft, tuple):
            return [self.encode_default(part) for part in dft]
        return super().encode_default(dft)


def json_schema(kinds: Iterable[ConnectorType]) -> Schema:
    """The JSON Schema of settings.yaml, with a branch for each kind of connector."""
    schema = Settings.model_json_schema(schema_generator=_Generator)
    definitions: Schema = schema["$defs"]
    definitions.pop("ConnectorSettings", None)
    branches = []
    for kind in sorted(kinds, key=lambda kind: kind.name):
        own = kind.settings.model_json_schema(
            schema_generator=_Generator, ref_template=f"#/$defs/{kind.name}.{{model}}"
        )
        for name, definition in own.pop("$defs", {}).items():
            definitions[f"{kind.name}.{name}"] = definition
        own["properties"]["type"] = {"const": kind.name, "description": "The kind of shop."}
        own["required"] = sorted({*own.get("required", ()), "type"})
        definitions[f"connector.{kind.name}"] = own
        branches.append({"$ref": f"#/$defs/connector.{kind.name}"})
    connector: Schema = definitions["StoreSettings"]["properties"]["connector"]
    connector.pop("$ref", None)
    connector["oneOf"] = branches
    definitions["UpstreamSettings"]["properties"]["rate"]["default"] = write_rate(
        definitions["UpstreamSettings"]["properties"]["rate"]["default"]
    )
    return {"$schema": _DRAFT, **schema, "title": "Portside's settings"}


def markdown(kinds: Iterable[ConnectorType]) -> str:
    """A reference page: one table a section, every key with what it may hold, its default and its
    meaning.
    """
    schema = json_schema(kinds)
    definitions: Schema = schema["$defs"]
    lines = [
        "# Settings",
        "",
        (
            "Made from the models by `portside schema --markdown > docs/settings.md`; a test keeps"
            " it so."
        ),
        "",
        (
            "Any value may hold `${NAME}`, an environment variable (`$${` stands for the characters"
            " themselves), or be `file:/path`, the text of a"
        ),
        (
            "file. A duration is a number with its unit: `ms`, `s`, `m`, `h`, `d` or `w`; `1h30m`"
            " works too. Unknown keys are refused."
        ),
        "",
    ]
    lines += _write_section("The whole file", schema, definitions)
    for title, name in _SECTIONS:
        lines += _write_section(title, definitions[name], definitions)
    for name in sorted(definitions):
        if name.startswith("connector."):
            kind = name.removeprefix("connector.")
            lines += _write_section(
                f"`connector:` of `type: {kind}`", definitions[name], definitions
            )
            lines += _inner_sections(kind, definitions)
    return "\n".join(lines).rstrip() + "\n"


_SECTIONS = (
    ("`admin:`", "AdminSettings"),
    ("`alerts:`", "AlertSettings"),
    ("`alerts: when:`", "AlarmSettings"),
    ("`logs:`", "LogSettings"),
    ("`export:`", "ExportSettings"),
    ("`delivery:`", "DeliverySettings"),
    ("`stores: NAME:`", "StoreSettings"),
    ("`stores: NAME: credentials:`", "CredentialSettings"),
    ("`stores: NAME: upstream:`", "UpstreamSettings"),
    ("`stores: NAME: shipments:`", "ShipmentSettings"),
    ("`stores: NAME: fields:`", "FillSettings"),
    ("`stores: NAME: fields: items:`", "LineFields"),
    ("`stores: NAME: fields: dimensions:`", "DimensionFields"),
    ("`stores: NAME: address:`", "AddressSettings"),
    ("`stores: NAME: address: ship_to:` and `bill_to:`", "AddressMap"),
    ("The long form of one field", "FieldSource"),
    ("`stores: NAME: filters:`", "FilterSettings"),
    ("`stores: NAME: carriers: CARRIER:`", "CarrierSettings"),
    ("`stores: NAME: webhooks:`", "WebhookSettings"),
    ("`stores: NAME: account:`", "AccountSettings"),
    ("`stores: NAME: account: refresh:`", "RefreshSettings"),
    ("`stores: NAME: account: reconcile:`", "ReconcileSettings"),
    ("`stores: NAME: account: audit:`", "AuditSettings"),
    ("`stores: NAME: account: after_import:`", "AfterImportSettings"),
    ("`stores: NAME: account: webhooks:`", "AccountWebhookSettings"),
)


def _inner_sections(kind: str, definitions: Schema) -> Iterator[str]:
    for name in sorted(definitions):
        if name.startswith(f"{kind}.") and definitions[name].get("properties"):
            yield from _write_section(
                f"`{name.removeprefix(f'{kind}.')}` in `type: {kind}`",
                definitions[name],
                definitions,
            )


def _write_section(title: str, schema: Schema, definitions: Schema) -> list[str]:
    required = {*schema.get("required", ()), *schema.get("x-required-without-recipe", ())}
    rows = []
    for name, part in schema["properties"].items():
        default = _write_default(part, name in required)
        meaning = _write_cell(_write_meaning(part, definitions))
        rows.append(f"| `{name}` | {_write_type(part, definitions)} | {default} | {meaning} |")
    description = " ".join(schema.get("description", "").split())
    return [
        f"## {title}",
        "",
        *([description, ""] if description else []),
        "| key | holds | default | meaning |",
        "|---|---|---|---|",
        *rows,
        "",
    ]


def _write_meaning(part: Schema, definitions: Schema) -> str:
    inner = definitions.get(part.get("$ref", "").removeprefix("#/$defs/"), {})
    return str(part.get("description") or inner.get("description", "").split("\n")[0])


def _write_type(part: Schema, definitions: Schema) -> str:
    """A schema in a few words."""
    if "const" in part:
        return f"`{part['const']}`"
    if "enum" in part:
        return ", ".join(f"`{word}`" for word in part["enum"])
    if "$ref" in part:
        return _holds_reference(part["$ref"].removeprefix("#/$defs/"), definitions)
    for choice in ("anyOf", "oneOf"):
        if choice in part:
            words = (
                _write_type(option, definitions)
                for option in part[choice]
                if option.get("type") != "null"
            )
            return " or ".join(dict.fromkeys(words))
    return _write_cell(_holds_type(part, definitions))


def _holds_reference(name: str, definitions: Schema) -> str:
    if name.startswith("connector."):
        return f"`type: {name.removeprefix('connector.')}`"
    if not definitions[name].get("properties"):
        return _write_type(definitions[name], definitions)
    kind, dot, section = name.partition(".")
    return f"[{section}](#{section.lower()}-in-type-{kind})" if dot else "a section"


def _holds_type(part: Schema, definitions: Schema) -> str:
    kind = part.get("type")
    if kind == "array":
        return (
            f"list of: {_write_type(part['items'], definitions)}" if part.get("items") else "a list"
        )
    if kind == "object":
        inner = part.get("additionalProperties")
        return (
            f"names, each with: {_write_type(inner, definitions)}"
            if isinstance(inner, dict)
            else "a section"
        )
    if kind in ("integer", "number"):
        least, most = part.get("minimum", part.get("exclusiveMinimum")), part.get("maximum")
        span = f" from {least}" * (least is not None) + f" to {most}" * (most is not None)
        return ("whole number" if kind == "integer" else "number") + span
    if kind == "boolean":
        return "`true` or `false`"
    if kind == "string":
        return "secret" if part.get("format") == "password" else _text_kind(part.get("pattern", ""))
    return "anything"


def _text_kind(pattern: str) -> str:
    kinds = {
        "^([0-9.]+(ms|s|m|h|d|w))+$": "duration",
        "^[0-9.]+ */ *[smhd]$": "rate",
        "^.+:.+$": "address",
        "^[0-9.]+ *[kKmMgGtT][bB]$": "size",
        "^[0-9.]+ intervals?$": "number of intervals",
    }
    return kinds.get(pattern, "text")


def _write_default(part: Schema, required: bool) -> str:  # noqa: FBT001 -- a cell of a table row
    value = part.get("default")
    if required:
        return "**required**"
    if value in (None, "", [], {}):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return "`[" + ", ".join(map(str, value)) + "]`" if isinstance(value, list) else f"`{value}`"


def _write_cell(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")
