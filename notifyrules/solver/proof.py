"""Put everything together that questions about one chart are asked of."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

from notifyrules.graph.model import Graph
from notifyrules.limit import Limit
from notifyrules.solver.candidates import readers
from notifyrules.solver.charts import ChartFormulas, translate
from notifyrules.solver.copies import Copy, OnMedia
from notifyrules.solver.decision_words import Words, speak
from notifyrules.solver.fact_variables import FactVariables
from notifyrules.solver.formulas import Formula
from notifyrules.solver.nearest import Nearest
from notifyrules.solver.samples import Samples, sample
from notifyrules.solver.sayable import base_facts
from notifyrules.solver.solving import Solver, SolverAnswer
from notifyrules.solver.text_lemmas import complete, know_at
from notifyrules.solver.translation import World


@dataclass(slots=True)
class Proof:
    """One chart, and a solver that knows what holds for all of its facts."""

    graph: Graph
    chart: ChartFormulas
    inputs: FactVariables
    domain: tuple[Formula, ...]
    """What holds for all facts by their types."""
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
    nearest: Nearest
    """Finds examples near what is usual."""
    copies: dict[str, Copy] = field(default_factory=dict)
    """The facts that were varied so far."""
    _on_media: OnMedia | None = None

    @classmethod
    def begin(cls, graph: Graph, limit: Limit) -> Proof:
        """Translate a chart, and prepare to ask about it."""
        inputs = FactVariables.declare(World(), graph.facts)
        world = inputs.world
        chart = translate(graph, world, inputs.symbols)
        assumed = tuple(chart.terms.holds(term) for term in graph.assume)
        terms = (guarantee.condition for guarantee in graph.guarantees)
        conditions = tuple(world.formulas.true if term is None else chart.terms.holds(term) for term in terms)
        words = speak(chart)
        near = base_facts(graph.facts)
        inputs.write_out(near)
        know_at(world, near)
        complete(world)
        domain = tuple(inputs.domain())
        bare = Solver(world, domain, limit)
        solver = Solver(world, (*domain, *assumed), limit)
        samples = sample(graph, inputs, limit)
        nearest = Nearest(solver, inputs, near, readers((graph,)), free=inputs.required())
        return cls(graph, chart, inputs, domain, assumed, conditions, words, bare, solver, limit, samples, nearest)

    def vary(self, fact: str) -> Copy:
        """Compare decisions that differ in one fact alone."""
        if fact not in self.copies:
            copy = Copy.make(self.inputs, fact)
            given = (*self.domain, *self.assumed, *copy.given, *map(copy.replaced, self.assumed))
            copy.find_near(Solver(self.chart.world, given, self.limit, copy.definitions), self.nearest)
            self.copies[fact] = copy
        return self.copies[fact]

    def on_media(self) -> OnMedia:
        """Look at one message on all media of a chart that has some."""
        if self._on_media is None:
            assert self.graph.media is not None
            self._on_media = OnMedia.make(self.nearest, self.graph.media, self.assumed)
        return self._on_media

    def sort_out(self, formulas: Mapping[str, Formula], shown: Collection[str]) -> dict[str, SolverAnswer]:
        """Find out which of some formulas can hold, but for those of which that was shown."""
        found = self.solver.sort_out({name: one for name, one in formulas.items() if name not in shown})
        return {name: found.get(name, SolverAnswer.YES) for name in formulas}
