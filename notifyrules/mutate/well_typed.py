"""
Tell whether a chart with a mistake in it would still load.

Mistakes change what is known of null behind a test, and no other type: so null alone is looked at anew.
"""

from __future__ import annotations

from collections.abc import Mapping

from notifyrules.graph.model import Because, Call, Fact, FanOut, First, Graph, Node, Question, Switch
from notifyrules.language import terms as t
from notifyrules.language.null_narrowing import Narrowed, known, value_key

_NOTHING: Narrowed = frozenset()


class _NullError(Exception):
    """A value may be null where none may stand."""


class WellTyped:
    """Looks at charts that differ in few conditions: what they share is looked at once."""

    def __init__(self, facts: Mapping[str, Fact]) -> None:
        self._facts = {fact.name: fact.type for fact in facts.values()}
        self._sound: dict[int, t.Term] = {}
        """Conditions that are never null, by their identity, which nothing else has while they are held here."""
        self._known: dict[tuple[int, bool], tuple[t.Term, Narrowed]] = {}

    def holds(self, graph: Graph, names: frozenset[str]) -> bool:
        """Tell whether the nodes and outcomes of some *names* hold no condition that null would make fail."""
        try:
            for name in names:
                if name in graph.nodes:
                    self._node(graph.nodes[name])
                    continue
                outcome = graph.outcomes[name]
                self._words(outcome.because, _NOTHING)
                for data, value in outcome.data.items():
                    if isinstance(value, t.Term) and self._may_be_null(value) and not graph.data[data].type.nullable:
                        return False
                if outcome.recheck is not None:
                    self._may_be_null(outcome.recheck)
        except _NullError:
            return False
        return True

    def _node(self, node: Node) -> None:
        match node:
            case Question(rows=rows, otherwise=otherwise) | First(rows=rows, otherwise=otherwise):
                given = _NOTHING
                for row in rows:
                    if id(row.condition) not in self._sound:
                        self._never_null(row.condition)
                        self._sound[id(row.condition)] = row.condition
                    if row.arrow.because is not None:
                        self._words(row.arrow.because, given | self._learned(row.condition, truth=True))
                    given |= self._learned(row.condition, truth=False)
                self._words(otherwise.because, given)
            case Switch():
                self._switch(node)
            case FanOut():
                for arrow in node.arrows:
                    self._words(arrow.because, _NOTHING)
            case Call():
                for name, term in node.bindings.items():
                    if self._may_be_null(term) and not node.callee.facts[name].type.nullable:
                        raise _NullError
                for arrow in node.arrows:
                    self._words(arrow.because, _NOTHING)

    def _learned(self, condition: t.Term, *, truth: bool) -> Narrowed:
        key = id(condition), truth
        if key not in self._known:
            self._known[key] = condition, known(condition, truth=truth)
        return self._known[key][1]

    def _switch(self, node: Switch) -> None:
        subject = node.subject
        if self._may_be_null(subject) and None not in node.cases and node.otherwise is None:
            raise _NullError
        there = frozenset({value_key(subject)})
        for value, arrow in node.cases.items():
            learned = known(subject, truth=value) if isinstance(value, bool) else _NOTHING
            self._words(arrow.because, learned | (_NOTHING if value is None else there))
        if node.otherwise is not None:
            self._words(node.otherwise.because, there if None in node.cases else _NOTHING)

    def _words(self, because: Because | None, given: Narrowed) -> None:
        for message in () if because is None else because.messages:
            for piece in message.pieces:
                if isinstance(piece, t.Term):
                    self._never_null(piece, given)

    def _never_null(self, term: t.Term, given: Narrowed = _NOTHING) -> None:
        if self._may_be_null(term, given):
            raise _NullError

    def _may_be_null(self, term: t.Term, given: Narrowed = _NOTHING) -> bool:
        return self._is_null_itself(term, given) and value_key(term) not in given

    def _is_null_itself(self, term: t.Term, given: Narrowed) -> bool:
        match term:
            case t.Constant(value=value):
                return value is None
            case t.FactRead(name=name):
                return self._facts[name].nullable
            case t.LetUse(term=inner, shared=shared):
                return self._may_be_null(inner, _NOTHING if shared else given)
            case t.Coalesce(items=items):
                return [self._may_be_null(item, given) for item in items][-1]
            case t.Choice(condition=condition, then=then, otherwise=otherwise):
                self._never_null(condition, given)
                first = self._may_be_null(then, given | known(condition, truth=True))
                return self._may_be_null(otherwise, given | known(condition, truth=False)) or first
            case t.IsNull(operand=operand):
                self._may_be_null(operand, given)
            case t.Contains(item=item, collection=collection):
                self._may_be_null(item, given)
                self._never_null(collection, given)
            case t.Comparison(operator="==" | "!="):
                for part in t.parts(term):
                    self._may_be_null(part, given)
            case t.Junction(every=every, items=items):
                for item in items:
                    self._never_null(item, given)
                    given |= known(item, truth=every)
            case t.FunctionCall() | t.Comparison() | t.Not() | t.ListTerm() | t.Arithmetic():
                for part in t.parts(term):
                    self._never_null(part, given)
        return isinstance(term, t.FunctionCall) and term.function.result.nullable
