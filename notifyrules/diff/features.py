"""Find what conditions can say about facts: the features by which sets of facts are described."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from notifyrules.diff.shared_facts import SharedFacts, Side, left_out
from notifyrules.graph.model import Call, Node, Switch, conditions
from notifyrules.language import terms as t
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
from notifyrules.language.values import Value
from notifyrules.solver import Formula, Pick, Symbol, Translator, World


@dataclass(frozen=True, slots=True)
class Feature:
    """Something about the facts that has one of a few values."""

    name: str
    """What it is about, in words of the language."""
    ways: Mapping[Value, Formula]
    """When it has which value; exactly one holds."""
    tell: Callable[[frozenset[Value]], tuple[Spelt, ...]]
    """Puts into words that the value is one of some: conditions that hold together."""
    flag: str | None = None
    """The fact that is left out, where that is what it is about."""

    def among(self, values: Collection[Value], world: World) -> Formula:
        """Say that the value is one of some."""
        return world.formulas.some(way for value, way in self.ways.items() if value in values)


def features_asked(
    together: SharedFacts, world: World, asked: Iterable[tuple[Side, Node | t.Term]], expanded: Collection[str]
) -> tuple[Feature, ...]:
    """Find the tests of some nodes and conditions, lets left whole unless they read a fact that is *expanded*."""
    finder = _Finder(together, world, frozenset(expanded))
    for side, one in asked:
        place = _Place.begin(side, world, finder.expanded)
        if isinstance(one, t.Term):
            finder.find(one, place)
        else:
            finder.find_in_node(one, place)
    # They are told from the last to the first, so as they are read.
    return (*reversed(finder.found.values()), *finder.left_out())


@dataclass(frozen=True, slots=True)
class _Place:
    """A chart in which something is asked: the file itself or a chart that it calls."""

    translator: Translator
    names: Naming
    """How its facts are called."""

    @classmethod
    def begin(cls, side: Side, world: World, expanded: Collection[str]) -> _Place:
        """Begin with a file; a default of its own matters only where the fact is left out, so it is what is told."""
        defaults = {name: side.graph.facts[name] for name in expanded}
        known = {name: world.symbols.constant(fact.default, fact.type) for name, fact in defaults.items()}
        told: dict[str, Spelt] = {name: (called, ATOM) for name, called in side.names.items()}
        told |= {name: spell_value(fact.default) for name, fact in defaults.items()}
        return cls(Translator(world, {**side.given, **known}, ()), lambda name: told.get(name, (name, ATOM)))

    def inside(self, node: Call) -> _Place:
        """Look into a called chart, whose facts are called by what the call binds to them."""
        calls = (*self.translator.calls, node)
        return _Place(
            Translator(self.translator.world, self.translator.arguments(node), calls),
            lambda name: spelt(node.arguments[name], self.names),
        )


@dataclass(slots=True)
class _Finder:
    together: SharedFacts
    world: World
    expanded: frozenset[str]
    """The facts whose lets are looked into."""
    found: dict[str, Feature] = field(default_factory=dict)

    def is_whole(self, term: t.Term) -> bool:
        """Tell whether a term is a let that is told by its name."""
        return isinstance(term, t.LetUse) and self.expanded.isdisjoint(t.facts_read(term))

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

    def left_out(self) -> Iterator[Feature]:
        """Give the questions whether facts are left out."""
        for name in sorted(self.expanded):
            symbol = self.together.inputs.symbols[left_out(name)]
            ways = _yes_no(symbol.holds, symbol.null, self.world)
            yield Feature(left_out(name), ways, _bool_teller(left_out(name), nullable=False), name)

    def find_in_node(self, node: Node, place: _Place) -> None:
        if isinstance(node, Switch) and node.subject.type.base is not Basic.BOOL:
            self._find_values(node, place)
            return
        for term in conditions(node):
            if term.type.base is Basic.BOOL:
                self.find(term, place)
        if isinstance(node, Call):
            for name in node.callee.order:
                self.find_in_node(node.callee.nodes[name], place.inside(node))

    def _find_values(self, node: Switch, place: _Place) -> None:
        """Find which values a switch asks for; those of an enumeration are one feature."""
        subject = node.subject
        symbol = place.translator.value(subject)
        words = spelt(self.told(subject), place.names)
        if isinstance(symbol.payload, Pick):
            if not isinstance(_bare(subject), t.FactRead) or len(symbol.payload.ways) > 1:
                self.found.setdefault(words[0], _enumeration(words, symbol, nullable=subject.type.nullable))
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
        """Make a test a feature."""
        translator = place.translator
        symbol = translator.value(term)
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
        if isinstance(told, t.FactRead):
            ways = _yes_no(symbol.holds, symbol.null, self.world)
            tell = _bool_teller(name, nullable=symbol.null is not self.world.formulas.false)
        else:
            tell = _test_teller(told, [self.told(guard) for guard in guards], place.names)
        self.found.setdefault(name, Feature(name, ways, tell))


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


def _bool_teller(name: str, *, nullable: bool) -> Callable[[frozenset[Value]], tuple[Spelt, ...]]:
    words: dict[frozenset[Value], Spelt] = {
        frozenset({True}): (f"{name} == true", COMPARED) if nullable else (name, ATOM),
        frozenset({False}): (f"{name} == false", COMPARED) if nullable else (f"not {name}", NOT),
        frozenset({None}): (f"{name} is null", COMPARED),
        frozenset({True, False}): (f"{name} is not null", COMPARED),
        frozenset({True, None}): (f"{name} ?? true", COALESCED),
        frozenset({False, None}): (f"not ({name} ?? false)", NOT),
    }
    return lambda values: (words[values],)


def _enumeration(words: Spelt, symbol: Symbol, *, nullable: bool) -> Feature:
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

    return Feature(words[0], ways, tell)
