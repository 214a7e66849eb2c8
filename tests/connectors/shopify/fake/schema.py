"""What Shopify itself would say to a document and its variables, by its newest schema."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

from graphql import (
    GraphQLError,
    GraphQLSchema,
    NoDeprecatedCustomRule,
    OperationDefinitionNode,
    build_client_schema,
    get_variable_values,
    parse,
    specified_rules,
    validate,
)

from tests.supply.shopify_schemas import list_versions, read_schema


@lru_cache(maxsize=1)
def load_schema(version: str) -> GraphQLSchema:
    """One version's schema; the last one stays in memory, because reading it takes a second."""
    return build_client_schema(read_schema(version), assume_valid=True)  # type: ignore[arg-type]


@lru_cache(maxsize=256)
def find_faults(document: str, version: str) -> tuple[str, ...]:
    """Why Shopify refuses a document; what is deprecated counts as refused."""
    try:
        parsed = parse(document)
    except GraphQLError as error:
        return (error.message,)
    rules = [*specified_rules, NoDeprecatedCustomRule]
    return tuple(error.message for error in validate(load_schema(version), parsed, rules))


def find_variable_faults(document: str, variables: dict[str, Any]) -> tuple[str, ...]:
    """Why Shopify refuses a document that is right in itself with these variables."""
    (operation, *_) = (
        node for node in parse(document).definitions if isinstance(node, OperationDefinitionNode)
    )
    found = get_variable_values(
        load_schema(list_versions()[-1]), operation.variable_definitions or (), variables
    )
    return tuple(error.message for error in found) if isinstance(found, list) else ()


def judge(document: str, variables: dict[str, Any]) -> tuple[str, ...]:
    """All that Shopify's newest version has against a request."""
    return find_faults(document, list_versions()[-1]) or find_variable_faults(document, variables)
