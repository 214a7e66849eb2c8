"""Whether known weaknesses were looked for, and found: what pip-audit says, read with distrust.

Where the package index passes on files but no advisories, pip-audit skips every package and ends
with "No known vulnerabilities found" and status 0. That is no answer, and is not taken for one.
"""

from __future__ import annotations

import json
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was asked about and what is known; `asked` counts packages that got an answer."""

    asked: int = 0
    skipped: tuple[str, ...] = ()
    weaknesses: tuple[str, ...] = ()
    trouble: str = ""

    @property
    def answered(self) -> bool:
        """Whether a source of advisories answered for any package."""
        return self.asked > 0

    def exit_status(self, *, public: bool) -> int:
        """0 if nothing is known against any package. No answer at all, or one for some packages
        only, is an error in public alone: a machine without the network is still to be worked on.
        """
        if self.weaknesses:
            return 1
        return 1 if public and (not self.answered or self.skipped) else 0

    def lines(self) -> list[str]:
        """What to print."""
        if not self.answered:
            why = self.trouble or "it knows none of the packages"
            return [f"No source of advisories answered, so nothing was audited: {why}"]
        told = [f"{self.asked} packages audited, {len(self.weaknesses)} known weaknesses."]
        if self.skipped:
            told.append(f"No answer about {', '.join(self.skipped)}.")
        return [*told, *self.weaknesses]


def read_verdict(report: str, complaint: str = "") -> Verdict:
    """`report` is pip-audit's JSON, empty if it wrote none; `complaint` what it said on stderr."""
    if not report:
        said = complaint.strip().splitlines()
        return Verdict(trouble=said[-1][:200] if said else "pip-audit wrote no report")
    packages: list[dict[str, Any]] = json.loads(report)["dependencies"]
    skipped = tuple(package["name"] for package in packages if "skip_reason" in package)
    return Verdict(
        asked=len(packages) - len(skipped),
        skipped=skipped,
        weaknesses=tuple(
            f"{package['name']} {package['version']}: {known['id']}, "
            f"mended in {', '.join(known['fix_versions']) or 'no version yet'}"
            for package in packages
            for known in package.get("vulns", ())
        ),
    )


def audit(tool: Path, lock: Path) -> Verdict:
    """Ask pip-audit about each package of a lock file: first the package index, then OSV."""
    verdict = Verdict()
    with tempfile.TemporaryDirectory() as folder:
        for service in ("pypi", "osv"):
            report = Path(folder) / f"{service}.json"
            done = subprocess.run(  # noqa: S603 - the tool that the Makefile installed
                [
                    tool,
                    "--require-hashes",
                    "--disable-pip",
                    "--progress-spinner=off",
                    f"--vulnerability-service={service}",
                    f"--requirement={lock}",
                    "--format=json",
                    f"--output={report}",
                ],
                capture_output=True,
                text=True,
                check=False,
            )
            verdict = read_verdict(report.read_text() if report.exists() else "", done.stderr)
            if verdict.answered:
                break
    return verdict
