"""
Guess texts, lists, time zones and schedules of which a solution knows only what functions make of them.

A guess is worth nothing before the reference walk has confirmed what it is an example of.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import z3

from notifyrules.evaluation.walk import bind
from notifyrules.graph.model import Call, Fact
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.kinds import KINDS, NOON
from notifyrules.language.types import MAX_TEXT, Basic, Enumeration, ListOf, Type
from notifyrules.language.values import Value
from notifyrules.solver.formulas import Thing, is_true
from notifyrules.solver.inputs import Inputs, read
from notifyrules.solver.symbols import Amount, Opaque, Pick, Truth, plain, scale_of
from notifyrules.solver.translation import HAS, Asked, OpenQuestion

_TEXTS = 40
"""Texts written out that guesses are made from."""
_GUESSES = 240
"""Guesses for one fact."""
_SWEEPS = 3
"""Times that all facts are gone through."""
_LONGEST = 2_000


@dataclass(slots=True)
class Guesser:
    """Make facts of one solution."""

    inputs: Inputs
    model: Any
    facts: dict[str, Value] = field(default_factory=dict)
    soft: list[str] = field(default_factory=list)
    """The facts that are guessed."""
    _unknown: list[str] = field(default_factory=list)
    """The facts of which the solution says no value."""
    _wanted: list[tuple[Asked, bool]] = field(default_factory=list)

    def guesses(self) -> Iterator[Mapping[str, Value]]:
        """Give facts that may be what the solution stands for, the likeliest first."""
        self._begin()
        self._wanted = [(asked, is_true(asked.symbol.holds, self.model)) for asked in self.inputs.world.asked]
        yield from self._improved()
        if unlike := self._unlike_any_written():
            self.facts.update(unlike)
            yield from self._improved()

    def _improved(self) -> Iterator[Mapping[str, Value]]:
        """Give the facts as they are, then with better and better guesses."""
        yield dict(self.facts)
        best = self._score()
        for _ in range(_SWEEPS if self.soft else 0):
            before = best
            for name in self.soft:
                best = self._improve(name, best)
            yield dict(self.facts)
            if best == before or best == len(self._wanted):
                return

    def _unlike_any_written(self) -> dict[str, Value]:
        """Guess anew what the solution says is none of the values that are written out, and was guessed to be one."""
        found = {}
        for name in self._unknown:
            kind = self._variable(name).sort().name()
            written = [value for value, _ in self.inputs.world.symbols.constants(kind)]
            if self.facts[name] in written:
                found[name] = next((one for one in self.choices(name) if one not in written), self.facts[name])
        return found

    def _begin(self) -> None:
        """Take what the solution knows, and a first guess for the rest."""
        world = self.inputs.world
        asked = self._asked_about()
        for fact in self.inputs.facts.values():
            found = read(self.model, self.inputs.symbols[fact.name], fact.type, world)
            if z3.is_expr(found):
                self._unknown.append(fact.name)
                self.facts[fact.name] = plain(fact.type)
            else:
                self.facts[fact.name] = found
            if fact.name in asked and found is not None:
                self.soft.append(fact.name)
        for name in self._unknown:
            self.facts[name] = next(self.choices(name), self.facts[name])

    def _asked_about(self) -> frozenset[str]:
        variables = {self._variable(name).get_id(): name for name in self.inputs.facts}
        asked = (part.get_id() for one in self.inputs.world.opens.values() for part in _parts(one.things))
        return frozenset(variables[one] for one in asked if one in variables)

    def _score(self) -> int:
        """Count the tests that come out as the solution says."""
        score = 0
        inside: dict[int, Mapping[str, Value]] = {}
        for asked, told in self._wanted:
            facts = self._seen(asked.calls, inside)
            # Outside of the test for null that guards it, a test has no meaning and may fail.
            with contextlib.suppress(TypeError, AttributeError, LookupError, ValueError):
                score += evaluate(asked.term, facts, {}) is told
        return score

    def _seen(self, calls: Sequence[Call], inside: dict[int, Mapping[str, Value]]) -> Mapping[str, Value]:
        """Give the facts as seen inside of calls, outermost first; *inside* has those of calls looked into before."""
        facts: Mapping[str, Value] = self.facts
        for call in calls:
            if id(call) not in inside:
                inside[id(call)] = bind(call, facts)
            facts = inside[id(call)]
        return facts

    def _improve(self, name: str, best: int) -> int:
        """Try other guesses for one fact, and keep the first of the best."""
        kept = self.facts[name]
        for guess in self.choices(name):
            if best == len(self._wanted):
                break
            self.facts[name] = guess
            score = self._score()
            if score > best:
                best, kept = score, guess
        self.facts[name] = kept
        return best

    # ---- Guesses by type ----

    def choices(self, name: str) -> Iterator[Value]:
        """Guess the value of one fact."""
        fact = self.inputs.facts[name]
        match fact.type.base:
            case Basic.TEXT:
                yield from dict.fromkeys(self._texts(fact))
            case ListOf():
                yield from self._lists(fact)
            case Basic.INSTANT:
                yield from self._instants()
            case Enumeration(values):
                yield from values
            case base:
                assert isinstance(base, Basic)
                known = self.inputs.world.symbols
                yield from dict.fromkeys(KINDS[base].candidates)
                if KINDS[base].scale is None:
                    yield from (value for value, _ in known.constants(base.value))
                else:
                    yield from (scale_of(base).value_of(number) for number in known.numbers if _fits(number, base))

    def _instants(self) -> Iterator[Value]:
        """Guess an instant of one week: at every hour, and at the times of day that are written out."""
        monday = NOON - timedelta(hours=12)
        yield from (monday + timedelta(hours=hour) for hour in range(7 * 24))
        times = [number for number in self.inputs.world.symbols.numbers if _fits(number, Basic.TIME)]
        yield from self.inputs.hours()
        yield from (monday + timedelta(days=day, seconds=number) for day in range(7) for number in times)

    def _texts(self, fact: Fact) -> Iterator[Value]:
        """Guess a text: what its tests ask for, then what is written out, alone and joined."""
        yield from self._made_to_measure(self._variable(fact.name))
        written = [str(value) for value, _ in self.inputs.world.symbols.constants(Basic.TEXT.value)][:_TEXTS]
        yield f"text {[*self.inputs.facts].index(fact.name) + 1}"
        yield ""
        # The one text of one character that `*` does not cover.
        yield "\n"
        yield from written
        lengths = [number for number in self.inputs.world.symbols.numbers if 0 <= number <= min(_LONGEST, MAX_TEXT)]
        yield from ("x" * (number + more) for number in lengths for more in (0, 1))
        yield from (_expanded(text, "", "x") for text in written)
        yield from (_expanded(text, "x", "x") for text in written)
        joined = (one + gap + other for gap in ("", " ") for one in (*written, "x") for other in (*written, "x"))
        yield from (text for _, text in zip(range(_GUESSES), joined, strict=False))

    def _made_to_measure(self, mine: Thing) -> Iterator[str]:
        """Build a text of all the solution says it begins with, holds and ends with, and one that says a bit more."""
        held: dict[str, list[str]] = {}
        for one in self.inputs.world.opens.values():
            is_test = isinstance(one.result.payload, Truth)
            if is_test and one.things[0].eq(mine) and is_true(one.result.holds, self.model):
                held.setdefault(one.function, []).append(self._pattern(one))
        begins = max(held.get("starts_with", [""]), key=len)
        ends = max(held.get("ends_with", [""]), key=len)
        middle = [*held.get("contains", []), *held.get("has_word", []), *held.get("has_glob_word", [])]
        middle = [part for part in middle if part not in begins + ends]
        parts = [_expanded(part, "", "x") for part in middle]
        glob = max(held.get("matches", [""]), key=len)
        yield begins + " ".join(parts) + ends or _expanded(glob, "", "x")
        if begins or parts or ends:
            yield begins + " ".join((*parts, "x")) + ends
        elif "*" in glob:
            yield _expanded(glob, "x", "x")

    def _pattern(self, one: OpenQuestion) -> str:
        """Find what a test looks for in a text: a text that is written out, or what comes of the facts as they are."""
        if not isinstance(one.term, t.FunctionCall) or len(one.things) == 1:
            return ""
        for value, thing in self.inputs.world.symbols.constants(Basic.TEXT.value):
            if thing.eq(one.things[1]):
                return str(value)
        found: Value = ""
        with contextlib.suppress(TypeError, AttributeError, LookupError, ValueError):
            found = evaluate(one.term.arguments[1], self._seen(one.calls, {}), {})
        return found if isinstance(found, str) else ""

    def _lists(self, fact: Fact) -> Iterator[Value]:
        """Guess a list: the items that the solution says it holds, then others."""
        base = fact.type.base
        assert isinstance(base, ListOf)
        mine = self._variable(fact.name)
        pool: dict[Value, None] = {}
        if isinstance(base.item, Enumeration):
            pool.update(dict.fromkeys(base.item.values))
        held: list[Value] = []
        for one in self.inputs.world.opens.values():
            if one.function == HAS and (item := self._item(one, base)) is not None:
                pool[item] = None
                if one.things[1].eq(mine) and is_true(one.result.holds, self.model):
                    held.append(item)
        if not pool and base.item is not None:
            pool[plain(Type(base.item))] = None
        listed = tuple(dict.fromkeys(held))
        length = self._length(mine)
        yield listed
        if length is not None and pool and len(listed) < length <= _LONGEST:
            yield (*listed, *((listed or tuple(pool))[:1] * (length - len(listed))))
        yield ()
        yield from (tuple(one for one in listed if one != item) for item in listed)
        yield from ((*listed, item) for item in pool if item not in listed)
        yield tuple(pool)

    def _item(self, one: OpenQuestion, base: ListOf) -> Value:
        """Give the item that a test looks for; None where it is none for this list."""
        match one.arguments[0].payload:
            case Amount(number) if isinstance(base.item, Basic) and KINDS[base.item].scale is not None:
                found = self.model.eval(number, model_completion=True).as_long()
                return scale_of(base.item).value_of(found) if _fits(found, base.item) else None
            case Truth(holds) if base.item is Basic.BOOL:
                return is_true(holds, self.model)
            case Opaque() | Pick() if isinstance(base.item, Enumeration) or base.item is Basic.TEXT:
                token = self.model.eval(one.things[0], model_completion=True)
                for value, thing in self.inputs.world.symbols.constants(Basic.TEXT.value):
                    if self.model.eval(thing, model_completion=True).eq(token):
                        fits = not isinstance(base.item, Enumeration) or value in base.item.values
                        return value if fits else None
                names = (name for name in self.soft if self._variable(name).eq(one.things[0]))
                return next((self.facts[name] for name in names), None)
            case _:
                return None

    def _length(self, mine: Thing) -> int | None:
        for one in self.inputs.world.opens.values():
            if one.function == "len" and one.things[0].eq(mine):
                return int(self.model.eval(one.result.number, model_completion=True).as_long())
        return None

    def _variable(self, name: str) -> Thing:
        return self.inputs.world.symbols.whole(self.inputs.symbols[name].payload)


def _parts(things: Sequence[Thing]) -> Iterator[Thing]:
    """Give some terms and all that they are made of, each once."""
    seen: set[int] = set()
    waiting = list(things)
    while waiting:
        one = waiting.pop()
        if one.get_id() not in seen:
            seen.add(one.get_id())
            yield one
            waiting.extend(one.children())


def _expanded(pattern: str, star: str, mark: str) -> str:
    """Write a text that a glob covers."""
    return pattern.replace("*", star).replace("?", mark)


def _fits(number: int, base: Basic) -> bool:
    scale = scale_of(base)
    return scale.lowest <= number <= scale.highest
