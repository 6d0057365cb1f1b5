"""Put everything together that questions about one chart are asked of, a second value of one of its facts included."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import z3

from notifyrules.graph.model import Graph
from notifyrules.limit import Limit
from notifyrules.solver.charts import ChartFormulas, translate
from notifyrules.solver.decision_words import Words, speak
from notifyrules.solver.formulas import Formula, Thing, constants_of
from notifyrules.solver.inputs import Inputs
from notifyrules.solver.samples import Samples, sample
from notifyrules.solver.solving import Answer, Solver
from notifyrules.solver.symbols import Symbol, terms_of
from notifyrules.solver.text_lemmas import complete
from notifyrules.solver.translation import Definition, World


@dataclass(slots=True)
class Copy:
    """A second value of one fact, and all that depends on it."""

    name: str
    """The fact."""
    second: Symbol
    """Its other value."""
    given: list[Formula] = field(default_factory=list)
    """What holds for it."""
    definitions: dict[int, Definition] = field(default_factory=dict)
    """The parts that are copied, by the number of their names."""
    solver: Solver = field(init=False)
    """Knows both values, and what `assume` says of each."""
    _copied: dict[int, tuple[Thing, Thing]] = field(default_factory=dict)
    """By the number of what is copied: the thing and its copy."""

    @classmethod
    def make(cls, inputs: Inputs, name: str) -> Copy:
        """Copy all definitions that depend on a fact, each behind those that it is made of."""
        world, fact = inputs.world, inputs.facts[name]
        copy = cls(name, world.symbols.variable(f"{name}, changed", fact.type))
        pairs = zip(terms_of(inputs.symbols[name]), terms_of(copy.second), strict=True)
        copy._copied.update((first.get_id(), (first, second)) for first, second in pairs)
        copy.given.append(world.symbols.domain(copy.second, fact.type))
        for number, one in enumerate(world.definitions.values()):
            meaning = copy.replaced(one.meaning)
            if not meaning.eq(one.meaning):
                other = z3.Const(f"part {number}, {name} changed", meaning.sort())
                copy._copied[one.name.get_id()] = (one.name, other)
                copy.definitions[other.get_id()] = Definition(other, meaning)
        truths = ((truth, copy.replaced(truth)) for truth in world.truths)
        copy.given.extend(changed for truth, changed in truths if not changed.eq(truth))
        return copy

    def replaced(self, thing: Thing) -> Thing:
        """Give what a term is for the second value."""
        pairs = [self._copied[id_] for id_ in constants_of(thing) if id_ in self._copied]
        return z3.substitute(thing, *pairs) if pairs else thing


@dataclass(slots=True)
class Proof:
    """One chart, and a solver that knows what holds for all of its facts."""

    graph: Graph
    chart: ChartFormulas
    inputs: Inputs
    assumed: tuple[Formula, ...]
    """What `assume` says, in the order written."""
    conditions: tuple[Formula, ...]
    """For which facts each guarantee holds."""
    words: Words
    """What decisions say and carry."""
    bare: Solver
    """Knows the types of the facts, and not what `assume` says."""
    solver: Solver
    """Knows what `assume` says too."""
    limit: Limit
    samples: Samples
    """What was seen for facts drawn at random."""
    copies: dict[str, Copy] = field(default_factory=dict)
    """The facts that were varied so far."""

    @classmethod
    def begin(cls, graph: Graph, limit: Limit) -> Proof:
        """Translate a chart, and prepare to ask about it."""
        inputs = Inputs.declare(World(), graph.facts)
        world = inputs.world
        chart = translate(graph, world, inputs.symbols)
        assumed = tuple(chart.terms.holds(term) for term in graph.assume)
        terms = (guarantee.condition for guarantee in graph.guarantees)
        conditions = tuple(world.formulas.true if term is None else chart.terms.holds(term) for term in terms)
        words = speak(chart)
        inputs.write_out()
        complete(world)
        domain = tuple(inputs.domain())
        bare = Solver(world, domain, limit)
        solver = Solver(world, (*domain, *assumed), limit)
        return cls(graph, chart, inputs, assumed, conditions, words, bare, solver, limit, sample(graph, inputs, limit))

    def vary(self, fact: str) -> Copy:
        """Compare decisions that differ in one fact alone."""
        if fact not in self.copies:
            copy = Copy.make(self.inputs, fact)
            given = (*self.inputs.domain(), *self.assumed, *copy.given, *map(copy.replaced, self.assumed))
            copy.solver = Solver(self.chart.world, given, self.limit, copy.definitions)
            self.copies[fact] = copy
        return self.copies[fact]

    def sort_out(self, formulas: Mapping[str, Formula], shown: Collection[str]) -> dict[str, Answer]:
        """Find out which of some formulas can hold, but for those of which that was shown."""
        found = self.solver.sort_out({name: one for name, one in formulas.items() if name not in shown})
        return {name: found.get(name, Answer.YES) for name in formulas}
