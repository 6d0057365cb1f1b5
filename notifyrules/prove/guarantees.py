"""Prove guarantees, or find facts that break them."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import assert_never

from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Graph, Guarantee, Notify, Promise, TogetherForm
from notifyrules.language.evaluator import evaluate
from notifyrules.language.types import Enumeration
from notifyrules.language.values import FactValues, Value
from notifyrules.prove.results import CounterExample, Judged, Standing
from notifyrules.solver import Formula, Proof, SolverAnswer, find_witness

RANKS = {Notify.NO: 0, Notify.LATER: 1, Notify.YES: 2}
"""The order in which a monotone guarantee counts; a chart made to be called says nothing to count."""


def judge(proof: Proof, number: int) -> Judged:
    """Prove a guarantee of a chart, by its number from 0, or find facts that break it."""
    guarantee, condition = proof.graph.guarantees[number], proof.conditions[number]
    match guarantee.promise:
        case Promise.NEVER | Promise.ALWAYS:
            found = _about_outcomes(proof, guarantee, condition)
        case Promise.REACHABLE:
            return _reachable(proof, guarantee, condition)
        case Promise.INDEPENDENT | Promise.MONOTONE:
            found = _about_change(proof, guarantee, condition)
        case Promise.TOGETHER:
            return _about_media(proof, guarantee, condition)
        case _:
            assert_never(guarantee.promise)
    if isinstance(found, CounterExample):
        return Judged(guarantee, Standing.BROKEN, found)
    return Judged(guarantee, Standing.PROVED if found is SolverAnswer.NO else Standing.UNDECIDED)


def _applies(proof: Proof, guarantee: Guarantee, facts: FactValues) -> bool:
    condition = guarantee.condition
    return keeps(proof.graph, facts) and (condition is None or evaluate(condition, facts, {}) is True)


def _about_outcomes(proof: Proof, guarantee: Guarantee, condition: Formula) -> CounterExample | SolverAnswer:
    """Look for an outcome that must not be."""
    formulas, ends = proof.chart.world.formulas, proof.chart.outcomes()
    never = guarantee.promise is Promise.NEVER
    wrong = [formula for name, formula in ends.items() if (name in guarantee.subjects) is never]

    def breaks(facts: FactValues) -> bool:
        outcome = walk(proof.graph, facts).outcome
        return _applies(proof, guarantee, facts) and (outcome in guarantee.subjects) is never

    found = find_witness(proof.nearest, formulas.every((condition, formulas.some(wrong))), breaks)
    return found if isinstance(found, SolverAnswer) else CounterExample(found, walk(proof.graph, found))


def _reachable(proof: Proof, guarantee: Guarantee, condition: Formula) -> Judged:
    """Look for facts that get an outcome; that there are none must be proved, that there are some must be shown."""
    [outcome] = guarantee.subjects
    formulas = proof.chart.world.formulas
    gets = formulas.every((condition, proof.chart.outcomes().get(outcome, formulas.false)))

    def shows(facts: FactValues) -> bool:
        return _applies(proof, guarantee, facts) and walk(proof.graph, facts).outcome == outcome

    found = find_witness(proof.nearest, gets, shows)
    if not isinstance(found, SolverAnswer):
        return Judged(guarantee, Standing.PROVED)
    return Judged(guarantee, Standing.BROKEN if found is SolverAnswer.NO else Standing.UNDECIDED)


def _about_change(proof: Proof, guarantee: Guarantee, condition: Formula) -> CounterExample | SolverAnswer:
    """Look for a change of one fact that changes what it must not."""
    if proof.limit.is_over():
        return SolverAnswer.UNKNOWN
    [name] = guarantee.subjects
    formulas = proof.chart.world.formulas
    copy = proof.vary(name)
    valid = [condition, copy.replaced(condition)]
    rises = guarantee.promise is Promise.MONOTONE
    if rises:
        valid.append(proof.inputs.rises(name, copy.second))
        yes, later, no = (proof.chart.notifies(notify) for notify in (Notify.YES, Notify.LATER, Notify.NO))
        less = formulas.some((copy.replaced(later), copy.replaced(no)))
        wrong = formulas.some((formulas.every((yes, less)), formulas.every((later, copy.replaced(no)))))
    else:
        ends = proof.chart.outcomes().values()
        wrong = formulas.some(formulas.every((one, formulas.negate(copy.replaced(one)))) for one in ends)

    def breaks(both: FactValues) -> bool:
        facts, other = copy.split(both)
        if not (_applies(proof, guarantee, facts) and _applies(proof, guarantee, other)):
            return False
        before, after = (walk(proof.graph, one).outcome for one in (facts, other))
        if not rises:
            return before != after
        ranks = [RANKS.get(proof.graph.outcomes[outcome].notify, 0) for outcome in (before, after)]
        return _is_raised(proof.graph, name, facts[name], other[name]) and ranks[1] < ranks[0]

    found = find_witness(copy.nearest, formulas.every((*valid, wrong)), breaks)
    if isinstance(found, SolverAnswer):
        return found
    facts, other = copy.split(found)
    return CounterExample(facts, walk(proof.graph, facts), other, walk(proof.graph, other))


def _about_media(proof: Proof, guarantee: Guarantee, condition: Formula) -> Judged:
    """Look for one message whose media do together what they must not."""
    promised, formulas = guarantee.together, proof.chart.world.formulas
    assert promised is not None
    on_media, outcomes = proof.on_media(), proof.chart.outcomes()
    hits = {
        medium: on_media.each[medium].replaced(formulas.some(outcomes[end] for end in ends if end in outcomes))
        for medium, ends in promised.ends.items()
    }
    valid = [on_media.each[medium].replaced(condition) for medium in hits]
    match promised.form:
        case "at_most_one":
            wrong = formulas.some(formulas.every(two) for two in combinations(hits.values(), 2))
        case "at_least_one":
            wrong = formulas.every(formulas.negate(hit) for hit in hits.values())
        case "never":
            wrong = formulas.every(hits.values())

    def breaks(facts: FactValues) -> bool:
        each = on_media.split(facts)
        if not all(keeps(proof.graph, one) for one in each.values()):
            return False
        if not all(_applies(proof, guarantee, each[medium]) for medium in hits):
            return False
        met = [walk(proof.graph, each[medium]).outcome in ends for medium, ends in promised.ends.items()]
        return is_broken(promised.form, met)

    found = find_witness(on_media.nearest, formulas.every((*valid, wrong)), breaks)
    if isinstance(found, SolverAnswer):
        return Judged(guarantee, Standing.PROVED if found is SolverAnswer.NO else Standing.UNDECIDED)
    facts = on_media.split(found)
    each = {medium: (facts[medium], walk(proof.graph, facts[medium])) for medium in hits}
    return Judged(guarantee, Standing.BROKEN, CounterExample(*next(iter(each.values())), each=each))


def is_broken(form: TogetherForm, met: Sequence[bool]) -> bool:
    """Tell whether a promise about media is broken, of each of which one says whether an outcome of its was *met*."""
    return {"at_most_one": sum(met) > 1, "at_least_one": not any(met), "never": all(met)}[form]


def _is_raised(graph: Graph, name: str, low: Value, high: Value) -> bool:
    base = graph.facts[name].type.base
    if isinstance(base, Enumeration):
        order = base.order or base.values
        return order.index(str(low)) < order.index(str(high))
    assert isinstance(low, int)
    assert isinstance(high, int)
    return low < high
