"""
Write the nodes of a chart as nested statements.

Inside a fan-out a refusal does not decide: it goes to the place behind the branch. Fan-outs that a decision may come to
again are entered once; one that is met again has refused before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import assert_never

from notifyrules.compiled.chart_shape import BRANCH, REFUSED
from notifyrules.compiled.control_flow import STAY, Block, StretchWriter, Whereabouts, choose
from notifyrules.graph.model import Arrow, Call, FanOut, First, Notify, Question, Switch
from notifyrules.language.printing import OR
from notifyrules.language.values import Value


class Statements(StretchWriter):
    """Write the nodes of one chart."""

    def _node(self, name: str, where: Whereabouts) -> Block:
        ends = where.stretch.ends
        if not (ends.labelled or ends.done or self.shape.is_small(name)):
            # WrittenChart twice it might be written any number of times.
            if (name, ends.trying) in self._written:
                self._want(name, where)
            self._written.add((name, ends.trying))
        node = self.graph.nodes[name]
        match node:
            case Question() | First():
                return self._rows(node, where)
            case Switch():
                subject = self._expressions.write(node.subject, OR)
                literal = self._expressions.known_null(node.subject) is not None
                return self._by_value(subject, node.cases, node.otherwise, where, literal=literal)
            case FanOut():
                return self._fan_out(node, where)
            case Call():
                asked, outcome = self._calls(node, self._expressions)
                return asked.then(lambda: self._by_value(outcome, node.cases, None, where))
            case _:
                assert_never(node)

    def _rows(self, node: Question | First, where: Whereabouts) -> Block:
        """Write rows in order; neighbours that lead to the same place are asked together."""
        groups = [list(rows) for _, rows in groupby(node.rows, lambda row: self._goal(row.arrow, where))]
        if self._goal(groups[-1][0].arrow, where) == self._goal(node.otherwise, where):
            groups.pop()
        if len(groups) == 1 and len(groups[0]) == 1:
            condition = groups[0][0].condition
            asked = [(self._expressions.write(condition), self._expressions.write_negated(condition))]
        else:
            texts = [" or ".join(self._expressions.write(one.condition, OR) for one in rows) for rows in groups]
            asked = [(text, f"not ({text})") for text in texts]
        ways = zip(asked, [self._follow(rows[0].arrow, where) for rows in groups], strict=True)
        return choose(list(ways), self._follow(node.otherwise, where))

    def _by_value(
        self,
        subject: str,
        cases: Mapping[str, Arrow] | Mapping[Value, Arrow],
        otherwise: Arrow | None,
        where: Whereabouts,
        *,
        literal: bool = False,
    ) -> Block:
        """Choose by a value; where all values are named, the largest way needs no test."""
        groups: dict[str, tuple[list[Value], Arrow]] = {}
        for value, arrow in cases.items():
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

    def _fan_out(self, node: FanOut, where: Whereabouts) -> Block:
        """Write the branches one behind the other; each leaves with an answer or goes on to the next."""
        kept = self._expressions.names.temporary() if self._words else ""
        block = Block([f"{kept} = {self._words}"], stays=True) if kept else STAY
        for branch in node.branches:
            block = block.then(lambda branch=branch: self._branch(branch, where))  # type: ignore[misc]
            # What was said on a branch that refused is not said.
            block = block.then(lambda: Block([f"{self._words} = {kept}"], stays=True) if kept else STAY)
        return block.then(lambda: self._follow(node.otherwise, where))

    def _branch(self, branch: Arrow, where: Whereabouts) -> Block:
        return self._saying(branch, lambda: self._try_branch(branch, where))

    def _try_branch(self, branch: Arrow, where: Whereabouts) -> Block:
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
            return self._region(name, Whereabouts(stretch, REFUSED, None, where.loops))
        return self._loop(self._region(name, Whereabouts(stretch, None, REFUSED, where.loops + 1)))
