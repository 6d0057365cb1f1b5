"""
Write the nodes of a chart as nested statements.

Inside a fan-out a refusal does not decide: it goes to the place behind the branch. Fan-outs that a decision may come to
again are entered once; one that is met again has refused before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import assert_never

from notifyrules.compiled.chart_shape import BRANCH, REFUSED
from notifyrules.compiled.control_flow import STAY, Block, StretchWriter, Where, choose
from notifyrules.graph.model import Arrow, Call, FanOut, First, Notify, Question, Switch
from notifyrules.language.printing import OR
from notifyrules.language.values import Value


class Statements(StretchWriter):
    """Write the nodes of one chart."""

    def _node(self, name: str, where: Where) -> Block:
        """Write a node and what stands inside it."""
        ends = where.stretch.ends
        if not (ends.labelled or ends.done or self.shape.is_small(name)):
            # WrittenChart twice it might be written any number of times.
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
                asked, outcome = self._calls(node, self._expressions)
                return asked.then(lambda: self._by_value(outcome, list(node.cases.items()), None, where))
            case _:
                assert_never(node)

    def _question(self, node: Question, where: Where) -> Block:
        """Write a two-way question."""
        if self._goal(node.then, where) == self._goal(node.otherwise, where):
            return self._follow(node.then, where)
        tests = (self._expressions.write(node.condition), self._expressions.write_negated(node.condition))
        return choose([(tests, self._follow(node.then, where))], self._follow(node.otherwise, where))

    def _first(self, node: First, where: Where) -> Block:
        """Write an ordered table; neighbours that lead to the same place are asked together."""
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
        """Write a switch; values that lead to the same place are asked together."""
        pairs = [(value, arrow) for case in node.cases for value, arrow in zip(case.values, case.arrows, strict=True)]
        subject = self._expressions.write(node.subject, OR)
        literal = self._expressions.known_null(node.subject) is not None
        return self._by_value(subject, pairs, node.otherwise, where, literal=literal)

    def _by_value(
        self,
        subject: str,
        pairs: Sequence[tuple[Value, Arrow]],
        otherwise: Arrow | None,
        where: Where,
        *,
        literal: bool = False,
    ) -> Block:
        """Choose by a value; where all values are named, the largest way needs no test."""
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
        # Python warns of a literal that is asked whether it is the same object as something.
        if literal or (len(blocks) > 1 and not subject.isidentifier()):
            variable = self._expressions.names.temporary()
            prelude, subject = [f"{variable} = {subject}"], variable
        ways = [(self._is_one_of(subject, values), block) for values, block in blocks]
        return Block(prelude, stays=True).then(lambda: choose(ways, last))

    def _is_one_of(self, subject: str, values: Sequence[Value]) -> tuple[str, str]:
        """Write the test for some values, and its opposite."""
        names = self._expressions.names
        if len(values) > 1:
            written = names.choices(tuple(values))
            return f"{subject} in {written}", f"{subject} not in {written}"
        (value,) = values
        if value is None or isinstance(value, bool):
            return f"{subject} is {value}", f"{subject} is not {value}"
        return f"{subject} == {names.literal(value)}", f"{subject} != {names.literal(value)}"

    def _fan_out(self, node: FanOut, where: Where) -> Block:
        """Write the branches one behind the other; each leaves with an answer or goes on to the next."""
        block = STAY
        for branch in node.branches:
            block = block.then(lambda branch=branch: self._branch(branch, where))  # type: ignore[misc]
        return block.then(lambda: self._follow(node.otherwise, where))

    def _branch(self, branch: Arrow, where: Where) -> Block:
        """Write one branch."""
        name = branch.target
        if name in self.graph.outcomes:
            refuses = self.graph.outcomes[name].notify is Notify.NO
            return STAY if refuses else Block(self._answers(branch), stays=False)
        functions = self._functions(trying=True)
        if name in functions or self.shape.sizes[name] > self.plan.branch or where.loops >= self.shape.limits.loops:
            self.wanted |= {(name, True)} - self.plan.functions
            return self._try(self._function(name, trying=True))
        stretch = self.shape.stretch(name, BRANCH, functions)
        if stretch.nesting[name] <= self.shape.limits.flat:
            return self._region(name, Where(stretch, REFUSED, None, where.loops))
        return self._loop(self._region(name, Where(stretch, None, REFUSED, where.loops + 1)))


def _either(tests: Sequence[str]) -> tuple[str, str]:
    """Write that one of several conditions holds, and the opposite."""
    text = " or ".join(tests)
    return text, f"not ({text})"
