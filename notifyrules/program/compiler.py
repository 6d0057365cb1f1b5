"""
Compile a chart to Python: nested `if` statements that return a constant for every arrow into an outcome.

Small charts become one function. A node that several arrows lead to is written out at each while the whole stays
small; else it becomes a function of its own, which its callers return to be called in a loop, so that neither the size
of the code nor the depth of the stack depends on how a chart is woven.

Inside a fan-out a refusal does not decide: it leaves the branch (`break` in a loop that runs once, `return None` in a
function). Fan-outs that several branches lead to are entered once a decision: one met again has refused before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from types import FunctionType
from typing import cast

from notifyrules.conditions import terms as t
from notifyrules.graph.model import Arrow, Call, FanOut, First, Graph, Node, Notify, Question, Switch
from notifyrules.program.decision import Decision, Verdict
from notifyrules.program.expressions import Expressions, Names
from notifyrules.program.shape import Shape, measure

_MAX_LOOPS = 8
"""Branches written out inside each other; CPython allows twenty nested blocks."""
_MAX_INDENT = 40
"""Levels of indentation; CPython allows a hundred."""


@dataclass(frozen=True, slots=True)
class Program:
    """
    A compiled chart.
    """

    graph: Graph
    slots: dict[str, str]
    """The slot of every fact in the object that the functions take."""
    decide: Callable[[object], Decision]
    """Decides for an object with the slots of the facts; the decision keeps that object."""
    verdict: Callable[[object], Verdict]
    """The same without a decision around it: what a calling chart needs."""
    source: str
    """The generated Python, for reading."""


def compile_graph(graph: Graph) -> Program:
    """
    Compile a chart.

    Args:
        graph: A chart without errors.

    Returns:
        Functions that agree with :func:`notifyrules.evaluation.walk.walk` on every input.
    """
    return _Compiler(graph).program()


@dataclass(frozen=True, slots=True)
class _Mode:
    """
    How a stretch of code ends.
    """

    refusal: str | None
    """The statement that leaves a branch; None where a refusal is the decision."""
    loops: int = 0
    """Branches written out around it."""

    @property
    def trying(self) -> bool:
        """
        Whether this is a branch of a fan-out.
        """
        return self.refusal is not None


_DECIDING = _Mode(None)
_FUNCTION_BRANCH = _Mode("return None")


class _Compiler:
    """
    Write the source of one chart.
    """

    def __init__(self, graph: Graph) -> None:
        """
        Prepare to compile *graph*.
        """
        self._graph = graph
        self._slots = {name: f"f{number}" for number, name in enumerate(graph.facts)}
        self._names = Names({"N": object.__new__, "D": Decision, "X": FunctionType})
        self._expressions = Expressions(self._slots, self._names)
        self._shape: Shape = measure(graph)
        self._numbers = {name: number for number, name in enumerate(graph.order)}
        self._wanted: list[tuple[str, bool]] = []
        self._functions: set[tuple[str, bool]] = set()
        self._verdicts: dict[str, Verdict] = {}
        self._lines: list[str] = []
        self._wrap = False

    def program(self) -> Program:
        """
        Write and compile both entries.
        """
        for name in self._graph.order:
            for term in _terms(self._graph.nodes[name]):
                self._expressions.count(term)
        body = [*self._entry("verdict", wrap=False), *self._entry("decide", wrap=True)]
        source = "\n".join([*self._expressions.functions, *body]) + "\n"
        namespace = dict(self._names.table)
        exec(compile(source, f"<{self._graph.name} compiled by notifyrules>", "exec"), namespace)  # noqa: S102 - written above, from names and numbers only
        decide = cast("Callable[[object], Decision]", namespace["decide"])
        verdict = cast("Callable[[object], Verdict]", namespace["verdict"])
        return Program(self._graph, self._slots, decide, verdict, source)

    # ---- Functions ----

    def _entry(self, name: str, *, wrap: bool) -> list[str]:
        """
        Write an entry, and every function that it needs.
        """
        self._wrap = wrap
        self._functions.clear()
        start = self._graph.start
        lines = [f"def {name}(f):"]
        if self._shape.memory:
            lines.append("    s = set()")
        if self._shape.functions:
            lines.extend(
                [
                    f"    r = {self._function(start, trying=False)}({self._arguments()})",
                    *self._run("    "),
                    "    return r",
                ]
            )
        else:
            self._lines = lines
            self._write(start, _DECIDING, "    ")
        while self._wanted:
            node, trying = self._wanted.pop()
            self._lines = [f"def {self._function_name(node, trying=trying)}({self._arguments()}):"]
            self._write(node, _FUNCTION_BRANCH if trying else _DECIDING, "    ", inside=True)
            lines.extend(self._lines)
        return lines

    def _arguments(self) -> str:
        """
        Write the arguments of a node's function.
        """
        return "f, s" if self._shape.memory else "f"

    def _function_name(self, node: str, *, trying: bool) -> str:
        """
        Name the function of a node.
        """
        return f"{'b' if trying else 'n'}{'d' if self._wrap else 'v'}{self._numbers[node]}"

    def _function(self, node: str, *, trying: bool) -> str:
        """
        Name the function of a node, and see to it that it is written.
        """
        if (node, trying) not in self._functions:
            self._functions.add((node, trying))
            self._wanted.append((node, trying))
        return self._function_name(node, trying=trying)

    def _run(self, indent: str) -> list[str]:
        """
        Write the loop that calls what functions return until it is no function.
        """
        return [f"{indent}while r.__class__ is X:", f"{indent}    r = r({self._arguments()})"]

    # ---- Nodes ----

    def _write(self, name: str, mode: _Mode, indent: str, *, inside: bool = False) -> None:
        """
        Write a node and what follows, so that every way through leaves.

        The largest way out is written last, without indentation; so the depth grows with the logarithm of the size.
        """
        while True:
            if name in self._graph.outcomes:
                raise AssertionError(name)
            if not inside and self._is_function(name, mode, indent):
                self._call(name, mode, indent)
                return
            inside = False
            node = self._graph.nodes[name]
            following: str | None
            match node:
                case Question():
                    following = self._question(node, mode, indent)
                case Switch():
                    following = self._switch(node, mode, indent)
                case First():
                    following = self._first(node, mode, indent)
                case FanOut():
                    following = self._fan_out(node, mode, indent)
                case Call():
                    following = self._call_chart(node, mode, indent)
            if following is None:
                return
            name = following

    def _is_function(self, name: str, mode: _Mode, indent: str) -> bool:
        """
        Decide whether a node is called instead of written out.
        """
        if mode.trying and name in self._shape.reentrant:
            return True
        return name in self._shape.functions or len(indent) // 4 > _MAX_INDENT

    def _call(self, name: str, mode: _Mode, indent: str) -> None:
        """
        Go on in the function of a node.
        """
        function = self._function(name, trying=mode.trying)
        if mode.refusal != "break":
            # Returned, not called: the entry's loop calls it, and the stack stays flat.
            self._add(
                indent, f"return {function}" if self._shape.functions else f"return {function}({self._arguments()})"
            )
            return
        self._add(indent, f"r = {function}({self._arguments()})")
        if self._shape.functions:
            self._lines.extend(self._run(indent))
        self._add(indent, "if r is not None:")
        self._add(indent, "    return r")
        self._add(indent, "break")

    def _leave(self, arrow: Arrow, mode: _Mode, indent: str) -> str | None:
        """
        Follow an arrow: end here if it enters an outcome.

        Returns:
            The node that follows, or None.
        """
        if arrow.target in self._graph.nodes:
            return arrow.target
        outcome = self._graph.outcomes[arrow.target]
        if outcome.notify is Notify.NO and mode.refusal is not None:
            self._add(indent, mode.refusal)
            return None
        verdict = self._verdict(arrow)
        if self._wrap:
            self._add(indent, "d = N(D)")
            self._add(indent, "d._facts = f")
            self._add(indent, f"d._verdict = {verdict}")
            self._add(indent, "return d")
        else:
            self._add(indent, f"return {verdict}")
        return None

    def _verdict(self, arrow: Arrow) -> str:
        """
        Name the constant of an arrow into an outcome.
        """
        if arrow.id not in self._verdicts:
            self._verdicts[arrow.id] = Verdict(
                arrow.target, arrow.id, self._graph.outcomes[arrow.target].notify, self._graph
            )
        return self._names.constant(self._verdicts[arrow.id], "E")

    def _nest(self, arrow: Arrow, mode: _Mode, indent: str) -> None:
        """
        Write a way out that is not the last.
        """
        following = self._leave(arrow, mode, indent)
        if following is not None:
            self._write(following, mode, indent)

    def _question(self, node: Question, mode: _Mode, indent: str) -> str | None:
        """
        Write a two-way question, the smaller way inside.
        """
        condition = self._expressions.write(node.condition)
        inside, after = node.then, node.otherwise
        if self._shape.size(inside.target) > self._shape.size(after.target):
            inside, after = after, inside
            condition = f"not {condition}"
        self._add(indent, f"if {condition}:")
        self._nest(inside, mode, indent + "    ")
        return self._leave(after, mode, indent)

    def _switch(self, node: Switch, mode: _Mode, indent: str) -> str | None:
        """
        Write a switch; where the values are all named, the largest case needs no test.
        """
        subject = self._expressions.write(node.subject)
        value = self._names.temporary()
        self._add(indent, f"{value} = {subject}")
        cases = [(case.values, case.arrows) for case in node.cases]
        last: Arrow | None = node.otherwise
        pairs = [(one, arrow) for values, arrows in cases for one, arrow in zip(values, arrows, strict=True)]
        if last is None:
            largest = max(range(len(pairs)), key=lambda number: (self._shape.size(pairs[number][1].target), number))
            last = pairs.pop(largest)[1]
        for one, arrow in pairs:
            test = (
                f"{value} is {one}"
                if one is None or isinstance(one, bool)
                else f"{value} == {self._names.constant(one)}"
            )
            self._add(indent, f"if {test}:")
            self._nest(arrow, mode, indent + "    ")
        return self._leave(last, mode, indent)

    def _first(self, node: First, mode: _Mode, indent: str) -> str | None:
        """
        Write an ordered table.
        """
        for row in node.rows:
            self._add(indent, f"if {self._expressions.write(row.condition)}:")
            self._nest(row.arrow, mode, indent + "    ")
        return self._leave(node.otherwise, mode, indent)

    def _fan_out(self, node: FanOut, mode: _Mode, indent: str) -> str | None:
        """
        Write the branches one behind the other; each leaves with a decision or falls through to the next.
        """
        if mode.trying and node.name in self._shape.reentrant:
            number = self._numbers[node.name]
            self._add(indent, f"if {number} in s:")
            self._add(indent, f"    {mode.refusal}")
            self._add(indent, f"s.add({number})")
        for branch in node.branches:
            if mode.loops < _MAX_LOOPS:
                self._add(indent, "while True:")
                self._write(branch.target, _Mode("break", mode.loops + 1), indent + "    ")
                continue
            function = self._function(branch.target, trying=True)
            self._add(indent, f"r = {function}({self._arguments()})")
            if self._shape.functions:
                self._lines.extend(self._run(indent))
            self._add(indent, "if r is not None:")
            self._add(indent, "    return r")
        return self._leave(node.otherwise, mode, indent)

    def _call_chart(self, node: Call, mode: _Mode, indent: str) -> str | None:
        """
        Write a call: bind the facts, ask the other chart, and go on by its outcome.
        """
        callee = compile_graph(node.callee)
        kind = type("CalleeFacts", (), {"__slots__": tuple(callee.slots.values())})
        holder = self._names.temporary()
        self._add(indent, f"{holder} = {self._names.constant(kind, 'C')}()")
        for name, slot in callee.slots.items():
            term = node.bindings.get(name)
            value = (
                self._names.constant(node.callee.facts[name].default) if term is None else self._expressions.write(term)
            )
            self._add(indent, f"{holder}.{slot} = {value}")
        met = self._names.temporary()
        self._add(indent, f"{met} = {self._names.constant(callee.verdict, 'V')}({holder}).outcome")
        *others, (_, last) = sorted(node.cases.items(), key=lambda pair: self._shape.size(pair[1].target))
        for outcome, arrow in others:
            self._add(indent, f"if {met} == {self._names.constant(outcome)}:")
            self._nest(arrow, mode, indent + "    ")
        return self._leave(last, mode, indent)

    def _add(self, indent: str, line: str) -> None:
        """
        Add a line.
        """
        self._lines.append(indent + line)


def _terms(node: Node) -> tuple[t.Term, ...]:
    """
    List the terms that a node evaluates.
    """
    match node:
        case Question(condition=condition):
            return (condition,)
        case Switch(subject=subject):
            return (subject,)
        case First(rows=rows):
            return tuple(row.condition for row in rows)
        case Call(bindings=bindings):
            return tuple(bindings.values())
        case FanOut():
            return ()
