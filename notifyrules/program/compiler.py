"""
Compile a chart to Python: nested `if` statements that end at a constant for every arrow into an outcome.

One function takes facts in any form. It decides at once by facts that are validated already; values of a plain dict it
accepts by sight and decides by them while they stand in local variables; whatever is not as usual goes to the reader.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import FunctionType
from typing import Final, Protocol, cast

from notifyrules.conditions.values import Mismatch
from notifyrules.graph.model import Arrow, Graph
from notifyrules.program.accepting import Unusual, write_acceptance
from notifyrules.program.calling import Calls, NotInline
from notifyrules.program.decision import Decision, Verdict
from notifyrules.program.expressions import Expressions, Spelling
from notifyrules.program.facts import Extras, FactsReader
from notifyrules.program.names import Names
from notifyrules.program.writing import write_chart

ODD: Final = (Unusual, Mismatch, KeyError, TypeError)
"""What accepting code raises when the reader must look."""


class Decide(Protocol):
    """
    Decide whether to notify.
    """

    def __call__(self, facts: object, extras: Extras = "forbid") -> Decision:
        """
        Decide whether to notify.

        Args:
            facts: A nested or dotted mapping, a dataclass, a pydantic object, any object with the facts as attributes,
                or what :meth:`notifyrules.rules.Rules.facts` returned.
            extras: Whether facts that the rules do not declare are an error (`forbid`) or ignored (`ignore`).

        Returns:
            The decision, which is true when the person is to be notified now.

        Raises:
            FactsError: The facts are not what the rules declare.
        """


@dataclass(frozen=True, slots=True)
class Program:
    """
    A compiled chart.
    """

    graph: Graph
    reader: FactsReader
    """Validates facts."""
    decide: Decide
    """The compiled function itself."""
    source: str
    """The generated Python, for reading."""


def compile_graph(graph: Graph) -> Program:
    """
    Compile a chart.

    Args:
        graph: A chart without errors.

    Returns:
        A function that agrees with :func:`notifyrules.evaluation.walk.walk` on every input.
    """
    return _Compiler(graph).program()


class _Compiler:
    """
    Write the source of one chart.
    """

    def __init__(self, graph: Graph) -> None:
        """
        Prepare to compile *graph*.
        """
        self._graph = graph
        self._reader = FactsReader(graph.facts)
        self._slots = self._reader.kind.slots
        self._names = Names()
        self._verdicts: dict[str, str] = {}
        self._facts = self._names.thing("Facts", self._reader.kind)
        self._decision = self._names.thing("Decision", Decision)
        self._read = self._names.thing("read_facts", self._reader.read)
        for thing in (bool, dict, int, str, set, len):
            self._names.thing(thing.__name__, thing)
        self._names.thing("Function", FunctionType)
        self._names.thing("ODD", ODD)

    def program(self) -> Program:
        """
        Write and compile the function.
        """
        source = "\n".join(self._source()) + "\n"
        # Nothing but what stands in the table is to be found by any name.
        namespace = {**self._names.table, "__builtins__": {}}
        exec(compile(source, f"<{self._graph.name} compiled by notifyrules>", "exec"), namespace)  # noqa: S102 - written above, from names and numbers only
        return Program(self._graph, self._reader, cast("Decide", namespace["decide"]), source)

    def _source(self) -> list[str]:
        """
        Write the function and those that it calls.
        """
        facts = {name: Spelling(f"facts.{slot}", ("facts",)) for name, slot in self._slots.items()}
        expressions = Expressions(facts, self._names)
        calls = Calls(self._names, "facts")
        written = write_chart(
            self._graph, expressions=expressions, answers=self._answer, charts=calls, prefix="", variables="facts, d"
        )
        accepting = write_acceptance(self._graph.facts, self._slots, self._names)
        functions, going_on = self._by_variables() or ([], self._by_object())
        return [
            *functions,
            *expressions.functions,
            *calls.functions,
            *written.functions,
            "def decide(facts, extras='forbid'):",
            f"    if facts.__class__ is not {self._facts}:",
            "        if facts.__class__ is dict:",
            "            try:",
            *(f"                {line}" for line in accepting),
            "            except ODD:",
            f"                facts = {self._read}(facts, extras)",
            "            else:",
            *(f"                {line}" for line in going_on),
            "        else:",
            f"            facts = {self._read}(facts, extras)",
            f"    d = {self._decision}()",
            "    d._facts = facts",
            *(f"    {line}" for line in written.entry),
        ]

    def _by_variables(self) -> tuple[list[str], list[str]] | None:
        """
        Write how values are decided by that stand in local variables.

        Returns:
            Functions and statements, or None where the chart cannot do without functions that take its facts.
        """
        facts = {name: Spelling(slot, (slot,)) for name, slot in self._slots.items()}
        expressions = Expressions(facts, self._names)
        try:
            written = write_chart(
                self._graph,
                expressions=expressions,
                answers=self._answer,
                charts=Calls(self._names, None),
                prefix="",
                variables="",
            )
        except NotInline:
            return None
        if written.functions:
            return None
        values = "".join(f"{slot}, " for slot in self._slots.values())
        return expressions.functions, [f"d = {self._decision}()", f"d._facts = ({values})", *written.entry]

    def _by_object(self) -> list[str]:
        """
        Write how the values become facts, which are then decided by.
        """
        return [f"facts = {self._facts}()", *(f"facts.{slot} = {slot}" for slot in self._slots.values())]

    def _answer(self, arrow: Arrow) -> list[str]:
        """
        Write the answer of an arrow into an outcome.
        """
        if arrow.id not in self._verdicts:
            notify = self._graph.outcomes[arrow.target].notify
            verdict = Verdict(arrow.target, arrow.id, notify, self._graph, self._reader.kind)
            self._verdicts[arrow.id] = self._names.thing(f"END_{arrow.id}", verdict)
        return [f"d._verdict = {self._verdicts[arrow.id]}", "return d"]
