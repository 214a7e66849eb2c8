"""The first settings file of a merchant: what `portside init` writes, and the secrets it needs."""

from __future__ import annotations

import json
import re
import secrets
import shlex
from collections.abc import Mapping
from importlib import resources

import msgspec

from connectors.generic_json.recipes.reader import list_recipes

_OWN_KINDS = {
    "woocommerce": """\
type: woocommerce
url: {url}
consumer_key: "${{{name}_KEY}}"   # WooCommerce → Settings → Advanced → REST API, read, write
consumer_secret: "${{{name}_SECRET}}"
""",
    "shopify": """\
type: shopify
shop: {url}
client_id: "${{{name}_CLIENT_ID}}"         # of an app in Shopify's Dev Dashboard
client_secret: "${{{name}_CLIENT_SECRET}}"
""",
}
_FILE = """\
# Written by `portside init`. Every key there is: `portside schema --markdown`.
database: sqlite:///portside.db        # beside where `portside serve` is run
stores:
  {store}:                             # ShipStation's address: https://your-host/stores/{store}
    credentials: {{username: {store}, password: "${{{password}}}"}}
    connector:
{connector}"""
_VARIABLE = re.compile(r"\$\{([A-Z][A-Z0-9_]*)\}")


class NewSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The text of the file; the environment variables that it names, each with its value where one
    was made up, else `""`.
    """

    text: str
    variables: Mapping[str, str]


def list_shops() -> list[str]:
    """The kinds of shop that a file can be written for: our connectors' and the recipes'."""
    return [*_OWN_KINDS, *list_recipes()]


def compose_settings(store: str, shop: str, url: str) -> NewSettings:
    """A file for one store, in front of a shop of this kind at `url`."""
    name = re.sub(r"\W", "_", store.upper())
    if shop in _OWN_KINDS:
        connector = _OWN_KINDS[shop].format(url=json.dumps(url), name=name)
    else:
        connector = _read_example(shop, url)
    password = f"{name}_PASSWORD"
    lines = "".join(f"      {line}\n" for line in connector.splitlines())
    text = _FILE.format(store=store, password=password, connector=lines)
    made = {password: secrets.token_urlsafe(18)}
    return NewSettings(text=text, variables={key: made.get(key, "") for key in _list_names(text)})


def write_environment(values: Mapping[str, str]) -> str:
    """The lines of an `.env` file, as a shell and Docker read them."""
    return "".join(
        f"{name}={shlex.quote(value) if value else ''}\n" for name, value in values.items()
    )


def _list_names(text: str) -> list[str]:
    return list(dict.fromkeys(_VARIABLE.findall(text)))


def _read_example(recipe: str, url: str) -> str:
    """The `connector:` block that a recipe shows at its head, with this address."""
    file = resources.files("connectors.generic_json.recipes") / f"{recipe}.yaml"
    block = list[str]()
    for line in file.read_text().splitlines():
        if line.startswith("#     "):
            block.append(line.removeprefix("#     "))
        elif block:
            break
    return "\n".join(
        f"url: {json.dumps(url)}" if line.startswith("url:") else line for line in block
    )
