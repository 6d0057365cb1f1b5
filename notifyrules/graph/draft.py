"""Hold a chart while it is being built: what is declared, what is broken, and what has been found so far."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings
from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.document.model import Document, NodePart, OutcomePart
from notifyrules.document.reader import WHOLE
from notifyrules.graph.declarations import NamedTypes
from notifyrules.graph.model import Declared, Fact, Graph, Let
from notifyrules.language import terms as t
from notifyrules.language.checker import check_condition
from notifyrules.language.null_narrowing import Narrowed
from notifyrules.language.parsing import parse_condition
from notifyrules.language.scope import Scope
from notifyrules.language.syntax import Syntax
from notifyrules.language.types import Type
from notifyrules.source.located import Scalar, words_of
from notifyrules.source.reader import MAX_CONDITIONS, Budget
from notifyrules.source.text import Span


@dataclass(slots=True)
class Draft:
    """One chart on its way from document to graph."""

    document: Document
    findings: Findings
    broken: set[tuple[str, str]]
    """Section and name of what was reported already, so that uses of it are not reported again."""
    load_callee: Callable[[str, Span], Graph | None]
    """Loads another chart by its reference; None after a finding."""
    budget: Budget
    """What may still be spent on the chart and all that it is made of."""
    types: NamedTypes = field(default_factory=lambda: NamedTypes(Findings()))
    facts: dict[str, Fact] = field(default_factory=dict)
    lets: dict[str, Let] = field(default_factory=dict)
    data: dict[str, Declared] = field(default_factory=dict)
    legend: dict[str, str] = field(default_factory=dict)
    scope: Scope = field(default_factory=lambda: Scope({}, {}, Findings()))
    read: set[str] = field(default_factory=set)
    """The facts that some condition, text or value reads."""
    meant: set[str] = field(default_factory=set)
    """Nodes, outcomes and classes that a misspelt name was probably meant for: they are not reported as unused."""
    loose: bool = False
    """Whether some way out leads nowhere, so that it is not known what was meant to be reached."""
    unread: bool = False
    """Whether some condition could not be checked, so that what it reads is not known."""

    def condition(self, scalar: Scalar, wanted: Type | None = None) -> t.Term | None:
        """Parse and check a scalar, and note what it reads."""
        syntax = self.parse(scalar)
        return self._noted(None if syntax is None else check_condition(syntax, self.scope, wanted))

    def filled(self, scalar: Scalar, start: int, end: int, narrowed: Narrowed) -> t.Term | None:
        """Do the same for what stands between two offsets of a text, where some values are known not to be null."""
        syntax = self.parse(scalar, start=start, end=end)
        return self._noted(None if syntax is None else check_condition(syntax, self.scope, None, narrowed))

    def _noted(self, term: t.Term | None) -> t.Term | None:
        """Note what a condition reads, or that it could not be checked."""
        if term is None:
            self.unread = True
        else:
            self.read |= t.facts_read(term)
        return term

    def parse(self, scalar: Scalar, *, start: int = 0, end: int | None = None) -> Syntax | None:
        """Parse a scalar, or what stands in it between two offsets, unless the chart's are too much to read."""
        spent = (len(scalar) if end is None else end) - start
        before, self.budget.conditions = self.budget.conditions, self.budget.conditions - spent
        if self.budget.conditions >= 0:
            return parse_condition(scalar, self.findings, start, end)
        if before >= 0:
            message = f"the conditions of the chart have more than {MAX_CONDITIONS:,} characters together"
            advice = "split it into charts of their own, or let the caller compute a part and pass it as a fact"
            self.findings.add(Code.LIMIT, scalar.part(start, start + 1), message, help=advice)
        return None

    def fact(self, name: Scalar) -> Fact | None:
        """Find a fact that is named outside of conditions; None after a finding."""
        if name not in self.facts and not self.is_broken("facts", name) and not self.is_incomplete("include", "facts"):
            self.unknown(Code.UNKNOWN_FACT, name, "a declared fact", self.facts, "declare it under `facts:`")
        return self.facts.get(name)

    def outcome(self, name: Scalar, advice: str = "") -> OutcomePart | None:
        """Find an outcome that is named where no node may stand; None after a finding, which may hold *advice*."""
        outcomes = self.document.outcomes
        if name not in outcomes and not self.is_broken("outcomes", name):
            listed = f"the outcomes are {named(outcomes)}"
            self.unknown(Code.UNKNOWN_OUTCOME, name, "an outcome of this file", outcomes, advice or listed)
        return outcomes.get(name)

    def unknown(self, code: Code, name: Scalar, what: str, known: Iterable[str], advice: str) -> None:
        """Report a name that is not *what*, with the known one that it is near to, else with *advice*."""
        self.findings.add(code, name.span, f"`{name}` is not {what}", help=did_you_mean(name, known, advice))

    def is_broken(self, section: str, name: str) -> bool:
        """Tell whether something was reported already, or its section as a whole."""
        return (section, name) in self.broken or (section, WHOLE) in self.broken

    def has_broken(self, section: str) -> bool:
        """Tell whether something in a section was reported already."""
        return any(one == section for one, _ in self.broken)

    def is_incomplete(self, *sections: str) -> bool:
        """Tell whether one of some sections was reported as a whole, so that it may hold names that nobody knows."""
        return any((section, WHOLE) in self.broken for section in sections)


def head(name: Scalar, part: NodePart, ask: str) -> tuple[str, str, str | None, str | None, Span]:
    """Give what every box begins with; the question is *ask* unless the author has one."""
    return str(name), words_of(part.ask) or str(ask), words_of(part.class_), words_of(part.about), name.span
