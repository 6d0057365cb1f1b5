"""Hold one finding about a file as a value; how it is printed is decided elsewhere."""

from __future__ import annotations

from bisect import bisect_right, insort
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from notifyrules.diagnostics.codes import Code, Severity
from notifyrules.source.text import Source, Span

MAX_LISTED = 1_000
"""Findings that are listed; a reader mends a few and looks again."""


@dataclass(frozen=True, slots=True)
class Label:
    """A second place that a finding speaks of, such as the rival of a duplicate."""

    span: Span
    text: str
    """What is there, in a few words."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One finding about a file."""

    code: Code
    message: str
    """One line, lower case, no final stop, the user's words in backticks."""
    span: Span
    """What is underlined: as narrow as possible."""
    help: tuple[str, ...] = ()
    """What to do about it, one sentence an item."""
    labels: tuple[Label, ...] = ()
    """Other places that matter, in the order to read them."""
    notes: tuple[str, ...] = ()
    """Facts that explain the finding, such as what YAML made of the text."""

    @property
    def severity(self) -> Severity:
        """Whether this stops the file from being used."""
        return self.code.severity

    @property
    def is_error(self) -> bool:
        """Whether the file cannot be used."""
        return self.severity is Severity.ERROR


class Findings:
    """
    Collect what the stages of loading find.

    The one mutable object that travels through loading; it is read once, at the end.
    """

    __slots__ = ("_found", "_settled")

    def __init__(self) -> None:
        self._found: list[Diagnostic] = []
        self._settled: dict[Source, list[tuple[int, int]]] = {}

    def settle(self, span: Span) -> None:
        """Take a stretch for dealt with by the error just added: what else is found in it only follows from that."""
        insort(self._settled.setdefault(span.source, []), (span.start, span.end))

    def add(  # noqa: PLR0913 - the parts of a finding, all but three of them optional
        self,
        code: Code,
        span: Span,
        message: str,
        *,
        help: str | Sequence[str] = (),  # noqa: A002 - the word that messages print
        labels: Sequence[Label] = (),
        notes: Sequence[str] = (),
    ) -> None:
        """Make one finding and take it; empty sentences of help are left out."""
        advice = tuple(one for one in ((help,) if isinstance(help, str) else help) if one)
        self.take(Diagnostic(code, message, span, advice, tuple(labels), tuple(notes)))

    def take(self, found: Diagnostic) -> None:
        """Take one finding, unless it lies in a stretch that is dealt with."""
        span = found.span
        settled = self._settled.get(span.source, ())
        at = bisect_right(settled, (span.start, len(span.source.text)))
        if at == 0 or span.end > settled[at - 1][1]:
            self._found.append(found)

    def extend(self, found: Iterable[Diagnostic]) -> None:
        """Add findings made elsewhere."""
        self._found.extend(found)

    def drop(self, unwanted: Iterable[Diagnostic]) -> None:
        """Take findings back, such as those a file allows with a reason."""
        gone = {id(one) for one in unwanted}
        self._found = [one for one in self._found if id(one) not in gone]

    @property
    def errors(self) -> bool:
        """Whether anything found so far stops the file from being used."""
        return any(one.is_error for one in self._found)

    def __iter__(self) -> Iterator[Diagnostic]:
        """Give the findings in the order they were made."""
        return iter(tuple(self._found))

    def __len__(self) -> int:
        return len(self._found)

    def sorted(self) -> tuple[Diagnostic, ...]:
        """
        Give the findings as a reader wants them.

        Returns:
            Sorted by file, place and code; the same code at the same place only once. Of more than :data:`MAX_LISTED`
            the errors come before the warnings, and the last one listed says how many there are.
        """
        once = {(one.code, one.span.source.name, one.span.start, one.message): one for one in self._found}
        found = sorted(once.values(), key=_reading_order)
        if len(found) <= MAX_LISTED:
            return tuple(found)
        *listed, last = sorted(sorted(found, key=lambda one: not one.is_error)[:MAX_LISTED], key=_reading_order)
        more = f"{len(found) - MAX_LISTED:,} more findings are not listed"
        return (*listed, replace(last, notes=(*last.notes, more)))


def _reading_order(found: Diagnostic) -> tuple[str, int, int, str]:
    """Sort by place, then by what a reader should see first there."""
    return found.span.source.name, found.span.start, found.span.end, found.code.value
