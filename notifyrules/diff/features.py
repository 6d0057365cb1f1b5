"""Find what conditions can say about facts: the features by which regions are described."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from operator import itemgetter

from notifyrules.diff.shared_facts import Side, Together, left_out
from notifyrules.evaluation.walk import bind
from notifyrules.graph.model import Call, Graph, Node, Switch, conditions
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.printing import (
    ATOM,
    COALESCED,
    COMPARED,
    NOT,
    OR,
    SUM,
    Naming,
    Spelt,
    at_least,
    negated,
    spell_value,
    spelt,
)
from notifyrules.language.types import BOOL, Basic
from notifyrules.language.values import FactValues, Value
from notifyrules.solver import Formula, Pick, Symbol, Translator, Truth, World


@dataclass(frozen=True, slots=True)
class Feature:
    """Something about the facts that has one of a few values."""

    name: str
    """What it is about, in words of the language."""
    ways: Mapping[Value, Formula]
    """When it has which value; exactly one holds."""
    tell: Callable[[frozenset[Value]], tuple[Spelt, ...]]
    """Puts into words that the value is one of some: conditions that hold together."""
    look: Callable[[FactValues], Value]
    """Finds its value for some facts."""
    flag: str | None = None
    """The fact that is left out, where that is what it is about."""

    def among(self, values: Collection[Value], world: World) -> Formula:
        """Say that the value is one of some."""
        return world.formulas.some(way for value, way in self.ways.items() if value in values)


def features_of(together: Together, world: World) -> tuple[Feature, ...]:
    """Find all that the conditions of two versions ask about; simple facts last, so that they describe if they can."""
    finder = _Finder(together, world)
    for side in (together.old, together.new):
        place = _Place.begin(side, world)
        for term in side.graph.assume:
            finder.find(term, place)
        finder.find_in_chart(side.graph, place)
    return (*sorted(finder.found.values(), key=lambda one: -len(one.name)), *finder.facts())


def features_asked(
    together: Together, world: World, asked: Iterable[tuple[Side, Node | t.Term]], expanded: Collection[str]
) -> tuple[Feature, ...]:
    """Find the tests of some nodes and conditions, lets left whole unless they read a fact that is *expanded*."""
    finder = _Finder(together, world, frozenset(expanded))
    for side, one in asked:
        place = _Place.begin(side, world)
        if isinstance(one, t.Term):
            finder.find(one, place)
        else:
            finder.find_in_node(one, place)
    flags = {left_out(name) for name in expanded}
    # They are told from the last to the first, so as they are read.
    return (*reversed(finder.found.values()), *(feature for feature in finder.facts() if feature.name in flags))


@dataclass(frozen=True, slots=True)
class _Place:
    """A chart in which something is asked: the file itself or a chart that it calls."""

    translator: Translator
    names: Naming
    """How its facts are called."""
    facts: Callable[[FactValues], FactValues]
    """Turns the facts of both versions into those of the chart."""

    @classmethod
    def begin(cls, side: Side, world: World) -> _Place:
        return cls(Translator(world, side.given, ()), lambda name: (side.names.get(name, name), ATOM), side.facts)

    def inside(self, node: Call) -> _Place:
        """Look into a called chart, whose facts are called by what the call binds to them."""
        calls = (*self.translator.calls, node)
        return _Place(
            Translator(self.translator.world, self.translator.arguments(node), calls),
            lambda name: spelt(node.arguments[name], self.names),
            lambda values: bind(node, self.facts(values)),
        )


@dataclass(slots=True)
class _Finder:
    together: Together
    world: World
    expanded: frozenset[str] | None = None
    """The facts whose lets are looked into; None for all lets."""
    found: dict[str, Feature] = field(default_factory=dict)

    def is_whole(self, term: t.Term) -> bool:
        """Tell whether a term is a let that is told by its name."""
        if self.expanded is None or not isinstance(term, t.LetUse):
            return False
        return self.expanded.isdisjoint(t.facts_read(term))

    def told(self, term: t.Term) -> t.Term:
        """Give a condition as it is told: lets that are left whole read like facts."""
        if self.is_whole(term):
            return t.FactRead(term.span, term.type, term.span.one_line)
        return t.with_parts(term, tuple(map(self.told, t.parts(term))))

    def looked_at(self, term: t.Term) -> Iterator[t.Term]:
        """Give a term and all that it is made of, nothing of lets that are left whole."""
        yield term
        for part in () if self.is_whole(term) else t.parts(term):
            yield from self.looked_at(part)

    def facts(self) -> Iterator[Feature]:
        """Give the features that facts are themselves: bools, enumerations, and what is left out."""
        inputs = self.together.inputs
        flags = {left_out(name): name for name in (*self.together.old.names, *self.together.new.names)}
        for fact in inputs.facts.values():
            symbol = inputs.symbols[fact.name]
            if isinstance(symbol.payload, Pick):
                yield _enumeration((fact.name, ATOM), symbol, itemgetter(fact.name), nullable=fact.type.nullable)
            elif isinstance(symbol.payload, Truth):
                flag = flags.get(fact.name)
                ways = _yes_no(symbol.holds, symbol.null, self.world)
                yield Feature(fact.name, ways, _bool_teller(fact.name, fact.type.nullable), itemgetter(fact.name), flag)

    def find_in_chart(self, graph: Graph, place: _Place) -> None:
        for name in graph.order:
            self.find_in_node(graph.nodes[name], place)

    def find_in_node(self, node: Node, place: _Place) -> None:
        if isinstance(node, Switch) and node.subject.type.base is not Basic.BOOL:
            self._find_values(node, place)
            return
        for term in conditions(node):
            if term.type.base is Basic.BOOL:
                self.find(term, place)
        if isinstance(node, Call):
            self.find_in_chart(node.callee, place.inside(node))

    def _find_values(self, node: Switch, place: _Place) -> None:
        """Find which values a switch asks for; of an enumeration all are features already, or are made one here."""
        subject = node.subject
        symbol = place.translator.value(subject)
        words = spelt(self.told(subject), place.names)

        def look(values: FactValues) -> Value:
            return evaluate(subject, place.facts(values), {})

        if isinstance(symbol.payload, Pick):
            if not isinstance(_bare(subject), t.FactRead) or len(symbol.payload.ways) > 1:
                feature = _enumeration(words, symbol, look, nullable=subject.type.nullable)
                symbols = self.together.inputs.symbols
                if (
                    self.expanded is not None
                    or feature.name not in symbols
                    or not isinstance(symbols[feature.name].payload, Pick)
                ):
                    self.found.setdefault(words[0], feature)
            return
        for value in node.cases:
            constant = t.Constant(subject.span, subject.type.required, value)
            self._add(t.Comparison(subject.span, BOOL, "==", subject, constant, None), place)

    def find(self, term: t.Term, place: _Place) -> None:
        match term:
            case t.LetUse() if self.is_whole(term) and not place.translator.calls:
                self._add(term, place)
            case t.LetUse() | t.Not() | t.Junction() | t.Choice() | t.Coalesce():
                for part in t.parts(term):
                    self.find(part, place)
            case t.Comparison() if all(part.type.base is Basic.BOOL for part in t.parts(term)):
                for part in t.parts(term):
                    self.find(part, place)
            case t.Constant():
                return
            case t.FactRead() if place.translator.calls:
                # What the call binds to it was looked at where it calls.
                return
            case _:
                self._add(term, place)

    def _add(self, term: t.Term, place: _Place) -> None:
        """Make a test a feature, unless facts tell as much themselves."""
        translator = place.translator
        symbol = translator.value(term)
        if self._told_by_facts(term, translator):
            return
        guards = [
            guard
            for guard in _guards(self.looked_at(term))
            if translator.value(guard).null is not self.world.formulas.false
        ]
        nulls = [translator.value(guard).null for guard in guards]
        if term.type.nullable:
            nulls.append(symbol.null)
        ways = _yes_no(symbol.holds, self.world.formulas.some(nulls), self.world)
        told = self.told(term)
        name = spelt(told, place.names)[0]

        def look(values: FactValues) -> Value:
            inside = place.facts(values)
            if any(evaluate(guard, inside, {}) is None for guard in guards):
                return None
            return evaluate(term, inside, {})

        if self.expanded is not None and isinstance(told, t.FactRead):
            null = symbol.null
            ways, tell = (
                _yes_no(symbol.holds, null, self.world),
                _bool_teller(name, null is not self.world.formulas.false),
            )
        else:
            tell = _test_teller(told, [self.told(guard) for guard in guards], place.names)
        self.found.setdefault(name, Feature(name, ways, tell, look))

    def _told_by_facts(self, term: t.Term, translator: Translator) -> bool:
        """Tell whether a test only asks which value of an enumeration a fact has, or whether a bool holds."""
        symbols = self.together.inputs.symbols
        if self.expanded is not None:
            return False
        match term:
            case t.FactRead():
                read: tuple[t.Term, ...] = (term,)
            case t.Contains(item=item, collection=t.ListTerm(items=items)):
                read = (item, *items)
            case t.Comparison() | t.Contains() | t.IsNull():
                read = t.parts(term)
            case _:
                return False
        variables = {id_ for one in symbols.values() for id_ in _numbers(one)}
        facts = [one for one in map(_bare, read) if not isinstance(one, t.Constant)]
        return (
            len(facts) == 1
            and isinstance(facts[0], t.FactRead)
            and set(_numbers(translator.value(facts[0]))) <= variables
            and isinstance(translator.value(facts[0]).payload, (Pick, Truth))
        )


def _numbers(symbol: Symbol) -> Iterator[int]:
    """Number the formulas of a bool or an enumeration."""
    if isinstance(symbol.payload, Pick):
        yield from (way.get_id() for way in symbol.payload.ways.values())
    elif isinstance(symbol.payload, Truth):
        yield symbol.holds.get_id()


def _bare(term: t.Term) -> t.Term:
    """Look through lets."""
    while isinstance(term, t.LetUse):
        term = term.term
    return term


def _yes_no(holds: Formula, null: Formula, world: World) -> dict[Value, Formula]:
    """Give the ways of a test that may have no meaning for null."""
    formulas = world.formulas
    there = formulas.negate(null)
    ways: dict[Value, Formula] = {
        True: formulas.every((there, holds)),
        False: formulas.every((there, formulas.negate(holds))),
    }
    return ways if null is formulas.false else {**ways, None: null}


def _guards(terms: Iterable[t.Term]) -> tuple[t.Term, ...]:
    """List what a test takes for granted not to be null."""
    found: list[t.Term] = []
    for one in dict.fromkeys(terms):
        if one.type.nullable:
            continue
        match one:
            case t.FactRead():
                found.append(one)
            case t.LetUse(term=inner) if inner.type.nullable:
                found.append(inner)
            case t.FunctionCall(function=function) if function.result.nullable:
                found.append(one)
            case t.Coalesce(items=items) if items[-1].type.nullable:
                found.append(one)
            case t.Choice() if one.then.type.nullable or one.otherwise.type.nullable:
                found.append(one)
            case _:
                pass
    return tuple(found)


# ---- Words ----


def _test_teller(
    term: t.Term, guards: Collection[t.Term], names: Naming
) -> Callable[[frozenset[Value]], tuple[Spelt, ...]]:
    """Put a test into words; it has no meaning, which is None, where something is null that it takes for granted."""
    tested = [at_least(spelt(guard, names), SUM) for guard in guards]
    there: tuple[Spelt, ...] = tuple((f"{one} is not null", COMPARED) for one in tested)

    def tell(values: frozenset[Value]) -> tuple[Spelt, ...]:
        if {True, False} <= values:
            return there
        plain = spelt(term, names) if True in values else negated(term, names)
        if None not in values:
            return (*there, plain)
        parts = [*(f"{one} is null" for one in tested), *([at_least(plain, NOT)] if len(values) > 1 else [])]
        return ((" or ".join(parts), OR if len(parts) > 1 else COMPARED),)

    return tell


def _bool_teller(name: str, nullable: bool) -> Callable[[frozenset[Value]], tuple[Spelt, ...]]:  # noqa: FBT001
    words: dict[frozenset[Value], Spelt] = {
        frozenset({True}): (f"{name} == true", COMPARED) if nullable else (name, ATOM),
        frozenset({False}): (f"{name} == false", COMPARED) if nullable else (f"not {name}", NOT),
        frozenset({None}): (f"{name} is null", COMPARED),
        frozenset({True, False}): (f"{name} is not null", COMPARED),
        frozenset({True, None}): (f"{name} ?? true", COALESCED),
        frozenset({False, None}): (f"not ({name} ?? false)", NOT),
    }
    return lambda values: (words[values],)


def _enumeration(words: Spelt, symbol: Symbol, look: Callable[[FactValues], Value], *, nullable: bool) -> Feature:
    assert isinstance(symbol.payload, Pick)
    ways: dict[Value, Formula] = dict(symbol.payload.ways.items())
    if nullable:
        ways[None] = symbol.null
    all_values = tuple(symbol.payload.ways)
    subject = at_least(words, SUM)

    def tell(values: frozenset[Value]) -> tuple[Spelt, ...]:
        held = [value for value in all_values if value in values]
        others = [value for value in all_values if value not in values]
        if not held or (not others and None not in values):
            return ((f"{subject} is {'not null' if held else 'null'}", COMPARED),)
        # `not in` is true for null as well; `!=` is too, which is easily overlooked.
        outside = None in values or (len(others) < len(held) and not nullable)
        named = others if outside else held
        if len(named) > 1 or (outside and nullable):
            return ((f"{subject} {'not in' if outside else 'in'} {spell_value(tuple(named))[0]}", COMPARED),)
        return ((f"{subject} {'!=' if outside else '=='} {spell_value(named[0])[0]}", COMPARED),)

    return Feature(words[0], ways, tell, look)
