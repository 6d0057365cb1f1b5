"""Read the facts that cases give, so that every problem is reported where the fact stands."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from notifyrules.cases.model import CasesChart
from notifyrules.compiled.facts_object import Facts
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.explanation.words import printable
from notifyrules.graph.model import Fact
from notifyrules.language.evaluator import evaluate
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.values import Value, conform, write_literal
from notifyrules.source.located import Kind, Located, Scalar
from notifyrules.source.text import Span

Key = TypeVar("Key", bound=str)
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Given:
    """Facts as far as they are known: valid values, and the facts that were given something else."""

    values: Mapping[str, Value]
    broken: frozenset[str] = field(default=frozenset())
    """Facts that were reported, so that nothing more is said about them."""

    def over(self, base: Given) -> Given:
        """Put these facts on top of others."""
        return Given({**base.values, **self.values}, (base.broken - self.values.keys()) | self.broken)


def defaults(chart: CasesChart) -> Given:
    """Begin with the facts that need not be given."""
    return Given({fact.name: fact.default for fact in chart.graph.facts.values() if fact.has_default})


def read_given(written: Mapping[Scalar, Located], chart: CasesChart, findings: Findings) -> Given:
    """Read the facts of a `given`, nested or dotted."""
    return take(
        written, chart, lambda key: key.span, lambda fact, _, value: read_value(fact, value, findings), findings
    )


def take(
    written: Mapping[Key, Thing],
    chart: CasesChart,
    place: Callable[[Key], Span],
    read: Callable[[Fact, Key, Thing], tuple[Value] | None],
    findings: Findings,
) -> Given:
    """Take the facts of a mapping, nested or dotted; *read* gives a value in a tuple, or None after a finding."""
    values: dict[str, Value] = {}
    broken: set[str] = set()
    for name, key, value in _leaves(written, "", chart.graph.groups):
        fact = chart.graph.facts.get(name)
        if fact is None:
            broken |= report_unknown(name, place(key), chart, findings)
        elif name in values or name in broken:
            message = f"the fact `{name}` is given twice"
            findings.add(Code.DUPLICATE_KEY, place(key), message, help="give it once, nested or dotted")
        elif (found := read(fact, key, value)) is None:
            broken.add(name)
        else:
            values[name] = found[0]
    return Given(values, frozenset(broken))


def _leaves(written: Mapping[Key, Thing], prefix: str, groups: Container[str]) -> Iterator[tuple[str, Key, Thing]]:
    """Give each fact of a mapping that may be nested, with its key."""
    for key, value in written.items():
        name = f"{prefix}{key}"
        if name in groups and isinstance(value, Mapping):
            yield from _leaves(value, f"{name}.", groups)
        else:
            yield name, key, value


def read_value(fact: Fact, written: Located, findings: Findings) -> tuple[Value] | None:
    """Read the value of one fact, in a tuple because it may be None itself; None after a finding."""
    try:
        return (conform(fact.type, written.plain()),)
    except Mismatch as mismatch:
        empty = isinstance(written, Scalar) and written.kind is Kind.NULL and written == ""
        report_mismatch(fact, mismatch, written.span, findings, "give it a value: `name: value`" if empty else "")
        return None


def report_unknown(name: str, span: Span, chart: CasesChart, findings: Findings) -> set[str]:
    """Report a fact that the rules do not declare, and give those that may have been meant: they are not missing."""
    near = nearest(name, chart.graph.facts)
    inside = [fact for fact in chart.graph.facts if fact.startswith(f"{name}.")]
    advice = did_you_mean(name, chart.graph.facts, "declare it under `facts:` of the rule file, or remove it")
    if inside:
        advice = f"the facts of this group are {named(inside)}"
    findings.add(Code.UNKNOWN_FACT, span, f"`{name}` is not a fact of `{chart.graph.path}`", help=advice)
    return {*inside, *([near] if near is not None else [])}


def report_mismatch(fact: Fact, mismatch: Mismatch, span: Span, findings: Findings, advice: str = "") -> None:
    """Report a value that a fact cannot have."""
    findings.add(
        Code.BAD_FACTS,
        span,
        f"`{fact.name}` cannot be {mismatch.found}; expected {mismatch.expected}",
        help=(advice or mismatch.help, f"it says: {fact.about}" if fact.about else ""),
    )


def missing_facts(given: Given, chart: CasesChart) -> tuple[str, ...]:
    """Name the facts that have no default and were not given."""
    return tuple(name for name in chart.graph.facts if name not in given.values and name not in given.broken)


def report_missing(name: str, chart: CasesChart, span: Span, what: str, findings: Findings, cases: int = 1) -> None:  # noqa: PLR0913, PLR0917 - the parts of a sentence
    """Report a fact that one case or several do not give, with both ways out: there, and where it is declared."""
    fact = chart.graph.facts[name]
    who = f"{what} does not give" if cases == 1 else f"{cases:,} cases, this one first, do not give"
    default = f"`{name}: {fact.type} = null`" if fact.type.nullable else "a default"
    advice = f"give it, for all cases in the `given` at the top of the file; or declare it with {default}"
    findings.add(
        Code.BAD_FACTS,
        span,
        f"{who} `{name}`, which has no default",
        help=(advice, f"it says: {fact.about}" if fact.about else ""),
        labels=[Label(fact.span, "it is declared here")],
    )


def complete(given: Given, chart: CasesChart, span: Span, what: str, findings: Findings) -> Facts | None:
    """Check that the facts of one case are whole and keep to what the rules assume; None after a finding."""
    missing = missing_facts(given, chart)
    for name in missing:
        report_missing(name, chart, span, what, findings)
    if missing or given.broken:
        return None
    facts = chart.reader.make(given.values)
    if chart.assumed(facts):
        return facts
    for assumption in chart.graph.assume:
        read: dict[str, Value] = {}
        if evaluate(assumption, facts, read) is not False:
            continue
        shown = ", ".join(f"`{name}` is {write_literal(value)}" for name, value in read.items())
        findings.add(
            Code.BREAKS_ASSUME,
            span,
            f"{what} breaks an assumption of the rules: {printable(shown)}",
            help="give facts that occur together, or weaken the assumption",
            labels=[Label(assumption.span, "what the rules assume")],
        )
    return None
