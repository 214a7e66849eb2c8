"""The manifests fit Kubernetes' own schemas, and each other."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner

import proxy
from proxy.cli.main import main

FILE = Path(__file__).parents[2] / "deploy" / "kubernetes" / "portside.yaml"
# The newest three releases are the ones that Kubernetes looks after.
RELEASES = ("1.35", "1.36", "1.37")


@pytest.fixture(scope="module")
def parts() -> dict[str, Any]:
    """Each part by its kind; of two services the first."""
    return {part["kind"]: part for part in reversed(list(yaml.safe_load_all(FILE.read_text())))}


@pytest.mark.parametrize("release", RELEASES)
def test_each_part_fits_the_schemas_of_a_release_that_is_looked_after(release: str) -> None:
    linter = Path(sys.executable).with_name("kubernetes-validate")
    done = subprocess.run(  # noqa: S603 -- the linter of the lock file
        [linter, "--strict", "--kubernetes-version", release, FILE],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_settings_of_the_manifest_are_sound(parts: dict[str, Any], tmp_path: Path) -> None:
    settings = tmp_path / "settings.yaml"
    settings.write_text(parts["ConfigMap"]["data"]["settings.yaml"])
    secrets = {
        name: f"a-long-secret-of-{name.lower()}"
        for name in ("ADMIN_PASSWORD", "DB_PASSWORD", "NORTH_PASSWORD", "NORTH_KEY", "NORTH_SECRET")
    }
    checked = CliRunner().invoke(
        main, ["check", "--offline", "--settings", str(settings)], env=secrets
    )
    assert checked.exit_code == 0, checked.output


def test_what_selects_the_replicas_finds_them(parts: dict[str, Any]) -> None:
    labels = parts["Deployment"]["spec"]["template"]["metadata"]["labels"]
    assert parts["Deployment"]["spec"]["selector"]["matchLabels"] == labels
    assert parts["Service"]["spec"]["selector"] == labels
    assert parts["PodDisruptionBudget"]["spec"]["selector"]["matchLabels"] == labels
    assert (
        parts["Deployment"]["spec"]["replicas"]
        > parts["PodDisruptionBudget"]["spec"]["minAvailable"]
    )


def test_the_image_is_of_this_version(parts: dict[str, Any]) -> None:
    (container,) = parts["Deployment"]["spec"]["template"]["spec"]["containers"]
    assert container["image"] == f"portside:{proxy.__version__}"
