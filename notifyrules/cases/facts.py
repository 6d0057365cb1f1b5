"""Read the facts that cases give, so that every problem is reported where the fact stands."""

from __future__ import annotations

from collections.abc import Callable, Container, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TypeAlias, TypeVar

from notifyrules.cases.model import CasesChart
from notifyrules.compiled.facts_object import Facts
from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Findings, Label
from notifyrules.diagnostics.phrases import did_you_mean, named, nearest
from notifyrules.document.cases_model import CasePart, CasesDocument
from notifyrules.explanation.words import printable
from notifyrules.graph.model import Fact, Media
from notifyrules.language.evaluator import evaluate
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.values import Value, conform, write_literal
from notifyrules.source.located import Kind, Located, Scalar
from notifyrules.source.text import Span

Key = TypeVar("Key", bound=str)
Thing = TypeVar("Thing")
ReadFact: TypeAlias = Callable[[Fact, Key, Thing], tuple[Value] | None]
"""Reads the value of a fact, in a tuple because it may be None itself; None after a finding."""


@dataclass(frozen=True, slots=True)
class Given:
    """Facts as far as they are known: valid values, and the facts that were given something else."""

    values: Mapping[str, Value]
    broken: frozenset[str] = field(default=frozenset())
    """Facts that were reported, so that nothing more is said about them."""
    own: Mapping[str, Mapping[str, Value]] = field(default_factory=dict)
    """By medium what it has of its own, which counts before what is given for all."""

    def over(self, base: Given) -> Given:
        """Put these facts on top of others, also of what single media have of their own there."""
        own = {
            medium: {
                **{name: value for name, value in base.own.get(medium, {}).items() if name not in self.values},
                **self.own.get(medium, {}),
            }
            for medium in (*base.own, *self.own)
        }
        return Given({**base.values, **self.values}, (base.broken - self.values.keys()) | self.broken, own)

    def on(self, medium: str, media: Media) -> Given:
        """Give the facts for one medium, whatever the fact that tells media apart was given."""
        return Given({**self.values, **self.own.get(medium, {}), media.fact: medium}, self.broken - {media.fact})


def read_given(part: CasesDocument | CasePart, chart: CasesChart, findings: Findings) -> Given:
    """Read the facts of a `given` and of a `per_medium`, nested or dotted."""

    def place(key: Scalar) -> Span:
        return key.span

    def read(fact: Fact, _: Scalar, value: Located) -> tuple[Value] | None:
        return read_value(fact, value, findings)

    given = take(part.given, chart, place, read, findings)
    if (key := part.key("per_medium")) is None:
        return given
    return take_own(part.per_medium, given, chart, key.span, place, read, findings)


def take_own(  # noqa: PLR0913, PLR0917 - what `take` needs, and where it stands
    written: Mapping[Key, Mapping[Key, Thing]],
    given: Given,
    chart: CasesChart,
    at: Span,
    place: Callable[[Key], Span],
    read: ReadFact[Key, Thing],
    findings: Findings,
) -> Given:
    """Take what single media have of their own beside what is *given* for all; the whole of it stands *at* a place."""
    media = media_of(chart, at, findings)
    if media is None:
        return given
    own: dict[str, Mapping[str, Value]] = {}
    broken = given.broken

    def read_own(fact: Fact, key: Key, value: Thing) -> tuple[Value] | None:
        if fact.name in media.per_medium:
            return read(fact, key, value)
        if fact.name == media.fact:
            _report_medium(media, place(key), findings)
            return None
        which = named(media.per_medium) if media.per_medium else "none"
        message = f"`{fact.name}` is the same for all media"
        findings.add(Code.BAD_FACTS, place(key), message, help=f"the facts that may differ are {which}")
        return None

    for medium, facts in written.items():
        if is_medium(medium, media, place(medium), findings):
            taken = take(facts, chart, place, read_own, findings)
            own[str(medium)] = taken.values
            broken |= taken.broken
    return Given(given.values, broken, own)


def media_of(chart: CasesChart, at: Span, findings: Findings) -> Media | None:
    """Give the media of a chart; None after the finding that it has none."""
    if chart.graph.media is None:
        message = f"`{chart.graph.path}` names no media"
        advice = "name the fact whose values are the media at the top of the rule file, such as `media: device.kind`"
        findings.add(Code.WRONG_SHAPE, at, message, help=advice)
    return chart.graph.media


def is_medium(name: str, media: Media, at: Span, findings: Findings) -> bool:
    """Tell whether a name is a medium, and report one that is not."""
    if name in media.names:
        return True
    advice = did_you_mean(name, media.names, f"the media are {named(media.names)}")
    findings.add(Code.BAD_FACTS, at, f"`{printable(name)}` is no medium: `{media.fact}` is never that", help=advice)
    return False


def refuse_medium(
    written: Mapping[Key, object], chart: CasesChart, place: Callable[[Key], Span], findings: Findings
) -> None:
    """Report a case that expects something of several media and gives one."""
    media = chart.graph.media
    for name, key, _ in _leaves(written, "", chart.graph.groups):
        if media is not None and name == media.fact:
            _report_medium(media, place(key), findings)


def _report_medium(media: Media, at: Span, findings: Findings) -> None:
    """Report a medium that is given where each is to be decided for."""
    message = f"`{media.fact}` is given, and is to be each of its values"
    advice = "leave it out; to look at one medium only, write what it is to have without `each`"
    findings.add(Code.BAD_FACTS, at, message, help=advice)


def report_own(at: Span, findings: Findings) -> None:
    """Report facts of single media in a case that expects nothing of these."""
    advice = "write `expect: {each: {medium: ...}}`; for one medium only, give it and its facts under `given`"
    message = "`per_medium` counts only where `expect` names media, and this one does not"
    findings.add(Code.WRONG_SHAPE, at, message, help=advice)


def take(
    written: Mapping[Key, Thing],
    chart: CasesChart,
    place: Callable[[Key], Span],
    read: ReadFact[Key, Thing],
    findings: Findings,
) -> Given:
    """Take the facts of a mapping, nested or dotted, each found at its *place*."""
    values: dict[str, Value] = {}
    broken: set[str] = set()
    for name, key, value in _leaves(written, "", chart.graph.groups):
        if (fact := chart.graph.facts.get(name)) is None:
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
    message = f"`{fact.name}` cannot be {mismatch.found}; expected {mismatch.expected}"
    said = f"it says: {fact.about}" if fact.about else ""
    findings.add(Code.BAD_FACTS, span, message, help=(advice or mismatch.help, said))


def missing_facts(given: Given, chart: CasesChart) -> tuple[str, ...]:
    """Name the facts that have no default and were not given."""
    return tuple(
        fact.name
        for fact in chart.graph.facts.values()
        if not fact.has_default and fact.name not in given.values and fact.name not in given.broken
    )


def report_missing(name: str, chart: CasesChart, span: Span, what: str, findings: Findings, cases: int = 1) -> None:  # noqa: PLR0913, PLR0917 - the parts of a sentence
    """Report a fact that one case or several do not give, with both ways out: there, and where it is declared."""
    fact = chart.graph.facts[name]
    who = f"{what} does not give" if cases == 1 else f"{cases:,} cases, this one first, do not give"
    default = f"`{name}: {fact.type} = null`" if fact.type.nullable else "a default"
    advice = f"give it, for all cases in the `given` at the top of the file; or declare it with {default}"
    if chart.graph.media is not None and name == chart.graph.media.fact:
        advice = "give it; or say what each medium is to have: `expect: {each: {medium: ...}}`"
    helps, labels = (advice, f"it says: {fact.about}" if fact.about else ""), [Label(fact.span, "it is declared here")]
    findings.add(Code.BAD_FACTS, span, f"{who} `{name}`, which has no default", help=helps, labels=labels)


def complete(given: Given, chart: CasesChart, span: Span, what: str, findings: Findings) -> Facts | None:
    """Check that the facts of one case are whole and keep to what the rules assume; None after a finding."""
    missing = missing_facts(given, chart)
    for name in missing:
        report_missing(name, chart, span, what, findings)
    if missing or given.broken:
        return None
    facts = chart.reader.make({**chart.defaults, **given.values})
    if chart.assumed(facts):
        return facts
    for assumption in chart.graph.assume:
        read: dict[str, Value] = {}
        if evaluate(assumption, facts, read) is not False:
            continue
        shown = ", ".join(f"`{name}` is {write_literal(value)}" for name, value in read.items())
        message = f"{what} breaks an assumption of the rules: {printable(shown)}"
        advice, label = "give facts that occur together, or weaken the assumption", "what the rules assume"
        findings.add(Code.BREAKS_ASSUME, span, message, help=advice, labels=[Label(assumption.span, label)])
    return None
