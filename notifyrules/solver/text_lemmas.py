"""
Tell the solver what is known of the functions that are left open.

Each of these sentences is true whatever the facts are, so that none of them can make a false proof. They are there so
that fewer questions end undecided; none has to be complete.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations, product

from notifyrules.evaluation.walk import bind
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.functions import FUNCTIONS
from notifyrules.language.glob_matching import matches, normal_glob
from notifyrules.language.schedules import Schedule
from notifyrules.language.types import MAX_ITEMS, MAX_TEXT, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import FactValues, Value
from notifyrules.language.word_matching import normal_word
from notifyrules.solver.formulas import Formula, Number, Thing
from notifyrules.solver.symbols import LIST, Amount, Opaque, Pick, Several, Symbol, Truth
from notifyrules.solver.translation import HAS, OpenQuestion, World

_ROUNDS = 3
"""Texts that functions make of texts are looked at themselves, so many times over."""
_MOST = 300
"""Combinations of arguments that one open application is worked out for."""
_STRETCHES = frozenset({"starts_with", "ends_with", "contains"})
_PATTERNS = frozenset({"starts_with", "ends_with", "contains", "matches", "has_word", "has_glob_word"})


def complete(world: World) -> None:
    """Add what is known of everything that was left open so far."""
    known: dict[tuple[object, ...], None] = {}
    for _ in range(_ROUNDS):
        before = len(known)
        for one in tuple(world.opens.values()):
            _work_out(one, world, known)
        if len(known) == before:
            break
    opens = tuple(world.opens.values())
    world.truths.extend(_about_patterns(opens, world))
    world.truths.extend(_about_lists(opens, world))
    world.truths.extend(_about_lengths(opens, world))
    world.truths.extend(_about_calendars(opens, world))
    world.truths.extend(_about_nothing(opens, world))
    world.truths.extend(world.symbols.distinct())


def know_at(world: World, near: FactValues) -> None:
    """Add what everything that was left open so far gives at some facts, which are written out."""
    for one in tuple(world.opens.values()):
        if not isinstance(one.term, t.FunctionCall) or one.function != one.term.function.name:
            continue
        facts = near
        for call in one.calls:
            facts = bind(call, facts)
        # Behind a test for null that guards it, a part may have no value here.
        with contextlib.suppress(TypeError, AttributeError, LookupError, ValueError):
            values = [evaluate(argument, facts, {}) for argument in one.term.arguments]
            kinds = (argument.type for argument in one.term.arguments)
            pairs = list(zip(one.arguments, map(world.symbols.constant, values, kinds), strict=False))
            # Of a list of words, each word is a question of its own.
            if None not in values and all(_comparable(*pair) for pair in pairs):
                same = world.formulas.every(world.symbols.equal(*pair) for pair in pairs)
                gives = world.symbols.constant(one.term.function.compute(*values), one.term.type)
                world.truths.append(world.formulas.implies(same, world.symbols.equal(one.result, gives)))


# ---- Working out what is written out ----


def _work_out(one: OpenQuestion, world: World, known: dict[tuple[object, ...], None]) -> None:
    """Compute a function for every combination of values that are written out in place of its arguments."""
    if one.function not in FUNCTIONS or (one.function == "len" and one.things[0].sort().name() == LIST):
        return
    choices = [_written(argument, thing, world) for argument, thing in zip(one.arguments, one.things, strict=True)]
    size = 1
    for choice in choices:
        size *= len(choice)
    if not 0 < size <= _MOST:
        return
    function = FUNCTIONS[one.function]
    for combination in product(*choices):
        key = (one.function, *(thing.get_id() for thing, _ in combination))
        if key in known:
            continue
        known[key] = None
        if one.function in _PATTERNS and not all(_is_text(value) for _, value in combination):
            continue
        value = function.compute(*(value for _, value in combination))
        things = tuple(thing for thing, _ in combination)
        world.truths.append(_gives(one, things, world.symbols.constant(value, function.result), world))


def _written(argument: Symbol, thing: Thing, world: World) -> Sequence[tuple[Thing, Value]]:
    """List the values that are written out and could stand in place of an argument."""
    match argument.payload:
        case Opaque() | Several():
            known = world.symbols.constants(thing.sort().name())
        case Amount() | None:
            # Of an instant there are too many.
            return ()
        case _:
            known = world.symbols.constants(Basic.TEXT.value)
    listed = [(one, value) for value, one in known]
    alone = [pair for pair in listed if pair[0].eq(thing)]
    return alone or listed


def _is_text(value: Value) -> bool:
    """Tell whether a value is a text or a list of texts: lists of other items are written out beside them."""
    return isinstance(value, str) or (isinstance(value, tuple) and all(isinstance(item, str) for item in value))


def _gives(one: OpenQuestion, things: tuple[Thing, ...], value: Symbol, world: World) -> Formula:
    formulas = world.formulas
    match one.result.payload:
        case Truth():
            sort = formulas.booleans
        case Amount():
            sort = formulas.integers
        case _:
            sort = formulas.sort(Basic.TEXT.value)
    return formulas.equal(world.open(one.function, things, sort), world.symbols.whole(value.payload))


# ---- What annihilates ----


def _about_nothing(opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    """Say that nothing is found in an empty text, list or schedule, and no empty word is found."""
    formulas, symbols = world.formulas, world.symbols
    empty: Mapping[str, Value] = {LIST: (), Basic.TEXT.value: "", Basic.SCHEDULE.value: Schedule(())}
    for one in opens:
        if one.function in ("within", "overlaps", "has_word"):
            for thing in one.things:
                if (value := empty.get(thing.sort().name())) is not None:
                    nothing = formulas.equal(thing, symbols.thing(thing.sort().name(), value))
                    yield formulas.implies(nothing, formulas.negate(one.result.holds))


# ---- Patterns in texts ----


def _about_patterns(opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    """Say which patterns imply or exclude each other."""
    formulas = world.formulas
    spelt = {thing.get_id(): value for value, thing in world.symbols.constants(Basic.TEXT.value)}
    about: dict[int, list[tuple[OpenQuestion, str]]] = {}
    for one in opens:
        if one.function in _PATTERNS and (pattern := spelt.get(one.things[1].get_id())) is not None:
            assert isinstance(pattern, str)
            about.setdefault(one.things[0].get_id(), []).append((one, pattern))
    for listed in about.values():
        for one, pattern in listed:
            if found_everywhere(one.function, pattern):
                yield one.result.holds
        for pair in combinations(listed, 2):
            for (one, pattern), (other, rival) in (pair, pair[::-1]):
                if implies(one.function, pattern, other.function, rival):
                    yield formulas.implies(one.result.holds, other.result.holds)
            if excludes(*((one.function, pattern) for one, pattern in pair)):
                yield formulas.negate(formulas.every(one.result.holds for one, _ in pair))


def found_everywhere(function: str, pattern: str) -> bool:
    """Tell whether a pattern fits every text."""
    if function == "has_glob_word":
        return pattern != "" and not pattern.strip("*")
    # Not even `*` alone matches every text: it does not stand for a line end.
    return function in ("starts_with", "ends_with", "contains") and not pattern


def implies(function: str, pattern: str, other: str, rival: str) -> bool:
    """Tell whether every text that one pattern fits is fitted by another."""
    match function, other:
        case "starts_with", "starts_with":
            return pattern.startswith(rival)
        case "ends_with", "ends_with":
            return pattern.endswith(rival)
        case (("starts_with" | "ends_with" | "contains"), "contains"):
            return rival in pattern
        case "matches", "matches":
            # A `?` could be taken for the `*` of the narrower pattern, which may stand for nothing.
            return "?" not in rival and matches(pattern, rival)
        case "has_word", "has_word":
            return normal_word(pattern) == normal_word(rival)
        case "has_glob_word", "has_glob_word":
            # Without signs, what is equal by case folding alone is still another word: `s` and the long s.
            return pattern.lower() == rival.lower() and normal_glob(pattern) == normal_glob(rival)
        case _:
            return False


def excludes(first: tuple[str, str], second: tuple[str, str]) -> bool:
    """Tell whether no text fits two patterns."""
    (function, pattern), (other, rival) = first, second
    if function != other:
        return False
    match function:
        case "starts_with":
            return not (pattern.startswith(rival) or rival.startswith(pattern))
        case "ends_with":
            return not (pattern.endswith(rival) or rival.endswith(pattern))
        case "matches":
            ends = [(_fixed(glob), _fixed(glob[::-1])) for glob in map(normal_glob, (pattern, rival))]
            return any(
                not (one.startswith(another) or another.startswith(one)) for one, another in zip(*ends, strict=True)
            )
        case _:
            return False


def _fixed(glob: str) -> str:
    """Give what a glob begins with before its first wildcard."""
    return glob.partition("*")[0].partition("?")[0]


# ---- Lists ----


def _about_lists(opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    formulas, symbols = world.formulas, world.symbols
    items: dict[str, dict[int, tuple[Symbol, Thing]]] = {}
    for one in opens:
        if one.function == HAS:
            thing = one.things[0]
            items.setdefault(thing.sort().name(), {})[thing.get_id()] = (one.arguments[0], thing)
    for value, thing in symbols.constants(LIST):
        assert isinstance(value, tuple)
        for asked in items.values():
            for item, whole in asked.values():
                # An item of an enumeration is a text here.
                parts = (symbols.constant(part, Type(Basic.TEXT)) for part in value)
                held = [part for part in parts if _comparable(part, item)]
                in_it = formulas.some(symbols.equal(Symbol(formulas.false, item.payload), one) for one in held)
                # Null stands for one of the values of its enumeration, and says nothing of them.
                told = formulas.same(world.open(HAS, (whole, thing), formulas.booleans), in_it)
                yield formulas.implies(formulas.negate(item.null), told)
    for one in opens:
        if one.function in ("overlaps", "contains_all"):
            for asked in items.values():
                for _, whole in asked.values():
                    left, right = (world.open(HAS, (whole, thing), formulas.booleans) for thing in one.things)
                    if one.function == "overlaps":
                        yield formulas.implies(formulas.every((left, right)), one.result.holds)
                    else:
                        yield formulas.implies(formulas.every((one.result.holds, right)), left)


def _comparable(one: Symbol, other: Symbol) -> bool:
    return _sort(one) == _sort(other)


def _sort(symbol: Symbol) -> object:
    """Tell what the solver takes a value for; that of an enumeration is a text here."""
    match symbol.payload:
        case Opaque(thing):
            return thing.sort().name()
        case Pick():
            return Basic.TEXT.value
        case other:
            return type(other)


# ---- Lengths ----


def _about_lengths(opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    formulas, symbols = world.formulas, world.symbols
    for one in opens:
        if one.function != "len":
            continue
        length, thing = one.result.number, one.things[0]
        kind = thing.sort().name()
        empty: Value = () if kind == LIST else ""
        yield length >= 0
        yield formulas.same(length == 0, formulas.equal(thing, symbols.thing(kind, empty)))
        if isinstance(one.term, t.FunctionCall) and isinstance(one.term.arguments[0], t.FactRead) and not one.calls:
            yield length <= (MAX_ITEMS if kind == LIST else MAX_TEXT)
        if kind == LIST:
            yield from _about_items(one, length, opens, world)
        else:
            spelt = {other.get_id(): str(value) for value, other in symbols.constants(Basic.TEXT.value)}
            for other in opens:
                if other.function in _STRETCHES and other.things[0].eq(thing):
                    least = len(spelt.get(other.things[1].get_id(), ""))
                    yield formulas.implies(other.result.holds, length >= least)


def _about_items(one: OpenQuestion, length: Number, opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    """Say what the length of a list tells of its items."""
    formulas, symbols, thing = world.formulas, world.symbols, one.things[0]
    for value, written in symbols.constants(LIST):
        assert isinstance(value, tuple)
        yield world.open("len", (written,), formulas.integers) == len(value)
    held = [other for other in opens if other.function == HAS and other.things[1].eq(thing)]
    for other in held:
        yield formulas.implies(other.result.holds, length >= 1)
    spelt = {text.get_id() for _, text in symbols.constants(Basic.TEXT.value)}
    different = [other.result.holds for other in held if other.things[0].get_id() in spelt]
    if len(different) > 1:
        counted = [formulas.choose(holds, formulas.amount(1), formulas.amount(0)) for holds in different]
        yield length >= sum(counted[1:], counted[0])
    kind = one.term.arguments[0].type.base if isinstance(one.term, t.FunctionCall) else None
    if isinstance(kind, ListOf) and isinstance(kind.item, Enumeration):
        values = [symbols.thing(Basic.TEXT.value, value) for value in kind.item.values]
        some = formulas.some(world.open(HAS, (value, thing), formulas.booleans) for value in values)
        yield formulas.same(length >= 1, some)


# ---- Calendars ----


def _about_calendars(opens: Sequence[OpenQuestion], world: World) -> Iterator[Formula]:
    """Say that a schedule closes and opens behind the instant, and does one of them only where it is open or not."""
    formulas = world.formulas
    asked: Mapping[tuple[int, ...], OpenQuestion] = {
        tuple(thing.get_id() for thing in one.things): one for one in opens if one.function == "within"
    }
    for one in opens:
        if one.function not in ("window_end", "window_start"):
            continue
        closes, found = one.function == "window_end", formulas.negate(one.result.null)
        # The end of the instant range is the end of a window that never closes, also at that very instant.
        behind = one.result.number >= one.things[0] if closes else one.result.number > one.things[0]
        yield formulas.implies(found, behind)
        rival = asked.get(tuple(thing.get_id() for thing in one.things))
        if rival is not None and closes:
            yield formulas.same(found, rival.result.holds)
        elif rival is not None:
            yield formulas.implies(found, formulas.negate(rival.result.holds))
