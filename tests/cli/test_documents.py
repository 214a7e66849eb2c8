"""Documents that could drift from the code, and may not."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner
from pydantic import BaseModel

from connectors.woocommerce.settings import WooCommerceSettings
from proxy.cli.main import main
from proxy.settings.models import (
    AdminSettings,
    CredentialSettings,
    DeliverySettings,
    ExportSettings,
    FilterSettings,
    LogSettings,
    Settings,
    ShipmentSettings,
    StoreSettings,
    UpstreamSettings,
)

ROOT = Path(__file__).parents[2]


def test_the_settings_reference_is_what_the_models_say() -> None:
    made = CliRunner().invoke(main, ["schema", "--markdown"])
    assert made.exit_code == 0
    assert (ROOT / "docs" / "settings.md").read_text() == made.stdout, "run `make docs`"


def test_the_example_settings_show_every_key() -> None:
    text = (ROOT / "settings.yaml").read_text()
    shown = set(re.findall(r"^\s*#?\s*([a-z_]+):", text, re.MULTILINE))
    models: tuple[type[BaseModel], ...] = (
        *(Settings, AdminSettings, LogSettings, ExportSettings, DeliverySettings),
        *(StoreSettings, CredentialSettings, UpstreamSettings, FilterSettings, ShipmentSettings),
        WooCommerceSettings,
    )
    assert {name for model in models for name in model.model_fields} - shown == set()


def test_every_key_of_the_example_settings_is_explained() -> None:
    lines = (ROOT / "settings.yaml").read_text().splitlines()
    bare = [
        line
        for line in lines
        if re.match(r"\s*(# )?[a-z_]+:", line) and not re.search(r"\S.*\s# \S", line)
    ]
    assert bare == []


def test_the_example_settings_state_the_defaults() -> None:
    stated = yaml.safe_load((ROOT / "settings.yaml").read_text())
    shop = stated.pop("stores")["north"]["connector"]
    least = {name: shop[name] for name in ("type", "url", "consumer_key", "consumer_secret")}
    assert WooCommerceSettings.model_validate(shop) == WooCommerceSettings.model_validate(least)
    store = {"credentials": [{"auth_key": "k"}], "connector": {"type": "x"}}
    assert Settings.model_validate({**stated, "stores": {"n": store}}) == Settings.model_validate(
        {"stores": {"n": store}}
    )


@pytest.mark.parametrize(
    "page",
    [
        str(page.relative_to(ROOT))
        for page in sorted((*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
    ],
)
def test_every_link_to_a_file_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text())
    assert [link for link in links if not (ROOT / page).parent.joinpath(link).exists()] == []


def test_the_commands_the_readme_names_are_there() -> None:
    text = (ROOT / "README.md").read_text()
    named = set(re.findall(r"portside ([a-z]+)", text))
    known = set(CliRunner().invoke(main, ["--help"]).stdout.split("Commands:")[1].split())
    assert named <= known


def test_every_secret_in_docs_and_recipes_is_quoted_so_that_editors_read_it_as_we_do() -> None:
    places = [ROOT / "README.md", ROOT / "settings.yaml", *(ROOT / "docs").rglob("*.md")]
    places += (ROOT / "connectors/generic_json/recipes").glob("*.yaml")
    assert len(places) > 30
    bare = [
        f"{place.relative_to(ROOT)}: {token.value}"
        for place in places
        for text in read_yaml_parts(place)
        for token in yaml.scan(text)
        if isinstance(token, yaml.ScalarToken) and token.plain and "${" in token.value
    ]
    assert bare == []


def read_yaml_parts(place: Path) -> list[str]:
    """A YAML file, or what stands as YAML in a page: its blocks, and lines within its text."""
    text = place.read_text()
    if place.suffix == ".yaml":
        return [text]
    blocks = re.findall(r"^```ya?ml\n(.*?)^```", text, re.DOTALL | re.MULTILINE)
    rest = re.sub(r"^```.*?^```", "", text, flags=re.DOTALL | re.MULTILINE)
    return [*blocks, *re.findall(r"`([a-z_]+: [^`\n]*\$\{[^`\n]*)`", rest)]
