"""Where the findings of a check go: printed one by one as they come, or gathered as JSON."""

from __future__ import annotations

from typing import IO, Any, NoReturn, Protocol

from connectors.interface import CheckLevel, Finding
from proxy.cli.options import UnusableSettingsError
from proxy.cli.output import PlainConsole, print_finding, print_json


class Findings(Protocol):
    """Takes what a check finds, for all stores until one begins."""

    def begin_store(self, name: str, kind: str) -> None:
        """What follows is of this store, in front of a shop of this kind."""
        ...

    def add(self, finding: Finding) -> None:
        """One more."""
        ...

    def end(self) -> None:
        """There is no other."""
        ...

    def end_with(self, error: UnusableSettingsError) -> NoReturn:
        """Show why nothing could be checked. Raises the end of the command."""
        ...


class PrintedFindings:
    """Printed for a person."""

    def __init__(self) -> None:
        self._console = PlainConsole(highlight=False, soft_wrap=True)

    def begin_store(self, name: str, kind: str) -> None:
        """A line of its own."""
        self._console.print(f"\n[bold]{name}[/bold] ({kind})")

    def add(self, finding: Finding) -> None:
        """A line, and what to do."""
        print_finding(self._console, finding)

    def end(self) -> None:
        """Nothing more."""

    def end_with(self, error: UnusableSettingsError) -> NoReturn:
        """The error shows itself."""
        raise error


class GatheredFindings:
    """One JSON document at the end: `healthy`, `findings` that concern all, and those of each
    store.
    """

    def __init__(self) -> None:
        self._healthy = True
        self._shown: list[dict[str, Any]] = []
        self._stores: dict[str, dict[str, Any]] = {}
        self._place = self._shown

    def begin_store(self, name: str, kind: str) -> None:
        """A place of its own."""
        self._place = []
        self._stores[name] = {"type": kind, "findings": self._place}

    def add(self, finding: Finding) -> None:
        """What it says, and how bad it is."""
        self._healthy = self._healthy and finding.level is not CheckLevel.PROBLEM
        self._place.append(
            {"level": finding.level.value, "what": finding.what, "advice": finding.advice or None}
        )

    def end(self) -> None:
        """Print the document."""
        print_json({"healthy": self._healthy, "findings": self._shown, "stores": self._stores})

    def end_with(self, error: UnusableSettingsError) -> NoReturn:
        """The document, a finding for each problem."""
        for line in error.message.splitlines():
            self.add(Finding(level=CheckLevel.PROBLEM, what=line))
        self.end()
        raise _ShownError(error.message) from error


class _ShownError(UnusableSettingsError):
    """Ends a command that has shown why already."""

    def show(self, file: IO[Any] | None = None) -> None:
        """Nothing more."""


def choose_findings(*, as_json: bool) -> Findings:
    """Where they go."""
    return GatheredFindings() if as_json else PrintedFindings()
