"""Tell for whom a chart and an old function differ, with both answers and the way, and what was covered."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from notifyrules.conformance.answers import NO_ANSWER, check_said
from notifyrules.conformance.clusters import LEFT_OUT, Cluster, Shrunk
from notifyrules.conformance.expected import ExpectedDifference
from notifyrules.coverage.figures import FileCoverage
from notifyrules.diagnostics.phrases import count, named
from notifyrules.diagnostics.visible import visible
from notifyrules.evaluation.walk import Passage, walk
from notifyrules.graph.model import Fact, Graph
from notifyrules.language.types import Basic
from notifyrules.language.values import Value, to_plain, write_literal, write_setting

_SHOWN: Final = 3
"""Witnesses that are told of each cluster."""
_WALKED: Final = (
    ("arrows", ("every arrow", "arrows")),
    ("atoms", ("every condition both ways", "conditions both ways")),
)
_MISSED: Final = 5
_LONG: Final = 60
_OFTEN: Final = 0.9
"""The part of all facts from which on a function that raises seems to be given something else than it takes."""


@dataclass(frozen=True, slots=True)
class Conformance:
    """What came of asking a chart and an old function the same."""

    graph: Graph
    asked: int
    """For how many facts both were asked."""
    seconds: float
    differing: int
    """For how many of them they differ and that is not expected."""
    clusters: tuple[Cluster, ...]
    """Those differences by their cause, as far as can be seen."""
    covered: Mapping[ExpectedDifference, int]
    """How many facts show each difference that is expected; none, and it is stale."""
    raised: Mapping[str, int]
    refused: str
    """What the old function raised where facts were left out; empty where it takes that."""
    coverage: tuple[FileCoverage, ...]
    """What facts were known to walk of each file."""
    alone: bool
    """Whether the old function could be asked alone."""
    interrupted: bool = False
    held: bool = False
    """Whether `false` of a function that says no more than true and false was taken for what the chart holds."""

    def __bool__(self) -> bool:
        """Tell whether nothing is to be told: no difference, and none that is expected in vain."""
        return not self.clusters and not self.stale

    @property
    def stale(self) -> tuple[ExpectedDifference, ...]:
        """The expected differences that no facts show any more."""
        return tuple(one for one, number in self.covered.items() if not number)

    def check(self) -> None:
        """Raise AssertionError with the whole report where there is anything to tell: for tests."""
        if not self:
            raise AssertionError(self.tell())

    def tell(self) -> str:
        """Tell it to people, in lines that end in a line end."""
        return "".join(f"{line}\n" for line in self._lines())

    def _lines(self) -> Iterator[str]:
        yield self._found()
        for number, one in enumerate(self.clusters, 1):
            yield ""
            yield from _told(self.graph, one, number)
        yield ""
        for expected, number in self.covered.items():
            if number:
                yield f"expected: {visible(expected.span.one_line)} ({count(number, 'fact')}): {visible(expected.why)}"
            else:
                at = f"{visible(expected.span.source.name)}:{expected.span.line}"
                yield f"stale: no facts show the difference any more that is expected at {at}: take it out"
        for said, number in self.raised.items():
            yield f"the old function {visible(said)} for {count(number, 'fact')}"
        if sum(self.raised.values()) > _OFTEN * self.asked:
            yield "  help: does it take values as JSON holds them, instants as text? that is `--plain`, or `plain=True`"
            yield "  help: is it given groups of facts, or names of its own? that is `arguments` in a mapping"
        if NO_ANSWER in self.raised:
            yield "  help: each was given up after seconds; after three no more are asked; give it what it waits for"
        if self.held:
            yield "the old function says no more than true and false: its false was taken for what the chart holds, too"
            yield "  help: to tell them apart, have a mapping say what it means: `answers: {false: false}`"
        if self.refused:
            yield f"the old function needs all facts: it {visible(self.refused)} where one is left out"
        yield from self._not_looked_for()

    def _found(self) -> str:
        walked = " and ".join(self._walked(kind, words) for kind, words in _WALKED)
        took = f"({self.seconds:.0f} s{', cut short' if self.interrupted else ''})"
        if not self.clusters:
            return f"no difference in {self.asked:,} facts that took {walked} {took}"
        found = f"{count(len(self.clusters), 'difference')}, shown by {self.differing:,} of {self.asked:,} facts"
        return f"{found}; they took {walked} {took}"

    def _walked(self, kind: str, words: tuple[str, str]) -> str:
        covered, total = (
            sum(getattr(file.figures[kind], part) for file in self.coverage) for part in ("covered", "total")
        )
        return words[0] if covered == total else f"{covered:,} of {total:,} {words[1]}"

    def _not_looked_for(self) -> Iterator[str]:
        yield "not looked for: texts and ids that stand neither in the chart nor in the function's own code;"
        yield "  instants outside of 2000 to 2100, durations beyond a year"
        gaps = [gap.sentence for file in self.coverage for gap in file.gaps if gap.kind in ("arrows", "atoms")]
        if gaps:
            more = f", and {len(gaps) - _MISSED:,} more" if len(gaps) > _MISSED else ""
            yield f"not reached: {'; '.join(map(visible, gaps[:_MISSED]))}{more}"
        if not self.alone:
            yield "not asked alone: whether the old function remembers what it was asked is not known"

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {
            "rules": self.graph.name,
            "digest": self.graph.digest,
            "asked": self.asked,
            "seconds": round(self.seconds, 1),
            "interrupted": self.interrupted,
            "differing": self.differing,
            "differences": [_data(self.graph, one) for one in self.clusters],
            "expected": [
                {"if": one.span.one_line, "why": one.why, "facts": number} for one, number in self.covered.items()
            ],
            "raised": dict(self.raised),
            "refused": self.refused or None,
            "held": self.held,
            "gaps": [gap.sentence for file in self.coverage for gap in file.gaps],
        }


# ---- One cluster ----


def _told(graph: Graph, one: Cluster, number: int) -> Iterator[str]:
    first = one.witnesses[0].difference
    kinds = count(one.count, "kind")
    yield f"{number}. chart: {first.outcome}   old: {visible(first.old.said)}{_cause(graph, one)}   {kinds} of facts"
    if one.remembers:
        yield "   asked alone the old function agrees: it depends on what was asked before"
    for shrunk in one.witnesses[:_SHOWN]:
        yield from (f"   {line}" for line in _witness(graph, shrunk))
    yield f"   draw it: {_command(graph, one.witnesses[0])}"
    if check_said(graph, first.old.said) is None:
        yield f"   expect it: {_expected(graph, one.witnesses[0])}"
    elif first.old.key is not None:
        yield f"   an answer of its own is given a meaning by a mapping: answers: {{{visible(first.old.key)}: ...}}"
    else:
        yield "   it is to answer true or false, `later`, an outcome, or the id of an arrow"


def _cause(graph: Graph, one: Cluster) -> str:
    if one.cause is None:
        return ""
    name, value, _ = one.cause
    about = graph.facts[name].about
    return f"   {name}{f' = {visible(value)}' if value else ''}{f' ({visible(about)})' if about else ''}"


def _witness(graph: Graph, shrunk: Shrunk) -> Iterator[str]:
    found, chart = shrunk.difference, walk(graph, shrunk.difference.facts)
    yield f"chart `{found.outcome}`, old function `{visible(found.old.said)}`, for"
    changed = {name for name, value, _ in shrunk.minds if value != LEFT_OUT}
    yield from (f"  {name}: {_short(value)}" for name, value in found.facts.items() if name in changed)
    rest = [name for name, fact in graph.facts.items() if name not in changed and _is_given(fact, found.facts[name])]
    if rest:
        yield f"  ({', '.join(f'{name}: {_short(found.facts[name])}' for name in rest)})"
    if found.without:
        yield f"  left out: {named(sorted(found.without))}"
    because = f", because {visible(chart.because)}" if chart.because else ""
    yield f"  chart: {_way(chart)}{because}"
    if found.old.detail:
        yield f"  old function: {visible(found.old.detail)}"
    for side, words in (("chart", "only the chart minds"), ("old", "only the old function minds")):
        if minds := [f"`{name}`" for name, _, one in shrunk.minds if one == side]:
            yield f"  {words} {', '.join(minds)}"


def _is_given(fact: Fact, value: Value) -> bool:
    return not fact.has_default or value != fact.default


def _way(passage: Passage) -> str:
    inner = (f" ({_way(step.inner)})" if step.inner else "" for step in passage.steps)
    return " > ".join(f"{step.arrow}{more}" for step, more in zip(passage.steps, inner, strict=True))


def _short(value: Value) -> str:
    written = visible(write_literal(value))
    return written if len(written) <= _LONG else f"{written[:_LONG]}..."


def _command(graph: Graph, shrunk: Shrunk) -> str:
    """Write the command that draws the way of a witness."""
    facts = shrunk.difference.facts
    changed = {name for name, _, _ in shrunk.minds}
    given = [name for name, fact in graph.facts.items() if name in changed or _is_given(fact, facts[name])]
    settings = (f"--set {shlex.quote(f'{name}={write_setting(facts[name])}')}" for name in given)
    path = graph.path.removeprefix("notifyrules:")
    return visible(f"notifyrules render {shlex.quote(path)} {' '.join(settings)} -o difference.svg")


def _expected(graph: Graph, shrunk: Shrunk) -> str:
    """Write the difference as a file of expected ones has it, to be looked at and given a reason."""
    found = shrunk.difference
    parts = (_condition(graph, name, found.facts[name]) for name, value, _ in shrunk.minds if value != LEFT_OUT)
    condition = " and ".join(parts) or "true"
    quoted = condition.replace("'", "''")
    return visible(f"- {{if: '{quoted}', chart: {found.outcome!r}, old: {found.old.said!r}, why: ...}}")


def _condition(graph: Graph, name: str, value: Value) -> str:
    match value, graph.facts[name].type.base:
        case None, _:
            return f"{name} is null"
        case bool(), _:
            return name if value else f"not {name}"
        case ((str() | int()), _):
            return f"{name} == {write_literal(value) if isinstance(value, int) else _quoted(value)}"
        case tuple(), _:
            return f"len({name}) > 0"
        case _, Basic.INSTANT | Basic.SCHEDULE | Basic.TIMEZONE:
            return "..."
        case _:
            return f"{name} == {write_literal(value)}"


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\t", "\\t")
    return f'"{escaped}"'


def _data(graph: Graph, one: Cluster) -> dict[str, object]:
    cause = None if one.cause is None else dict(zip(("fact", "value", "minds"), one.cause, strict=True))
    return {
        "kinds": one.count,
        "cause": cause,
        "remembers": one.remembers,
        "witnesses": [_witness_data(graph, each) for each in one.witnesses[:_SHOWN]],
    }


def _witness_data(graph: Graph, shrunk: Shrunk) -> dict[str, object]:
    found = shrunk.difference
    passage = walk(graph, found.facts)
    return {
        "chart": found.outcome,
        "old": found.old.said,
        "raised": found.old.detail or None,
        "reason": found.reason,
        "because": passage.because,
        "facts": {name: to_plain(value) for name, value in found.facts.items()},
        "changed": {name: side for name, _, side in shrunk.minds},
        "left_out": sorted(found.without),
        "path": [step.arrow for step in passage.steps],
    }
