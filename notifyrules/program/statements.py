"""
Write a chart as nested statements.

Every way through a stretch of code ends in one of three manners: it leaves the function with an answer, it runs off the
end of its block to the place that stands behind it, or it goes there by `break`. Which node stands behind which is
found by :mod:`notifyrules.program.shape`; where more places would have to be reached at once, one becomes a function,
and the chart is written again.

Inside a fan-out a refusal does not decide: it goes to the place behind the branch. Fan-outs that a decision may come to
again are entered once; one that is met again has refused before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol

from notifyrules.conditions.values import Value
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Notify, Question, Switch
from notifyrules.program.blocks import STAY, Block, choose, loop
from notifyrules.program.expressions import OR, Expressions
from notifyrules.program.shape import BRANCH, BRANCH_FUNCTION, DECIDING, DONE, REFUSED, Ends, Scope, Shape

_FLAT: Final = 8
"""Levels of indentation from which on the place behind is reached by `break`, which needs none."""
_DEEPEST: Final = 30
"""Levels of indentation from which on a node becomes a function; CPython allows a hundred."""
_MOST_BEHIND: Final = 16
"""Nodes that stand behind one; the others become functions."""
_MOST_LOOPS: Final = 8
"""Loops inside each other; CPython allows twenty blocks."""


@dataclass(frozen=True, slots=True)
class Where:
    """
    What can be reached from where a statement stands.
    """

    scope: Scope
    end: str | None = None
    """The place that is reached by running off the end of the block."""
    behind: str | None = None
    """The place that is reached by `break`."""
    loops: int = 0


@dataclass(slots=True)
class Plan:
    """
    What the parts of a chart become.
    """

    functions: set[tuple[str, bool]] = field(default_factory=set)
    """Nodes that are functions of their own: outside of branches, and in them."""
    branch: int = 40
    """Nodes from which on a branch becomes a function."""
    hops: bool = False
    """Whether functions are returned for the caller to call, so that the stack stays flat."""


class Answers(Protocol):
    """
    Write what an outcome becomes.
    """

    def __call__(self, arrow: Arrow, /) -> list[str]:
        """
        Write the statements for the outcome that an arrow enters.
        """


class Charts(Protocol):
    """
    Write the charts that a chart calls.
    """

    def __call__(self, node: Call, expressions: Expressions, /) -> tuple[Block, str]:
        """
        Write a call.

        Returns:
            Statements that ask the chart, and the variable that then holds the name of its outcome.
        """


class Statements:
    """
    Write the nodes of one chart, by one plan.
    """

    def __init__(  # noqa: PLR0913 - what a chart is written with
        self,
        graph: Graph,
        shape: Shape,
        plan: Plan,
        *,
        expressions: Expressions,
        answers: Answers,
        charts: Charts,
        prefix: str,
        variables: str,
    ) -> None:
        """
        Prepare to write.

        Args:
            graph: The chart.
            shape: Its measures.
            plan: What becomes a function.
            expressions: Writes conditions.
            answers: Writes outcomes.
            charts: Writes calls.
            prefix: What the names of functions begin with.
            variables: The arguments that functions hand to each other.
        """
        self.graph = graph
        self.shape = shape
        self.plan = plan
        self.wanted: set[tuple[str, bool]] = set()
        """Functions that the plan lacks: what was written is no good without them."""
        self.called: dict[tuple[str, bool], None] = {}
        """Functions that were called, and are still to be written."""
        self._expressions = expressions
        self._answers = answers
        self._charts = charts
        self._prefix = prefix
        self._variables = f"{variables}, entered" if shape.reentrant else variables
        self._written: set[tuple[str, bool]] = set()

    # ---- Stretches of code ----

    def body(self, ends: Ends, end: str | None = None) -> Block:
        """
        Write the whole chart, as what stands in an entry.

        Args:
            ends: What becomes of its outcomes.
            end: The place behind it, if any.
        """
        start = self.graph.start
        if (start, False) in self.plan.functions:
            begin = [f"r = {self._function(start, trying=False)}({self._variables})", *self._drive(), "return r"]
            return Block(begin, stays=False)
        return self._stretch(start, self.shape.scope(start, ends, self._functions(trying=False)), end)

    def function(self, name: str, *, trying: bool) -> list[str]:
        """
        Write the function of a node.
        """
        ends = BRANCH_FUNCTION if trying else DECIDING
        scope = self.shape.scope(name, ends, self._functions(trying=trying))
        lines = [f"def {self._name(name, trying=trying)}({self._variables}):"]
        if trying and name in self.shape.reentrant:
            lines += [f"    if {name!r} in entered:", "        return None", f"    entered.add({name!r})"]
        return [*lines, *self._stretch(name, scope, None).inside()]

    def _stretch(self, name: str, scope: Scope, end: str | None) -> Block:
        """
        Write a stretch of code, unless it is too long for one.
        """
        if scope.cuts:
            self.wanted |= {(cut, scope.ends.trying) for cut in scope.cuts}
            return STAY
        return self._region(name, Where(scope, end))

    def _functions(self, *, trying: bool) -> set[str]:
        """
        Name the nodes that are functions.
        """
        return {name for name, inside in self.plan.functions if inside is trying}

    def _name(self, name: str, *, trying: bool) -> str:
        """
        Name the function of a node; ids of nodes are safe names.
        """
        return f"{self._prefix}{'try' if trying else 'at'}_{name}"

    def _function(self, name: str, *, trying: bool) -> str:
        """
        Name the function of a node, and see to it that it is written.
        """
        self.called[name, trying] = None
        return self._name(name, trying=trying)

    def _drive(self) -> list[str]:
        """
        Write the loop that calls what functions return until it is no function.
        """
        if not self.plan.hops:
            return []
        return ["while r.__class__ is Function:", f"    r = r({self._variables})"]

    def _want(self, name: str, where: Where) -> None:
        """
        Note that a node must be a function.
        """
        self.wanted.add((name, where.scope.ends.trying))

    def _region(self, name: str, where: Where) -> Block:
        """
        Write a node and all that stands inside and behind it.
        """
        return self._stand(name, where.scope.behind.get(name, ()), where)

    def _stand(self, name: str, later: tuple[str, ...], where: Where) -> Block:
        """
        Write a node with some of the nodes that stand behind it.
        """
        if len(later) > _MOST_BEHIND:
            for one in later[_MOST_BEHIND:]:
                self._want(one, where)
            return STAY
        if not later:
            return self._node(name, where)
        *before, last = later
        scope, rest = where.scope, tuple(before)
        needed = scope.outside(name, rest) - {last}
        flat = scope.levels(name, rest) <= _FLAT
        if flat and needed <= {where.behind}:
            return self._stand(name, rest, replace(where, end=last)).then(lambda: self._region(last, where))
        if not needed and where.loops < _MOST_LOOPS:
            around = loop(self._stand(name, rest, Where(scope, None, last, where.loops + 1)))
            return around.then(lambda: self._region(last, where))
        if flat and len(needed) == 1 and where.loops < _MOST_LOOPS:
            (goal,) = needed
            inner = Where(scope, last, goal, where.loops + 1)
            both = self._stand(name, rest, inner).then(lambda: self._region(last, replace(inner, end=goal)))
            return loop(both.then(lambda: Block(["break"], stays=False))).then(lambda: self._go_to(goal, where))
        self._want(last, where)
        return self._stand(name, rest, where)

    def _go_to(self, place: str, where: Where) -> Block:
        """
        Go to a place that stands behind.
        """
        if place == where.end:
            return STAY
        if place == where.behind:
            return Block(["break"], stays=False)
        if place != REFUSED:
            self._want(place, where)
        return Block(["return None"], stays=False)

    # ---- Ways ----

    def _follow(self, arrow: Arrow, where: Where) -> Block:
        """
        Write where an arrow leads.
        """
        ends = where.scope.ends
        if arrow.target in self.graph.outcomes:
            if ends.trying and self.graph.outcomes[arrow.target].notify is Notify.NO:
                return self._go_to(REFUSED, where)
            answer = Block(self._answers(arrow), stays=ends.done)
            return answer.then(lambda: self._go_to(DONE, where))
        name = arrow.target
        if (name, ends.trying) in self.plan.functions:
            return self._hand_over(name, where)
        if name in where.scope.merges:
            return self._go_to(name, where)
        block = self._region(name, where)
        if block.levels >= _DEEPEST and not self.shape.is_small(name):
            self._want(name, where)
        return block

    def _hand_over(self, name: str, where: Where) -> Block:
        """
        Go on in the function of a node.
        """
        ends = where.scope.ends
        function = self._function(name, trying=ends.trying)
        if not ends.labelled:
            call = function if self.plan.hops else f"{function}({self._variables})"
            return Block([f"return {call}"], stays=False)
        return self._try(function).then(lambda: self._go_to(REFUSED, where))

    def _try(self, function: str) -> Block:
        """
        Call the function of a branch, and leave with its answer unless it refuses.
        """
        call = [f"r = {function}({self._variables})", *self._drive()]
        return Block([*call, "if r is not None:", "    return r"], stays=True, levels=1)

    def _goal(self, arrow: Arrow, where: Where) -> str:
        """
        Name what arrows have in common that need not be told apart here.
        """
        outcome = self.graph.outcomes.get(arrow.target)
        if outcome is None or where.scope.ends.done:
            return arrow.target
        return REFUSED if where.scope.ends.trying and outcome.notify is Notify.NO else arrow.id

    # ---- Nodes ----

    def _node(self, name: str, where: Where) -> Block:
        """
        Write a node and what stands inside it.
        """
        ends = where.scope.ends
        if not (ends.labelled or ends.done or self.shape.is_small(name)):
            # Written twice it might be written any number of times.
            if (name, ends.trying) in self._written:
                self._want(name, where)
            self._written.add((name, ends.trying))
        node = self.graph.nodes[name]
        match node:
            case Question():
                return self._question(node, where)
            case Switch():
                return self._switch(node, where)
            case First():
                return self._first(node, where)
            case FanOut():
                return self._fan_out(node, where)
            case Call():
                asked, outcome = self._charts(node, self._expressions)
                return asked.then(lambda: self._outcomes(node, outcome, where))

    def _question(self, node: Question, where: Where) -> Block:
        """
        Write a two-way question.
        """
        if self._goal(node.then, where) == self._goal(node.otherwise, where):
            return self._follow(node.then, where)
        tests = (self._expressions.write(node.condition), self._expressions.write_negated(node.condition))
        return choose([(tests, self._follow(node.then, where))], self._follow(node.otherwise, where))

    def _first(self, node: First, where: Where) -> Block:
        """
        Write an ordered table; neighbours that lead to the same place are asked together.
        """
        rows: list[tuple[list[str], Arrow]] = []
        for row in node.rows:
            test = self._expressions.write(row.condition, OR)
            if rows and self._goal(rows[-1][1], where) == self._goal(row.arrow, where):
                rows[-1][0].append(test)
            else:
                rows.append(([test], row.arrow))
        while rows and self._goal(rows[-1][1], where) == self._goal(node.otherwise, where):
            rows.pop()
        ways = [(_either(tests), self._follow(arrow, where)) for tests, arrow in rows]
        return choose(ways, self._follow(node.otherwise, where))

    def _switch(self, node: Switch, where: Where) -> Block:
        """
        Write a switch; values that lead to the same place are asked together.
        """
        pairs = [(value, arrow) for case in node.cases for value, arrow in zip(case.values, case.arrows, strict=True)]
        return self._by_value(self._expressions.write(node.subject, OR), pairs, node.otherwise, where)

    def _outcomes(self, node: Call, outcome: str, where: Where) -> Block:
        """
        Go on from a called chart by its outcome.
        """
        return self._by_value(outcome, list(node.cases.items()), None, where)

    def _by_value(
        self, subject: str, pairs: Sequence[tuple[Value, Arrow]], otherwise: Arrow | None, where: Where
    ) -> Block:
        """
        Choose by a value; where all values are named, the largest way needs no test.
        """
        groups: dict[str, tuple[list[Value], Arrow]] = {}
        for value, arrow in pairs:
            groups.setdefault(self._goal(arrow, where), ([], arrow))[0].append(value)
        last: Block | None = None
        if otherwise is not None:
            groups.pop(self._goal(otherwise, where), None)
            last = self._follow(otherwise, where)
        blocks = [(values, self._follow(arrow, where)) for values, arrow in groups.values()]
        if last is None:
            largest = max(range(len(blocks)), key=lambda number: (blocks[number][1].last, number))
            last = blocks.pop(largest)[1]
        prelude: list[str] = []
        if len(blocks) > 1 and not subject.isidentifier():
            variable = self._expressions.names.temporary()
            prelude, subject = [f"{variable} = {subject}"], variable
        ways = [(self._is_one_of(subject, values), block) for values, block in blocks]
        return Block(prelude, stays=True).then(lambda: choose(ways, last))

    def _is_one_of(self, subject: str, values: Sequence[Value]) -> tuple[str, str]:
        """
        Write the test for some values, and its opposite.
        """
        names = self._expressions.names
        if len(values) > 1:
            written = names.literal(tuple(values))
            return f"{subject} in {written}", f"{subject} not in {written}"
        (value,) = values
        if value is None or isinstance(value, bool):
            return f"{subject} is {value}", f"{subject} is not {value}"
        return f"{subject} == {names.literal(value)}", f"{subject} != {names.literal(value)}"

    def _fan_out(self, node: FanOut, where: Where) -> Block:
        """
        Write the branches one behind the other; each leaves with an answer or goes on to the next.
        """
        block = STAY
        for branch in node.branches:
            block = block.then(lambda branch=branch: self._branch(branch, where))  # type: ignore[misc]
        return block.then(lambda: self._follow(node.otherwise, where))

    def _branch(self, branch: Arrow, where: Where) -> Block:
        """
        Write one branch.
        """
        name = branch.target
        if name in self.graph.outcomes:
            refuses = self.graph.outcomes[name].notify is Notify.NO
            return STAY if refuses else Block(self._answers(branch), stays=False)
        functions = self._functions(trying=True)
        if name in functions or self.shape.sizes[name] > self.plan.branch or where.loops >= _MOST_LOOPS:
            self.wanted |= {(name, True)} - self.plan.functions
            return self._try(self._function(name, trying=True))
        scope = self.shape.scope(name, BRANCH, functions)
        if scope.nesting[name] <= _FLAT:
            return self._region(name, Where(scope, REFUSED, None, where.loops))
        return loop(self._region(name, Where(scope, None, REFUSED, where.loops + 1)))


def _either(tests: Sequence[str]) -> tuple[str, str]:
    """
    Write that one of several conditions holds, and the opposite.
    """
    text = " or ".join(tests)
    return text, f"not ({text})"
