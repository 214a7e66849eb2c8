"""Docker Compose's files fit its schema and what Portside needs to live behind them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FILES = ("compose.yaml", "deploy/cluster.compose.yaml")


def read_services(file: str) -> dict[str, Any]:
    services: dict[str, Any] = yaml.safe_load((ROOT / file).read_text())["services"]
    return services


def test_the_files_fit_the_schema_of_compose() -> None:
    linter = Path(sys.executable).with_name("check-jsonschema")
    done = subprocess.run(  # noqa: S603 -- the linter of the lock file
        [linter, "--builtin-schema", "vendor.compose-spec", *(ROOT / file for file in FILES)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("file", FILES)
def test_portside_may_write_where_it_must_and_nowhere_else(file: str) -> None:
    ours = [one for one in read_services(file).values() if one["image"] == "portside"]
    assert ours
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "/tmp" in service["tmpfs"]  # noqa: S108 -- a place in the container
        assert "ports" not in service


def test_the_single_portside_keeps_its_database_over_a_new_container() -> None:
    (folder,) = [line.split()[1] for line in read_lines("Dockerfile") if line.startswith("VOLUME")]
    assert f"data:{folder}" in read_services("compose.yaml")["portside"]["volumes"]


def test_only_the_side_of_shipping_clients_is_reachable_from_outside() -> None:
    caddyfile = yaml.safe_load((ROOT / "compose.yaml").read_text())["configs"]["caddyfile"]
    assert "path /stores/* /webhooks/* /shipstation/*" in caddyfile["content"]
    assert caddyfile["content"].count("reverse_proxy portside:8080") == 1
    assert "9090" not in caddyfile["content"]


@pytest.mark.parametrize("file", FILES)
def test_images_of_others_name_their_line(file: str) -> None:
    for service in read_services(file).values():
        image, _, tag = service["image"].partition(":")
        assert image == "portside" or tag[:1].isdigit(), service["image"]


def read_lines(file: str) -> list[str]:
    return (ROOT / file).read_text().splitlines()
