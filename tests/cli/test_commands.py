"""Commands in-process: what they say to a person who types something odd."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from click import Context
from click.testing import CliRunner

from proxy import __version__
from proxy.cli.main import main

ROOT = Path(__file__).parents[2]
SETTINGS = """\
stores:
  north:
    credentials: {username: north, password: p}
    connector:
      {type: woocommerce, url: "http://127.0.0.1:1", consumer_key: ck_1, consumer_secret: cs_1}
    upstream: {attempts: 1}
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "settings.yaml"
    path.write_text(SETTINGS)
    return path


def run(*words: object, **environment: str) -> tuple[int, str, str]:
    result = CliRunner(env=environment).invoke(main, [str(word) for word in words])
    return result.exit_code, result.stdout, result.stderr


def test_the_version_is_the_packages() -> None:
    assert run("--version") == (0, f"portside {__version__}\n", "")


def test_the_list_of_commands_waits_for_no_imports_but_its_own() -> None:
    script = (
        "import sys; from proxy.cli.main import main; main(['--help'], standalone_mode=False);"
        " print(*sys.modules, file=sys.stderr)"
    )
    done = subprocess.run(  # noqa: S603 -- our own
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert "  serve " in done.stdout
    names = set(done.stderr.split())
    assert {name for name in names if name.startswith(("proxy.", "connectors"))} == {
        "proxy.cli",
        "proxy.cli.main",
    }
    assert {"aiohttp", "lxml", "pydantic", "rich", "sqlalchemy", "yaml"} & names == set()


@pytest.mark.parametrize("command", main.list_commands(Context(main)))
def test_every_command_explains_itself(command: str) -> None:
    code, out, _ = run(command, "--help")
    assert code == 0
    assert f"Usage: main {command}" in out
    assert len(out.splitlines()) > 5
    assert command in run("--help")[1]


def test_an_unknown_command_or_option_is_refused() -> None:
    assert run("srve")[0] == 2
    assert run("serve", "--setings", "x")[0] == 2


def test_the_settings_file_may_be_named_in_the_environment(file: Path) -> None:
    assert run("check", "--offline", PORTSIDE_SETTINGS=str(file))[0] == 0


def test_a_settings_file_that_is_not_there_is_one_line_and_status_2(tmp_path: Path) -> None:
    code, out, err = run("check", "--settings", tmp_path / "none.yaml")
    assert (code, out) == (2, "")
    assert (
        err == f"{tmp_path}/none.yaml:1:1: the settings cannot be read: No such file or directory; "
        "name your file with --settings or in PORTSIDE_SETTINGS\n"
    )


def test_a_folder_in_place_of_the_settings_is_one_line_and_status_2(tmp_path: Path) -> None:
    code, out, err = run("check", "--settings", tmp_path)
    assert (code, out) == (2, "")
    assert err.startswith(f"{tmp_path}:1:1: the settings cannot be read: Is a directory; ")
    assert err.count("\n") == 1


@pytest.mark.parametrize("command", [("check",), ("export",)])
def test_an_unknown_store_is_named_with_the_known_ones(
    file: Path, command: tuple[str, ...]
) -> None:
    code, _, err = run(*command, "--settings", file, "--store", "nroth")
    assert code == 1
    assert err == "Error: no store named 'nroth'; the settings name: north; did you mean 'north'?\n"


@pytest.mark.parametrize("since", ["yesterday", "2 days", "2026-13-01", ""])
def test_a_time_that_cannot_be_read_is_refused_with_examples(file: Path, since: str) -> None:
    code, _, err = run("export", "--settings", file, "--store", "north", "--since", since)
    assert code == 2
    assert "expected a duration such as 2d or 12h, or a date such as 2026-01-31" in " ".join(
        err.split()
    )


def test_a_span_that_ends_before_it_starts_is_refused(file: Path) -> None:
    code, _, err = run(
        "export", "--settings", file, "--store", "north", "--since", "1d", "--until", "2d"
    )
    assert code == 2
    assert "expected a time before --until" in err


def test_a_shop_that_is_down_ends_an_export_with_one_line(file: Path) -> None:
    code, out, err = run("export", "--settings", file, "--store", "north")
    assert (code, out) == (1, "")
    assert err.startswith("Error: north: ")
    assert err.count("\n") == 1


def test_a_check_names_a_database_that_cannot_be_made(file: Path) -> None:
    file.write_text("database: sqlite:////no/such/folder/x.db\n" + SETTINGS)
    code, out, _ = run("check", "--settings", file)
    assert code == 1
    assert "✗ database: no file can be made in /no/such/folder" in out


def test_a_check_makes_no_database(file: Path) -> None:
    file.write_text(f"database: sqlite:///{file.parent}/x.db\n" + SETTINGS)
    assert "✓ database: " in run("check", "--settings", file)[1]
    assert not (file.parent / "x.db").exists()


def test_a_time_longer_ago_than_can_be_asked_for_is_told_its_limit(file: Path) -> None:
    assert "expected at most 3650d, found '20000d'" in " ".join(
        run("export", "--settings", file, "--store", "north", "--since", "20000d")[2].split()
    )


def test_a_number_that_no_delivery_can_have_is_refused(file: Path) -> None:
    code, _, err = run("deliveries", "show", "--settings", file, "9" * 23)
    assert code == 2
    assert "is not in the range" in err


def test_a_trial_without_a_user_name_is_told_so() -> None:
    code, _, err = run("verify", "http://127.0.0.1:1/stores/north", "--password", "p")
    assert code == 2
    assert "no user name: give it in PORTSIDE_USERNAME, or with --username" in err


def test_a_command_that_is_mistyped_is_guessed() -> None:
    status, _, said = run("chekc")
    assert status == 2
    assert said.endswith("Error: no command 'chekc'; did you mean 'check'?\n")


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
@pytest.mark.parametrize(("typed", "found"), [("sta", "status"), ("status --js", "--json")])
def test_a_shell_completes_commands_and_options_as_the_docs_say(
    shell: str, typed: str, found: str
) -> None:
    assert f"{shell}_source" in (ROOT / "docs" / "operating.md").read_text()
    words = typed.split()
    place = words[-1] if shell == "fish" else str(len(words))
    asked = {"COMP_WORDS": f"portside {typed}", "COMP_CWORD": place}
    runner = CliRunner(env={"_PORTSIDE_COMPLETE": f"{shell}_complete", **asked})
    assert found in runner.invoke(main, prog_name="portside").stdout


def test_the_only_store_need_not_be_named(file: Path) -> None:
    status, _, said = run("export", "--settings", file)
    assert (status, said.split(":")[:2]) == (1, ["Error", " north"])
    file.write_text(SETTINGS + SETTINGS.partition("\n")[2].replace("north", "south"))
    status, _, said = run("export", "--settings", file)
    assert (status, said.splitlines()[-1]) == (
        2,
        "Error: name the store with --store: north, south",
    )


def test_a_check_is_json_for_a_script(file: Path) -> None:
    status, told, _ = run("check", "--offline", "--json", "--settings", file)
    report = json.loads(told)
    assert (status, report["healthy"], report["findings"][0]["level"]) == (0, True, "ok")
    status, told, _ = run("check", "--json", "--settings", file)
    (problem,) = json.loads(told)["stores"]["north"]["findings"]
    assert (status, problem["level"]) == (1, "problem")
    file.write_text(SETTINGS.replace("connector:", "conector:") + "lisen: 1\n")
    status, told, said = run("check", "--json", "--settings", file)
    report = json.loads(told)
    assert (status, report["healthy"], said) == (2, False, "")
    places = [finding["what"].split(": ")[:2] for finding in report["findings"]]
    assert places == [[f"{file}:4:5", "stores.north.conector"], [f"{file}:7:1", "lisen"]]


def test_a_watched_file_is_checked_again_when_it_changes(file: Path) -> None:
    words = ["-m", "proxy", "check", "--offline", "--watch", "--settings", str(file)]
    with subprocess.Popen(  # noqa: S603 -- our own
        [sys.executable, "-u", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        assert process.stdout is not None
        try:
            told = iter(process.stdout)
            assert any("the settings are right" in line for line in told)
            file.write_text(SETTINGS.replace("connector:", "conector:"))
            assert any("did you mean 'connector'?" in line for line in told)
            file.write_text(SETTINGS)
            assert any("the settings are right" in line for line in told)
        finally:
            process.kill()
