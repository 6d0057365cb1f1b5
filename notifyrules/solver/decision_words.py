"""Say in formulas what a decision tells and carries: its words, its data, and when to ask again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from notifyrules.graph.model import Because, Call, Message, Notify
from notifyrules.language import terms as t
from notifyrules.language.types import Basic
from notifyrules.solver.charts import ChartFormulas
from notifyrules.solver.formulas import Formula, Number, Thing
from notifyrules.solver.symbols import Amount, Symbol
from notifyrules.solver.translation import hold

_NOTHING = 0
"""The number of no words at all."""


@dataclass(frozen=True, slots=True)
class Recheck:
    """When to ask again."""

    said: Formula
    """The chart says something about it, be it that there is nothing to say."""
    at: Symbol
    """An instant or null."""


@dataclass(slots=True)
class Words:
    """What decisions of a chart tell and carry."""

    chart: ChartFormulas
    spoken: Number
    """The number of the words in force."""
    recheck: Recheck
    pieces: dict[int, tuple[Symbol, ...]] = field(default_factory=dict)
    """What is filled into each of the words, by number."""
    data: dict[str, tuple[Symbol, ...]] = field(default_factory=dict)
    """What each outcome carries."""

    def differ(self, replace: Callable[[Thing], Thing]) -> Formula:
        """Say when two decisions differ in outcome, words, data or recheck; *replace* gives the other's things."""
        formulas, symbols = self.chart.world.formulas, self.chart.world.symbols

        def differs(symbol: Symbol) -> Formula:
            return formulas.negate(symbols.equal(symbol, symbols.replaced(symbol, replace)))

        ends = self.chart.outcomes()
        ways = [formulas.every((formula, formulas.negate(replace(formula)))) for formula in ends.values()]
        ways.append(formulas.negate(formulas.equal(self.spoken, replace(self.spoken))))
        for number, pieces in self.pieces.items():
            said = self.spoken == number
            ways.extend(formulas.every((said, differs(piece))) for piece in pieces)
        for outcome, carried in self.data.items():
            ways.extend(formulas.every((ends[outcome], differs(one))) for one in carried if outcome in ends)
        ways.append(differs(self.recheck.at))
        return formulas.some(ways)


@dataclass(slots=True)
class _Speaker:
    """Number the words of a chart and of those it calls."""

    numbers: dict[object, int] = field(default_factory=dict)
    pieces: dict[int, tuple[Symbol, ...]] = field(default_factory=dict)

    def number(self, message: Message | None, chart: ChartFormulas) -> int:
        """Give words their number; words without anything filled in are the same wherever they stand."""
        if message is None:
            return _NOTHING
        filled = [piece for piece in message.pieces if not isinstance(piece, str)]
        key: object = (id(message), id(chart)) if filled else "".join(str(piece) for piece in message.pieces)
        if key not in self.numbers:
            self.numbers[key] = len(self.numbers) + 1
            self.pieces[self.numbers[key]] = tuple(chart.terms.value(piece) for piece in filled)
        return self.numbers[key]


def speak(chart: ChartFormulas) -> Words:
    """Say what the decisions of a chart tell and carry."""
    speaker = _Speaker()
    data = {
        outcome.name: tuple(chart.terms.value(value) for value in outcome.data.values() if isinstance(value, t.Term))
        for outcome in chart.graph.outcomes.values()
    }
    formulas, symbols, outcomes = chart.world.formulas, chart.world.symbols, chart.graph.outcomes
    ends = chart.outcomes()
    spoken, recheck = formulas.amount(_NOTHING), Recheck(formulas.false, Symbol(formulas.true, None))
    for end in sorted({outcomes[name].notify for name in ends}, key=list(Notify).index):
        here = formulas.some(formula for name, formula in ends.items() if outcomes[name].notify is end)
        spoken = formulas.choose(here, _spoken(chart, speaker, end), spoken)
        said = _recheck(chart, end)
        recheck = Recheck(formulas.choose(here, said.said, recheck.said), symbols.choose(here, said.at, recheck.at))
    return Words(chart, chart.world.define(spoken), recheck, speaker.pieces, data)


def _spoken(chart: ChartFormulas, speaker: _Speaker, end: Notify) -> Number:
    """Number the words for one kind of end: the last on the way that speak for it, else the outcome's own."""
    formulas, graph = chart.world.formulas, chart.graph
    none = formulas.amount(_NOTHING)
    after: dict[str, Number] = {}
    for name in reversed(graph.order):
        node = graph.nodes[name]
        found = none
        inner = _spoken(chart.inner[name], speaker, end) if isinstance(node, Call) else none
        for arrow in reversed(node.arrows):
            text = _text(arrow.because, end)
            own = inner if text is None else formulas.amount(speaker.number(text, chart))
            later = after.get(arrow.target, none)
            said = formulas.choose(formulas.negate(formulas.equal(later, none)), later, own)
            found = formulas.choose(chart.answers[arrow.id], said, found)
        after[name] = chart.world.define(found)
    said = after[graph.start]
    silent = formulas.equal(said, none)
    spoken = none
    for name, ends in chart.outcomes().items():
        outcome = graph.outcomes[name]
        if outcome.notify.counts_for(end):
            own = formulas.amount(speaker.number(_text(outcome.because, end), chart))
            spoken = formulas.choose(ends, formulas.choose(silent, own, said), spoken)
    return chart.world.define(spoken)


def _text(because: Because | None, end: Notify) -> Message | None:
    return None if because is None else because.texts.get(end)


def _recheck(chart: ChartFormulas, end: Notify) -> Recheck:
    """Say when to ask again: what the outcome says, else the last called chart on the way with something to say."""
    formulas, symbols, graph = chart.world.formulas, chart.world.symbols, chart.graph
    silent = Recheck(formulas.false, Symbol(formulas.true, None))
    after: dict[str, Recheck] = {}
    for name in reversed(graph.order):
        node = graph.nodes[name]
        inner = _recheck(chart.inner[name], end) if isinstance(node, Call) and end is not Notify.YES else silent
        found = silent
        for arrow in reversed(node.arrows):
            later = after.get(arrow.target, silent)
            said = _first(chart, later, inner)
            answer = chart.answers[arrow.id]
            if said is silent and found is silent:
                continue
            found = Recheck(formulas.choose(answer, said.said, found.said), symbols.choose(answer, said.at, found.at))
        after[name] = found
    found = after[graph.start]
    for name, ends in chart.outcomes().items():
        outcome = graph.outcomes[name]
        if not outcome.notify.counts_for(end):
            own = silent
        elif outcome.recheck is not None:
            own = Recheck(formulas.true, _instant(chart, outcome.recheck))
        else:
            continue
        found = Recheck(formulas.choose(ends, own.said, found.said), symbols.choose(ends, own.at, found.at))
    return found


def _first(chart: ChartFormulas, one: Recheck, other: Recheck) -> Recheck:
    """Give the first of two that says something."""
    formulas, symbols = chart.world.formulas, chart.world.symbols
    if one.said is formulas.false:
        return other
    return Recheck(formulas.some((one.said, other.said)), symbols.choose(one.said, one.at, other.at))


def _instant(chart: ChartFormulas, term: t.Term) -> Symbol:
    """Give the instant at which to ask again; a duration counts from the fact `now`."""
    formulas = chart.world.formulas
    value = chart.terms.value(term)
    if term.type.base is not Basic.DURATION or value.payload is None:
        return value
    moved = hold(formulas, chart.terms.facts["now"].number + value.number, Basic.INSTANT)
    return Symbol(value.null, Amount(moved))
