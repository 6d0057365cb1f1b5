"""
Generate facts for property tests: strategies of Hypothesis that keep to what rules assume.

A test takes them like any strategy, `@given(strategies.facts("rules/slack.yaml"))`. What Hypothesis then shows for a
failure is as short as can be: only the facts that matter, in the form that a file of cases takes.

Hypothesis is imported when a strategy is made, not before.
"""

from __future__ import annotations

import itertools
import os
from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Final

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.errors import FactProblem, FactsError, UsageError
from notifyrules.evaluation.walk import keeps, walk
from notifyrules.graph.model import Fact, Graph, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.kinds import KINDS
from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import Base, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value, conform, to_plain
from notifyrules.limit import Limit
from notifyrules.rules import Rules, can_prove, load

if TYPE_CHECKING:
    from hypothesis.strategies import DrawFn, SearchStrategy

_MOST_LISTED: Final = 4_096
"""Combinations of facts with few values that are listed; where there are more, some are drawn and tried."""
_TRIES: Final = 50
"""Draws of facts that are assumed together before an example is given up."""
_MOST_CONSTANTS: Final = 100
"""Values of one type that are taken from the conditions of the rules."""

_MOSTLY: Final = 11
"""One time in so many and one, facts are drawn freely, and a fact of a witness is put back to its default."""
_TURNED: Final = 3
"""Facts of a witness that are drawn anew at most."""
_WITNESSES_S: Final = 20.0
"""How long witnesses are looked for."""


def facts(
    rules: Rules | str | os.PathLike[str], *, given: Mapping[str, object] | None = None
) -> SearchStrategy[dict[str, object]]:
    """
    Make a strategy of valid facts that keep to what the rules assume.

    Args:
        rules: Loaded rules, or what :func:`notifyrules.load` takes.
        given: Facts that have these values in every example, by dotted name.

    Returns:
        A strategy of facts by dotted name, in the form that JSON and files of cases take. A fact that has its default
        is left out, and shrinking comes to that first, so what is left is what matters.

    Raises:
        FactsError: What is given are no facts of the rules.
        RulesError: The rules cannot be loaded.
        UsageError: No facts with the values given keep to what the rules assume.
    """
    from hypothesis import strategies as st  # noqa: PLC0415 - only who generates facts needs it

    graph = (rules if isinstance(rules, Rules) else load(rules)).graph
    fixed = _fixed(graph, given or {})
    constants = _constants(graph)
    free = {name: _values(fact, constants) for name, fact in graph.facts.items() if name not in fixed}
    groups = _groups(graph, free.keys())
    assumed = {name for names, _ in groups for name in names}
    alone = {name: strategy for name, strategy in free.items() if name not in assumed}
    together = [_together(graph, names, terms, free, fixed) for names, terms in groups]

    def joined(parts: tuple[dict[str, Value], ...]) -> dict[str, Value]:
        return {**fixed, **{name: value for part in parts for name, value in part.items()}}

    def shown(drawn: Mapping[str, Value]) -> dict[str, object]:
        found: dict[str, object] = {}
        for name, fact in graph.facts.items():
            if name in fixed:
                found[name] = to_plain(fixed[name])
            elif not fact.has_default or drawn[name] != fact.default:
                found[name] = to_plain(drawn[name])
        return found

    drawn = st.tuples(st.fixed_dictionaries(alone), *together).map(joined)
    if can_prove() and free:
        # Deferred: who only imports a test does not wait for the solver, and no example is held to be slow for it.
        return st.deferred(lambda: _near_witnesses(graph, fixed, free, drawn).map(shown))
    return drawn.map(shown)


def _fixed(graph: Graph, given: Mapping[str, object]) -> dict[str, Value]:
    problems: list[FactProblem] = []
    fixed: dict[str, Value] = {}
    for name, value in given.items():
        if (fact := graph.facts.get(name)) is None:
            problems.append(FactProblem(name, "is not a fact of these rules", did_you_mean(name, graph.facts)))
            continue
        try:
            fixed[name] = conform(fact.type, value)
        except Mismatch as mismatch:
            problems.append(FactProblem(name, f"expected {mismatch.expected}, found {mismatch.found}", mismatch.help))
    if problems:
        raise FactsError(problems)
    return fixed


# ---- Facts that take every arrow ----


def _near_witnesses(
    graph: Graph,
    fixed: Mapping[str, Value],
    free: Mapping[str, SearchStrategy[Value]],
    others: SearchStrategy[dict[str, Value]],
) -> SearchStrategy[dict[str, Value]]:
    """Draw mostly facts that take some arrow, as the solver finds them, with up to three facts drawn anew."""
    from hypothesis import strategies as st  # noqa: PLC0415

    witnesses = _witnesses(graph, fixed)
    names = list(free)

    @st.composite
    def drawn(draw: DrawFn) -> dict[str, Value]:
        if not witnesses or not draw(st.integers(0, _MOSTLY)):
            return draw(others)
        found = draw(st.sampled_from(witnesses))
        facts = dict(found)
        for name, value in found.items():
            # What is drawn as zero is what examples shrink to.
            if name in free and _is_changed(graph.facts[name], value) and not draw(st.integers(0, _MOSTLY)):
                facts[name] = graph.facts[name].default
        if draw(st.booleans()):
            for name in draw(st.lists(st.sampled_from(names), max_size=_TURNED, unique=True)):
                facts[name] = draw(free[name])
        return facts if keeps(graph, facts) else dict(found)

    return drawn()


def _witnesses(graph: Graph, fixed: Mapping[str, Value]) -> list[dict[str, Value]]:
    """Find facts that take each arrow, those with the fewest facts off their defaults first, as far as time allows."""
    from notifyrules.solver import Goal, witnesses  # noqa: PLC0415 - the solver is an extra

    limit = Limit(_WITNESSES_S)
    found: dict[tuple[object, ...], dict[str, Value]] = {}
    for goal in (Goal(), *(Goal(arrow=arrow) for arrow in graph.arrows)):
        facts = None if limit.is_over() else next(witnesses(graph, fixed, goal, frozenset(fixed)), None)
        if facts is not None:
            found[tuple((type(facts[name]), facts[name]) for name in graph.facts)] = dict(facts)
    apart = sorted(found.values(), key=lambda facts: sum(_is_changed(graph.facts[name], facts[name]) for name in facts))
    kept: list[dict[str, Value]] = []
    missing = set(graph.arrows)
    for facts in reversed(apart):
        # Long ways first: the fewer witnesses there are, the more often each is drawn.
        here = {step.arrow for step in walk(graph, facts).steps}
        if missing & here or facts is apart[0]:
            missing -= here
            kept.insert(0, facts)
    return kept


def _is_changed(fact: Fact, value: Value) -> bool:
    return fact.has_default and (type(value), value) != (type(fact.default), fact.default)


# ---- Values of one fact ----


def _values(fact: Fact, constants: Mapping[Type, Sequence[Value]]) -> SearchStrategy[Value]:
    from hypothesis import strategies as st  # noqa: PLC0415

    assert fact.type.base is not None
    if (listed := _listed(fact)) is not None:
        return st.sampled_from(listed)
    first: list[SearchStrategy[Value]] = [st.just(fact.default)] if fact.has_default else []
    null: list[SearchStrategy[Value]] = [st.none()] if fact.type.nullable else []
    return st.one_of(*first, *null, _base_values(fact.type.base, constants))


def _listed(fact: Fact) -> list[Value] | None:
    """List the values of a fact that has few, its default first; None for one that has many."""
    base = fact.type.base
    values: list[Value]
    if base is Basic.BOOL:
        values = [False, True]
    elif isinstance(base, Enumeration):
        values = list(base.values)
    else:
        return None
    if fact.type.nullable:
        values = [None, *values]
    return sorted(values, key=lambda value: not (fact.has_default and value == fact.default))


def _base_values(base: Base, constants: Mapping[Type, Sequence[Value]]) -> SearchStrategy[Value]:
    """Make a strategy of the values of a type, simple ones and those that the rules look for more often."""
    from hypothesis import strategies as st  # noqa: PLC0415

    known = constants.get(Type(base), ())
    found: SearchStrategy[Value]
    match base:
        case Enumeration(values):
            found = st.sampled_from(values)
        case ListOf(item):
            assert item is not None
            found = st.lists(_base_values(item, constants), max_size=5).map(tuple)
        case Basic():
            kind = KINDS[base]
            if kind.scale is None:
                assert kind.strategy is not None
                found = kind.strategy(st)
            else:
                every = st.integers(kind.scale.lowest, kind.scale.highest)
                found = st.one_of(st.sampled_from(kind.scale.usual), every).map(kind.scale.value_of)
    return st.one_of(found, st.sampled_from(known)) if known else found


def _constants(graph: Graph) -> dict[Type, tuple[Value, ...]]:
    """Gather the values that conditions are written with, by their types; of numbers also the neighbours."""
    found: dict[Type, dict[Value, None]] = {}
    for term in (*graph.assume, *(term for node in graph.nodes.values() for term in conditions(node))):
        for part in t.walk(term):
            if not isinstance(part, t.Constant) or part.value is None:
                continue
            base = Basic.TEXT if isinstance(part.value, str) else part.type.base
            scale = KINDS[base].scale if isinstance(base, Basic) else None
            near = [part.value]
            if scale is not None:
                number = scale.number_of(part.value)
                near = [scale.value_of(min(max(number + more, scale.lowest), scale.highest)) for more in (-1, 0, 1)]
            found.setdefault(Type(base), {}).update(dict.fromkeys(near))
    return {kind: tuple(values)[:_MOST_CONSTANTS] for kind, values in found.items()}


# ---- Facts that are assumed together ----


def _groups(graph: Graph, free: Collection[str]) -> list[tuple[tuple[str, ...], tuple[t.Term, ...]]]:
    """Gather the facts that some assumption connects, directly or through others, with those assumptions."""
    groups: list[tuple[set[str], list[t.Term]]] = []
    for term in graph.assume:
        names, terms = set(t.facts_read(term)), [term]
        apart = []
        for group in groups:
            if group[0] & names:
                names |= group[0]
                terms = [*group[1], *terms]
            else:
                apart.append(group)
        groups = [*apart, (names, terms)]
    return [
        (tuple(name for name in graph.facts if name in names and name in free), tuple(terms)) for names, terms in groups
    ]


def _together(
    graph: Graph,
    names: Sequence[str],
    terms: Sequence[t.Term],
    free: Mapping[str, SearchStrategy[Value]],
    fixed: Mapping[str, Value],
) -> SearchStrategy[dict[str, Value]]:
    from hypothesis import reject  # noqa: PLC0415
    from hypothesis import strategies as st  # noqa: PLC0415

    def holds(values: Mapping[str, Value]) -> bool:
        whole = {**fixed, **values}
        return all(evaluate(term, whole, {}) is True for term in terms)

    if (listed := _combinations(graph, names)) is not None:
        if not (kept := [values for values in listed if holds(values)]):
            what = {**dict.fromkeys(names), **fixed}
            raise UsageError(f"no values of {named(what)} keep to what the rules assume", "give other facts, or none")
        return st.sampled_from(kept)

    @st.composite
    def drawn(draw: DrawFn) -> dict[str, Value]:
        for _ in range(_TRIES):
            values = {name: draw(free[name]) for name in names}
            if holds(values):
                return values
        return reject()

    return drawn()


def _combinations(graph: Graph, names: Sequence[str]) -> list[dict[str, Value]] | None:
    """List all combinations of facts that have few values, those nearest to the defaults first; None for too many."""
    axes: list[list[Value]] = []
    count = 1
    for name in names:
        if (values := _listed(graph.facts[name])) is None:
            return None
        axes.append(values)
        count *= len(values)
    if count > _MOST_LISTED:
        return None
    places = sorted(itertools.product(*(range(len(axis)) for axis in axes)), key=lambda one: (sum(map(bool, one)), one))
    return [{name: axis[at] for name, axis, at in zip(names, axes, place, strict=True)} for place in places]
