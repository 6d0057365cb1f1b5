"""
Find arrows that no facts take, questions whose answer is known before they are asked, and promises about nobody.

Why it matters: what is never reached decides nothing, and usually something else was meant.
Instead: remove the question, or lead an arrow elsewhere.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.diagnostics.phrases import clip
from notifyrules.graph.model import (
    Arrow,
    Call,
    Fact,
    FanOut,
    First,
    Graph,
    Guarantee,
    Question,
    Row,
    Switch,
    conditions,
)
from notifyrules.language.terms import FactRead, Junction, Term, facts_read
from notifyrules.language.values import write_literal
from notifyrules.solver import ChartFormulas, Formula, Proof, Solver, SolverAnswer

_LEAVE_OUT = (
    "leave it out where an `else` stands for it, or ask earlier; where every value must be named, "
    f"`allow: {{{Code.UNMET_VALUE.value}: why}}` on the node says that it is meant"
)
_TRIES = 24
"""Ways that are looked into one by one."""
_SHOWN = 4


@dataclass(frozen=True, slots=True)
class Reach:
    """What some facts reach and none do."""

    proof: Proof
    ways: LiveWays
    dead: frozenset[str]
    """The arrows that no facts take, by id: proved."""
    met: frozenset[str]
    """The nodes that some facts reach, as far as is known."""

    def reason(self, arrow: Arrow) -> Reason:
        """Find out why an arrow is never taken."""
        return self.ways.explain(arrow.node, self.proof.chart.asked(arrow))

    def shown(self, reason: Reason, *dead: Arrow) -> tuple[tuple[Label, ...], tuple[str, ...]]:
        """Give the labels and notes of a finding: why it is so, and what nothing reaches because of it."""
        return (*reason.labels(self.proof.graph), *self.lost(*dead)), reason.notes

    def lost(self, *dead: Arrow) -> Iterator[Label]:
        """Show the nodes that are never reached because some arrows are never taken."""
        nodes = self.proof.graph.nodes
        for name in dict.fromkeys(arrow.target for arrow in dead):
            if name in nodes and name not in self.met:
                yield Label(nodes[name].span, "so nothing reaches this")


def reach(proof: Proof) -> Reach:
    """Find out which arrows some facts take."""
    graph = proof.graph
    met = {arrow.id: proof.chart.met[arrow.id] for name in graph.order for arrow in graph.nodes[name].arrows}
    dead = frozenset(
        id_ for id_, answer in proof.sort_out(met, proof.samples.arrows).items() if answer is SolverAnswer.NO
    )
    ways = LiveWays.find(proof.chart, proof.bare, dead)
    return Reach(proof, ways, dead, frozenset((graph.start, *ways.entering)))


def find_dead(proof: Proof, reached: Reach, known: tuple[Diagnostic, ...]) -> Iterator[Diagnostic]:
    """Report, unless *known*, questions with a known answer and arrows never taken, where that begins to be so."""
    constant = [found.span for found in known if found.code in (Code.CONSTANT_CONDITION, Code.USELESS_ELSE)]
    for name in proof.graph.order:
        node = proof.graph.nodes[name]
        asked = () if isinstance(node, Call) else conditions(node)
        if name not in reached.met or any(term.span.covers(span) for term in asked for span in constant):
            continue
        match node:
            case Question():
                yield from _question(node, reached)
            case Switch():
                yield from _switch(node, reached)
            case First():
                yield from _rows(node, reached)
            case FanOut():
                yield from _branches(node, reached)
            case Call():
                yield from _callee(node, reached)
            case _:
                assert_never(node)


def _question(node: Question, reached: Reach) -> Iterator[Diagnostic]:
    """Report a question that is always answered alike."""
    (row,) = node.rows
    for arrow, other, truth in ((row.arrow, node.otherwise, "true"), (node.otherwise, row.arrow, "false")):
        if other.id in reached.dead and facts_read(row.condition):
            yield _known(row.condition, arrow, truth, [other], reached)


def _known(asked: Term, alive: Arrow, answer: str, gone: Sequence[Arrow], reached: Reach) -> Diagnostic:
    formulas, answers = reached.proof.chart.world.formulas, reached.proof.chart.answers
    reason = reached.ways.explain(alive.node, formulas.some(answers[arrow.id] for arrow in gone))
    words = f"`{clip(asked.span.text)}` is always {answer} here, because {reason.words}"
    advice = f"remove the question `{alive.node}` and lead to `{alive.target}` at once, or ask for what is meant"
    return Diagnostic(Code.KNOWN_ANSWER, words, asked.span, (advice,), *reached.shown(reason, *gone))


def _switch(node: Switch, reached: Reach) -> Iterator[Diagnostic]:
    """Report the values that a switch never meets; of one that only ever meets one value, that."""
    alive = [arrow for arrow in node.arrows if arrow.id not in reached.dead]
    gone = [arrow for arrow in node.arrows if arrow.id in reached.dead]
    if len(alive) == 1 and gone and facts_read(node.subject) and alive[0] is not node.otherwise:
        yield _known(node.subject, alive[0], f"`{clip(alive[0].answer)}`", gone, reached)
        return
    subject = clip(node.subject.span.text)
    for arrow in gone:
        if not arrow.told:
            continue
        reason = reached.reason(arrow)
        code, words, way_out = Code.UNMET_VALUE, f"`{subject}` is never `{clip(arrow.answer)}` here", _LEAVE_OUT
        if arrow is node.otherwise:
            code, words, way_out = Code.DEAD_ARROW, f"`{subject}` never is anything else here", "remove the `else`"
        message = f"{words}, because {reason.words}"
        yield Diagnostic(code, message, arrow.span, (way_out,), *reached.shown(reason, arrow))


def _rows(node: First, reached: Reach) -> Iterator[Diagnostic]:
    """Report the rows that are never the first to hold."""
    chart = reached.proof.chart
    for row in node.rows:
        if row.arrow.id not in reached.dead or not facts_read(row.condition):
            continue
        if not (taking := shadowing(node, row, chart, reached.proof.solver)):
            reason = reached.ways.explain(node.name, chart.terms.holds(row.condition))
            words = f"`{clip(row.condition.span.text)}` is always false here, because {reason.words}"
            shown = reached.shown(reason, row.arrow)
            yield Diagnostic(Code.KNOWN_ANSWER, words, row.condition.span, ("remove the row",), *shown)
            continue
        holder = "this" if len(taking) == 1 else "one of these"
        words = f"the row `{row.arrow.id}` is never taken, because {shadowing_words(taking)}"
        labels = [Label(one.condition.span, f"{holder} holds whenever it does") for one in taking]
        labels.extend(reached.lost(row.arrow))
        advice = ("move the row up, or remove it",)
        yield Diagnostic(Code.SHADOWED_ROW, words, row.condition.span, advice, tuple(labels))
    yield from _else(node.otherwise, "one of the rows always holds", reached)


def shadowing(node: First, row: Row, chart: ChartFormulas, solver: Solver) -> tuple[Row, ...]:
    """Find few rows above one that take all that would reach it: none where its condition is never true there."""
    above = node.rows[: node.rows.index(row)]
    fixed = [chart.met[node.name], chart.terms.holds(row.condition)]
    if solver.ask(*fixed) is SolverAnswer.NO:
        return ()
    refused = [chart.world.formulas.negate(chart.terms.holds(one.condition)) for one in above]
    core = solver.core(refused, fixed=fixed)
    return above if core is None else tuple(above[at] for at in core)


def shadowing_words(rows: Sequence[Row]) -> str:
    """Say it behind `because`."""
    take = "takes" if len(rows) == 1 else "together take"
    return f"{' and '.join(f'`{one.arrow.id}`' for one in rows)} {take} everything that it would"


def _else(last: Arrow, why: str, reached: Reach) -> Iterator[Diagnostic]:
    """Report an `else` that nothing is left to."""
    if last.id in reached.dead and last.told:
        shown = reached.shown(reached.reason(last), last)
        words = f"`{last.id}` is never taken: {why}"
        yield Diagnostic(Code.DEAD_ARROW, words, last.span, ("remove the `else`",), *shown)


def _branches(node: FanOut, reached: Reach) -> Iterator[Diagnostic]:
    """Report the branches that are never tried or never win, and an `else` that is never left to."""
    proof = reached.proof
    formulas = proof.chart.world.formulas
    for branch in node.branches:
        if branch.id in reached.dead:
            words = f"the branch `{branch.target}` is never tried: one before it never refuses"
            shown = reached.shown(reached.reason(branch), branch)
            yield Diagnostic(Code.DEAD_ARROW, words, branch.span, ("move the branch up, or remove it",), *shown)
            continue
        if branch.id in proof.samples.won or _explained(branch.target, reached):
            continue
        wins = formulas.every((proof.chart.met[node.name], proof.chart.answers[branch.id]))
        if proof.solver.ask(wins) is SolverAnswer.NO:
            agrees = formulas.negate(proof.chart.refusal(branch.target))
            tried = formulas.every((proof.chart.tried[branch.id], agrees))
            reason = reached.ways.explain(node.name, tried)
            words = f"the branch `{branch.target}` always refuses here, because {reason.words}"
            way_out = "remove the branch, or lead it elsewhere"
            yield Diagnostic(Code.DEAD_ARROW, words, branch.span, (way_out,), *reached.shown(reason))
    if not any(branch.id in reached.dead or _explained(branch.target, reached) for branch in node.branches):
        yield from _else(node.otherwise, "one of the branches never refuses", reached)


def _explained(target: str, reached: Reach) -> bool:
    """Tell whether something behind a branch is reported itself, which is why the branch refuses."""
    graph = reached.proof.graph
    waiting, seen = [target], set()
    while waiting:
        name = waiting.pop()
        if name in seen or name not in graph.nodes:
            continue
        seen.add(name)
        for arrow in graph.nodes[name].arrows:
            if arrow.id in reached.dead:
                return True
            waiting.append(arrow.target)
    return False


def _callee(node: Call, reached: Reach) -> Iterator[Diagnostic]:
    """Report the outcomes that a called chart never gives here."""
    dead = [arrow for arrow in node.arrows if arrow.id in reached.dead]
    unbound = [fact for fact in node.callee.facts.values() if fact.name not in node.bindings]
    opened = _opened(node, unbound, reached.proof) if dead and unbound else None
    for arrow in dead:
        reason = reached.reason(arrow)
        because, advice = reason.words, ["allow it with a reason if the case is there for completeness only"]
        labels, notes = reached.shown(reason, arrow)
        held = [] if opened is None else _held(arrow, node, unbound, opened)
        if held:
            values = _and(f"`{fact.name}` at `{clip(write_literal(fact.default))}`" for fact in held)
            also = f", and {because}" if reason.tells else ""
            because = f"only its own default sets {values}{also}"
            bound = ", ".join(f"{fact.name}: ..." for fact in held)
            advice.insert(0, f"say what {'it is' if len(held) == 1 else 'they are'} here: `with: {{{bound}}}`")
            labels = (*labels, *(Label(fact.span, "this default is taken") for fact in held))
        never = " or ".join(f"`{outcome}`" for outcome, way in node.cases.items() if way.id == arrow.id)
        words = f"`{node.reference}` never answers {never} here, because {because}"
        yield Diagnostic(Code.DEAD_ARROW, words, arrow.span, tuple(advice), labels, notes)


def _opened(node: Call, unbound: Sequence[Fact], proof: Proof) -> Proof:
    """Begin a proof of the same chart in which the facts that nothing binds may have any value."""
    graph = proof.graph
    free = {_free(node, fact): replace(fact, name=_free(node, fact)) for fact in unbound}
    reads = {fact.name: FactRead(node.span, fact.type, _free(node, fact)) for fact in unbound}
    nodes = {**graph.nodes, node.name: replace(node, bindings={**node.bindings, **reads})}
    return Proof.begin(replace(graph, facts={**graph.facts, **free}, nodes=nodes), proof.limit)


def _free(node: Call, fact: Fact) -> str:
    """Name a fact of a called chart as no fact of the caller can be named."""
    return f"{node.name}/{fact.name}"


def _held(arrow: Arrow, node: Call, unbound: Sequence[Fact], opened: Proof) -> list[Fact]:
    """Find few facts of a called chart whose defaults keep it from an answer that it gives with other values."""
    met = opened.chart.met[arrow.id]
    if opened.solver.ask(met) is not SolverAnswer.YES:
        return []
    defaults = [opened.inputs.is_value(_free(node, fact), fact.default) for fact in unbound]
    return [unbound[at] for at in opened.solver.core(defaults, fixed=[met]) or ()]


def find_vacuous(proof: Proof, number: int) -> Iterator[Diagnostic]:
    """Report a guarantee, by its number from 0, whose `if` no facts meet, and the part of it that cannot hold."""
    guarantee = proof.graph.guarantees[number]
    condition = guarantee.condition
    if guarantee.together is not None and condition is not None:
        yield from _vacuous_together(proof, guarantee, condition, proof.conditions[number])
        return
    if condition is None or proof.solver.ask(proof.conditions[number]) is not SolverAnswer.NO:
        return
    wanted = tuple(_conjuncts(condition))
    # What is assumed stands first, so that it is left out where the `if` contradicts itself.
    holds = [proof.chart.terms.holds(term) for term in wanted]
    assumed, core = _core(proof.chart, proof.bare, holds) or ((), ())
    blamed = [wanted[at] for at in core] or [condition]
    words = _and(f"`{clip(term.span.text)}`" for term in blamed)
    never = "is never true" if len(blamed) == 1 else "are never true together"
    because = f", because `assume` says {_and(f'`{clip(term.span.text)}`' for term in assumed)}" if assumed else ""
    message = f"`{guarantee.name}` promises nothing: {words} {never}{because}"
    rivals = (Label(term.span, "this cannot hold with it") for term in blamed[:-1])
    labels = (*rivals, *(Label(term.span, "this is assumed") for term in assumed))
    advice = ("mend the `if`, or withdraw the promise",)
    yield Diagnostic(Code.VACUOUS_GUARANTEE, message, blamed[-1].span, advice, labels)


def _vacuous_together(proof: Proof, guarantee: Guarantee, condition: Term, formula: Formula) -> Iterator[Diagnostic]:
    """Report a promise about media whose `if` no message meets on all of those that it names."""
    assert guarantee.together is not None
    on_media, media = proof.on_media(), guarantee.together.ends
    if on_media.nearest.solver.ask(*(on_media.each[medium].replaced(formula) for medium in media)) is SolverAnswer.NO:
        where = _and(f"`{medium}`" for medium in media)
        message = f"`{guarantee.name}` promises nothing: `{clip(condition.span.text)}` is never true on {where} at once"
        advice = ("mend the `if`, or withdraw the promise",)
        yield Diagnostic(Code.VACUOUS_GUARANTEE, message, condition.span, advice)


def _conjuncts(term: Term) -> Iterator[Term]:
    if isinstance(term, Junction) and term.every:
        for item in term.items:
            yield from _conjuncts(item)
    else:
        yield term


# ---- Why something cannot be ----


@dataclass(frozen=True, slots=True)
class Ruling:
    """Answers and assumptions that together rule something out."""

    arrows: tuple[Arrow, ...]
    """In the order in which they are taken."""
    assumed: tuple[Term, ...]

    def __str__(self) -> str:
        """Put it in words that stand behind `because`."""
        parts = []
        if self.arrows:
            parts.append("every way here takes " + _and(f"`{arrow.id}`" for arrow in self.arrows))
        if self.assumed:
            parts.append("`assume` says " + _and(f"`{clip(term.span.text)}`" for term in self.assumed))
        return ", and ".join(parts) or "it is so for all facts"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be: one ruling for each group of ways that lead there."""

    rulings: tuple[Ruling, ...]

    @property
    def words(self) -> str:
        """Say it behind `because`."""
        return str(self.rulings[0]) if len(self.rulings) == 1 else "every way here settles it"

    @property
    def tells(self) -> bool:
        """Whether it says anything but that it is so."""
        return any(ruling.arrows or ruling.assumed for ruling in self.rulings)

    @property
    def notes(self) -> tuple[str, ...]:
        """Tell the ways apart, where there are several."""
        if len(self.rulings) < 2:  # noqa: PLR2004 - several
            return ()
        shown = [str(ruling).replace("every way here takes", "one way takes") for ruling in self.rulings[:_SHOWN]]
        more = len(self.rulings) - len(shown)
        return (*shown, f"and {more} more ways") if more else tuple(shown)

    def labels(self, graph: Graph) -> Iterator[Label]:
        """Show where the answers are given."""
        arrows = {arrow.id: arrow for ruling in self.rulings[:_SHOWN] for arrow in ruling.arrows}
        for arrow in arrows.values():
            yield Label(graph.nodes[arrow.node].span, f"answered `{clip(arrow.answer)}` before")


@dataclass(frozen=True, slots=True)
class LiveWays:
    """The ways through a chart that some facts take."""

    chart: ChartFormulas
    bare: Solver
    """Does not know what `assume` says."""
    entering: Mapping[str, tuple[Arrow, ...]]
    """For each node the arrows that lead there."""
    always: Mapping[str, tuple[Arrow, ...]]
    """For each node the arrows that every way there takes, in order."""

    @classmethod
    def find(cls, chart: ChartFormulas, bare: Solver, dead: Collection[str]) -> LiveWays:
        """Look at all arrows but those that are never taken."""
        graph = chart.graph
        entering: dict[str, list[Arrow]] = {}
        always: dict[str, tuple[Arrow, ...]] = {graph.start: ()}
        for name in graph.order:
            if name != graph.start and name not in entering:
                continue
            if ways := [(*always[arrow.node], arrow) for arrow in entering.get(name, ())]:
                shared = set.intersection(*({arrow.id for arrow in way} for way in ways))
                always[name] = tuple(arrow for arrow in ways[0] if arrow.id in shared)
            for arrow in graph.nodes[name].arrows:
                if arrow.id not in dead:
                    entering.setdefault(arrow.target, []).append(arrow)
        return cls(chart, bare, {name: tuple(arrows) for name, arrows in entering.items()}, always)

    def explain(self, node: str, ruled_out: Formula) -> Reason:
        """Find out why what is proved to be ruled out cannot be when a node is asked, which some facts reach."""
        found: dict[tuple[object, ...], Ruling] = {}
        waiting: list[tuple[str, tuple[Arrow, ...]]] = [(node, ())]
        for _ in range(_TRIES):
            if not waiting:
                break
            at, behind = waiting.pop(0)
            taken = (*self.always[at], *behind)
            core = _core(self.chart, self.bare, [self.chart.asked(arrow) for arrow in taken], ruled_out)
            if core is None:
                waiting.extend((arrow.node, (arrow, *behind)) for arrow in self.entering.get(at, ()))
            else:
                ruling = Ruling(tuple(taken[number] for number in core[1]), core[0])
                found[(*(arrow.id for arrow in ruling.arrows), *ruling.assumed)] = ruling
        return Reason(() if waiting else tuple(found.values()))


def _core(
    chart: ChartFormulas, bare: Solver, formulas: Sequence[Formula], *fixed: Formula
) -> tuple[tuple[Term, ...], list[int]] | None:
    """Find few formulas that contradict *fixed* ones: the assumptions needed, and their numbers; None if not found."""
    assume = chart.graph.assume
    if (core := bare.core([*map(chart.terms.holds, assume), *formulas], fixed=fixed)) is None:
        return None
    assumed = tuple(assume[number] for number in core if number < len(assume))
    return assumed, [number - len(assume) for number in core if number >= len(assume)]


def _and(items: Iterator[str]) -> str:
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last
