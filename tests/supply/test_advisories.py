"""An audit without an answer is never told as a clean one."""

from __future__ import annotations

import json
from collections.abc import Mapping

from tests.supply.advisories import read_verdict

_CLEAN = {"name": "yarl", "version": "1.25.1", "vulns": []}
_KNOWN = {
    "name": "aiohttp",
    "version": "3.9.1",
    "vulns": [{"id": "PYSEC-2024-24", "fix_versions": ["3.9.2"], "aliases": [], "description": ""}],
}
_SKIPPED = {"name": "lxml", "skip_reason": "Dependency not found on PyPI: lxml (6.1.3)"}


def _report(*packages: Mapping[str, object]) -> str:
    return json.dumps({"dependencies": packages, "fixes": []})


def test_packages_without_known_weaknesses_pass_everywhere() -> None:
    verdict = read_verdict(_report(_CLEAN))
    assert verdict.lines() == ["1 packages audited, 0 known weaknesses."]
    assert (verdict.exit_status(public=True), verdict.exit_status(public=False)) == (0, 0)


def test_a_known_weakness_fails_everywhere_and_names_the_version_that_mends_it() -> None:
    verdict = read_verdict(_report(_CLEAN, _KNOWN))
    assert "aiohttp 3.9.1: PYSEC-2024-24, mended in 3.9.2" in verdict.lines()
    assert (verdict.exit_status(public=True), verdict.exit_status(public=False)) == (1, 1)


def test_an_index_that_knows_no_advisories_is_no_answer() -> None:
    verdict = read_verdict(_report(_SKIPPED))
    assert not verdict.answered
    assert "nothing was audited" in verdict.lines()[0]
    assert (verdict.exit_status(public=True), verdict.exit_status(public=False)) == (1, 0)


def test_a_source_that_cannot_be_reached_is_no_answer_and_says_why() -> None:
    verdict = read_verdict("", "Traceback …\nrequests.ConnectionError: no such host\n")
    assert "no such host" in verdict.lines()[0]
    assert (verdict.exit_status(public=True), verdict.exit_status(public=False)) == (1, 0)


def test_packages_without_an_answer_are_named_and_fail_in_public() -> None:
    verdict = read_verdict(_report(_CLEAN, _SKIPPED))
    assert "No answer about lxml." in verdict.lines()
    assert (verdict.exit_status(public=True), verdict.exit_status(public=False)) == (1, 0)
