"""
Raise what a caller of the library must know: the three exceptions, each of which carries its data and draws itself.

Loading and validating collect values; these are made only at the doors, from all that was found.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.visible import visible


class RulesError(Exception):
    """Say that a rule file cannot be used, with everything that was found in it."""

    diagnostics: tuple[Diagnostic, ...]
    """All findings in reading order, warnings included; at least one is an error."""

    def __init__(self, diagnostics: Iterable[Diagnostic]) -> None:
        self.diagnostics = tuple(diagnostics)
        super().__init__(self.diagnostics)

    def __str__(self) -> str:
        """Draw the findings the way the command line prints them."""
        from notifyrules.diagnostics.human import format_human  # noqa: PLC0415 - only a traceback needs it

        return format_human(self.diagnostics).rstrip("\n")


@dataclass(frozen=True, slots=True)
class FactProblem:
    """Name one thing that is wrong with the facts of a decision."""

    path: str
    """The fact, as the rules declare it; the path as given where the rules declare no such fact."""
    message: str
    """What was found and what is expected: lower case, one line, no final stop."""
    help: str = ""
    """The way out, such as the nearest declared name."""
    about: str = ""
    """What the rules say that the fact is; empty where they say nothing."""

    @property
    def told(self) -> str:
        """Say which fact, and what is wrong with it, on one line."""
        # What is given in place of a name may be empty.
        where = self.path or '""'
        return f"{where}: {self.message}"

    def __str__(self) -> str:
        return _with_help(self.told, self.help, f"it says: {self.about}" if self.about else "")


class FactsError(Exception):
    """Say that the facts of a decision are not what the rules declare, with every problem at once."""

    problems: tuple[FactProblem, ...]
    """At least one; in the order the rules declare the facts, undeclared ones last."""

    def __init__(self, problems: Iterable[FactProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(self.problems)

    def __str__(self) -> str:
        return "\n".join(str(problem) for problem in self.problems)


class UsageError(Exception):
    """Say that something was asked for that cannot be, whatever the rules and facts: the caller's own mistake."""

    message: str
    """What cannot be: lower case, one line, no final stop."""
    help: str
    """The way out; empty where there is nothing to say."""

    def __init__(self, message: str, help: str = "") -> None:  # noqa: A002 - the word that messages print
        self.message = message
        self.help = help
        super().__init__(message, help)

    def __str__(self) -> str:
        return _with_help(self.message, self.help)


def _with_help(message: str, *helps: str) -> str:
    """Put a message on one line and each help on another, with nothing in them that a terminal would obey."""
    return "\n".join((visible(message), *(f"  help: {visible(one)}" for one in helps if one)))
