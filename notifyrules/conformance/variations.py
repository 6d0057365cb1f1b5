"""
Vary what an atom reads: tables of values for all of its facts, changed together.

What finds differences is seldom a value that nobody thought of, but two values at whose border one side or the other
errs: a word that ends in a sign, an instant a microsecond before another, the hour that a clock shows twice.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import chain, combinations, permutations, product
from typing import Any, Final, TypeAlias
from zoneinfo import ZoneInfo

from notifyrules.evaluation.walk import bind
from notifyrules.graph.model import Call, Fact, Graph
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.kinds import KIND_OF, KINDS, NOON, Scale
from notifyrules.language.schedules import WEEKDAYS, Schedule, Window, instant_at, local
from notifyrules.language.types import Basic, Enumeration, ListOf
from notifyrules.language.values import FactValues, Value

OtherValues: TypeAlias = Mapping[str, Value]
"""Facts with other values, to be laid over others."""

_WORDS: Final = (
    *("lunch", "on-call", "c++", ".net", "@ops", "a.b*", "release notes", "caf\xe9"),
    *(
        "Stra\N{LATIN SMALL LETTER SHARP S}e",
        "\u039f\u0394\u039f\u03a3",
        "o\ufb03ce",
        "\u4f1a\u8bae",
        "\u0130zmir",
        "(x",
    ),
)
"""Plain, with signs at an edge, of regular expressions, accents, a final sigma, a ligature, Han, and a dotted I."""
_PEOPLE: Final = ("ada", "Bob", "Jos\xe9", "u1,u2", "")
_EDGES: Final = tuple(".,-_'/@#1\n\t \"(x\xa0\u3000\u200b\u200d\u0301\u4f1a\xe9")
_SWAPS: Final = (
    ("ss", "\xdf"),
    ("\xdf", "ss"),
    ("\u03c3", "\u03c2"),
    ("\ufb03", "ffi"),
    ("i", "\u0131"),
    ("i", "\u0130"),
)
_BLANKS: Final = ("  ", "\n", "\t", "\xa0", "", "-", "_")
_LONGEST: Final = 2_000
"""Items and code points up to which texts and lists are made as long as they are compared with."""
_LONG: Final = "some other words " * 70
_TICK: Final = timedelta(microseconds=1)
_DAYS: Final = tuple(86_400 * days for days in (1, 8, 40, 300))
"""More than a day, a week, a month and half a year: what is capped is capped by one of them."""
_AWAY: Final = tuple(
    timedelta(seconds=sign * number) for number in (0, 1e-6, 0.4, 1, 60, 3600, *_DAYS) for sign in (1, -1)
)
_ZONES: Final = (
    *("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Lord_Howe", "America/Santiago"),
    *("Pacific/Auckland", "America/St_Johns"),
)
"""Whole and half hours from UTC, north and south, without changes of the clock, and with one of half an hour."""
_YEARS: Final = range(2024, 2028)
_HOUR: Final = timedelta(hours=1)
_AMID: Final = timedelta(minutes=30, seconds=35, milliseconds=700)
_QUARTER: Final = timedelta(minutes=15)
_DAY: Final = timedelta(days=1)
_MOST: Final = 600
"""Combinations of facts with few values that are all tried; beyond, those of two facts."""


@dataclass(frozen=True, slots=True)
class TermTable:
    """The facts of one term, asked inside of calls."""

    graph: Graph
    term: t.Term
    calls: tuple[Call, ...]

    def changes(self, facts: FactValues) -> Iterator[OtherValues]:
        """Give what to lay over some facts, in whose place the term decides."""
        match self.term:
            case t.FunctionCall(arguments=(subject, pattern)) if _is_text(subject) and not _is_list(subject):
                yield from self._texts(facts, subject, pattern, _WORDS)
            case t.FunctionCall(arguments=(left, right)) if _is_list(left) and _is_list(right):
                yield from self._lists(facts, left, right)
            case t.Contains(item=item, collection=collection):
                yield from self._items(facts, item, collection)
            case t.Comparison(left=left, right=right) if _is_text(left) or _is_text(right):
                subject, other = (left, right) if _is_text(left) else (right, left)
                yield from self._texts(facts, subject, other, _PEOPLE)
            case _:
                pass
        comparisons = [one for one in t.walk(self.term) if isinstance(one, t.Comparison)]
        # What is usual are full hours; amid one, two instants may be of the same second, minute or hour and not equal.
        amid = {name: value + _AMID for name, value in facts.items() if isinstance(value, datetime)}
        besides: list[OtherValues] = [{}, amid] if self._facts(self.term, Basic.INSTANT) else [{}]
        for one in comparisons:
            for mine, other in ((one.left, one.right), (one.right, one.left)):
                for beside in besides:
                    yield from ({**beside, **change} for change in self._amounts({**facts, **beside}, mine, other))
                yield from self._lengths(facts, mine, other)
        if any(isinstance(one, t.FunctionCall) and Basic.TIMEZONE in _bases(one) for one in t.walk(self.term)):
            yield from self._clocks(facts)

    def facts(self) -> list[Fact]:
        """List the facts that the term reads."""
        return self._facts(self.term)

    def _facts(self, term: t.Term, *bases: Basic) -> list[Fact]:
        """List the facts that a term reads, those of a type unless none is named."""
        names = t.facts_read(term)
        for call in reversed(self.calls):
            names = frozenset(name for inner in names for name in t.facts_read(call.arguments[inner]))
        found = (fact for name, fact in self.graph.facts.items() if name in names)
        return [fact for fact in found if not bases or _plain_base(fact) in bases]

    def _plain(self, term: t.Term) -> list[Fact]:
        """List the facts that a term reads and that are a text."""
        return [fact for fact in self._facts(term, Basic.TEXT) if not _is_list_fact(fact)]

    def _value(self, term: t.Term, facts: FactValues) -> Value:
        """Compute a side of the term; null where what guards it rules it out."""
        for call in self.calls:
            facts = bind(call, facts)
        try:
            return evaluate(term, facts, {})
        except (TypeError, AttributeError, LookupError, ValueError):
            return None

    # ---- Texts and lists ----

    def _texts(
        self, facts: FactValues, subject: t.Term, pattern: t.Term, words: Sequence[str]
    ) -> Iterator[OtherValues]:
        texts, patterns = self._plain(subject), self._facts(pattern, Basic.TEXT)
        held = self._value(pattern, facts)
        written = tuple(one for one in (held if isinstance(held, tuple) else (held,)) if isinstance(one, str))
        for word in dict.fromkeys((*written, *words) if patterns else written):
            for asked in patterns or (None,):
                is_list = asked is not None and _is_list_fact(asked)
                spelt = (word.swapcase(), unicodedata.normalize("NFD", word), f" {word}", f"{word} ")
                lists: list[Value] = [(word,), ("zzz", word), ("", "*", word)] if is_list else [word]
                lists += [(one,) if is_list else one for one in spelt]
                for text in _around(word):
                    beside: OtherValues = {asked.name: lists[0]} if asked else {}
                    yield from ({**beside, one.name: text} for one in texts)
                    if not texts and asked:
                        yield {asked.name: (text,) if _is_list_fact(asked) else text}
                for value in lists[1:]:
                    yield from ({one.name: f"{word} x", asked.name: value} for one in texts if asked)
        for asked in patterns:
            for value in ((), ("",), tuple(f"word{number}" for number in range(40))) if _is_list_fact(asked) else ("",):
                yield from ({one.name: text, asked.name: value} for one in texts for text in ("", " ", "word7", "x"))

    def _items(self, facts: FactValues, item: t.Term, collection: t.Term) -> Iterator[OtherValues]:
        """Vary an item and the list that it is looked for in: longer, shorter, of other case, joined, absent."""
        lists = [fact for fact in self._facts(collection, Basic.TEXT) if _is_list_fact(fact)]
        now, held = self._value(item, facts), self._value(collection, facts)
        if isinstance(now, str) and not self._plain(item):
            # A text that is written in the rules.
            yield from ({one.name: items} for one, items in product(lists, _lists_around(now)))
        if not _is_text(item):
            return
        for name in dict.fromkeys((*((now,) if isinstance(now, str) else ()), "ada", "Bob", "Jos\xe9")):
            changed = [{one.name: name} for one in self._plain(item)] or [{}]
            for change in changed if lists else ():
                for one, items in product(lists, _lists_around(name)):
                    yield change | {one.name: items}
        values = [one for one in held if isinstance(one, str)] if isinstance(held, tuple) else []
        for one in self._plain(item):
            for value in values or ["ada"]:
                changed = [{fact.name: (value, "zoe")} for fact in lists] or [{}]
                yield from (
                    change | {one.name: text} for text in (*_around(value), f"{value},zoe") for change in changed
                )

    def _lists(self, facts: FactValues, left: t.Term, right: t.Term) -> Iterator[OtherValues]:
        """Vary two lists: the same, one longer, in another order, of other case, joined, none."""
        for mine, written in ((left, right), (right, left)):
            held = () if self._facts(written) else self._value(written, facts)
            for one, item in product(self._facts(mine, Basic.TEXT), held if isinstance(held, tuple) else ()):
                yield from ({one.name: items} for items in _lists_around(str(item)) if _is_list_fact(one))
        for one, other in product(self._facts(left), self._facts(right)):
            if one is other or not (_is_list_fact(one) and _is_list_fact(other)):
                continue
            base = one.type.base
            assert isinstance(base, ListOf)
            if isinstance(base.item, Enumeration):
                pairs: Iterable[Any] = product(_subsets(base.item.values), repeat=2)
            else:
                names = [*chain(*map(_lists_around, ("ada", "Jos\xe9"))), ("zoe", "ada"), ("ada", "bob", "zoe")]
                pairs = product(names, [("ada",), ("Jos\xe9",), ("ada", "bob"), ("",), ("a", "d"), ("bob", "ada"), ()])
            for mine, its in pairs:
                yield {one.name: mine, other.name: its}
                yield {one.name: its, other.name: mine}

    # ---- Amounts and clocks ----

    def _amounts(self, facts: FactValues, mine: t.Term, other: t.Term) -> Iterator[OtherValues]:
        """Move each fact of one side to where both are equal, and a little beyond, with the others as they may be."""
        target = self._value(other, facts)
        if isinstance(target, (bool, str, tuple)) or (kind := KIND_OF.get(type(target))) is None:
            return
        scale, amounts = KINDS[kind].scale, (Basic.INT, Basic.DURATION, Basic.INSTANT, Basic.DATE, Basic.TIME)
        assert scale is not None or kind not in amounts
        besides = [{}, *({one.name: value} for one in self._facts(mine, *amounts) for value in _usual(one))]
        for fact, beside in product(self._facts(mine, *amounts), besides):
            if scale is None or fact.name in beside:
                continue
            own = scale_of(fact)
            now, side = facts[fact.name], self._value(mine, {**facts, **beside})
            if now is None or side is None or type(side) is not type(target):
                numbers = [scale.number_of(target)] if type(target) is KINDS[_base(fact)].holds else []
            else:
                away = scale.number_of(target) - scale.number_of(side)
                numbers = [own.number_of(now) + away, own.number_of(now) - away]
            # What loses its sign on the way is the same on the other side of nothing.
            numbers += [-number for number in numbers if _base(fact) in (Basic.INT, Basic.DURATION)]
            for number in numbers:
                for near in (number + step for step in _steps(_base(fact))):
                    yield from ({**beside, fact.name: value} for value in _valued(own, near))
                if _base(fact) in (Basic.INSTANT, Basic.DURATION):
                    cut = (number - number % step for step in (1_000_000, 60_000_000))
                    yield from ({**beside, fact.name: value} for near in cut for value in _valued(own, near))

    def _lengths(self, facts: FactValues, mine: t.Term, other: t.Term) -> Iterator[OtherValues]:
        """Make texts, full and blank, and lists as long as they are compared with, one less and one more."""
        target = self._value(other, facts)
        if not isinstance(target, int) or not isinstance(mine, t.FunctionCall) or not 0 <= target <= _LONGEST:
            return
        for fact, size in product(self._facts(mine, Basic.TEXT), range(max(target - 1, 0), target + 3)):
            values = (tuple(f"u{at}" for at in range(size)),) if _is_list_fact(fact) else ("x" * size, " " * size)
            yield from ({fact.name: value} for value in values)

    def _clocks(self, facts: FactValues) -> Iterator[OtherValues]:
        """Vary instant, zone and schedule together: edges of windows and days, and changes of clocks."""
        instants, zones, schedules = (self._facts(self.term, one) for one in _CLOCK)
        others = [name for name, fact in self.graph.facts.items() if _plain_base(fact) is Basic.INSTANT]
        for instant in instants:
            for at, zone, schedule in _moments(bool(schedules), bool(zones)):
                now = facts[instant.name]
                moved = at - (now if isinstance(now, datetime) else NOON)
                # Other instants move along, so that what is assumed of them goes on to hold.
                change: dict[str, Value] = {
                    name: value + moved for name in others if isinstance(value := facts[name], datetime)
                }
                change |= {instant.name: at, **{one.name: zone for one in zones}}
                yield change | {one.name: schedule for one in schedules}


_CLOCK: Final = (Basic.INSTANT, Basic.TIMEZONE, Basic.SCHEDULE)


def combined(facts: Sequence[Fact]) -> Iterator[OtherValues]:
    """Give the combinations of all values of facts that have few: those of two at a time where there are many."""
    values = {fact.name: few for fact in facts if (few := few_values(fact) or few_lists(fact))}
    count = 1
    for listed in values.values():
        count *= len(listed)
    chosen = [tuple(values)] if count <= _MOST else combinations(values, 2)
    for names in chosen:
        yield from (dict(zip(names, row, strict=True)) for row in product(*(values[name] for name in names)))


def few_values(fact: Fact) -> tuple[Value, ...]:
    """List the values of a fact; none where it has many."""
    null: tuple[Value, ...] = (None,) if fact.type.nullable else ()
    match fact.type.base:
        case Basic.BOOL:
            return (False, True, *null)
        case Enumeration(values):
            return (*values, *null)
        case _:
            return ()


def few_lists(fact: Fact) -> tuple[Value, ...]:
    """List lists of the values of an enumeration, pairs in both orders; none for other facts."""
    base = fact.type.base
    if not isinstance(base, ListOf) or not isinstance(base.item, Enumeration):
        return ()
    return (*_subsets(base.item.values), *((None,) if fact.type.nullable else ()))


def _around(word: str) -> Iterator[str]:
    """Give texts around a word: other forms of it, and what may stand beside it."""
    forms = (word, word.upper(), word.lower(), word.title(), word.swapcase(), word.casefold())
    composed = (unicodedata.normalize(form, word) for form in ("NFC", "NFD", "NFKC", "NFKD"))
    wide = "".join(chr(ord(one) + 0xFEE0) if "!" <= one <= "~" else one for one in word)
    swapped = (word.replace(*swap) for swap in _SWAPS)
    beside = (text for edge in _EDGES for text in (edge + word, word + edge, f"a {edge}{word} b", f"a {word}{edge} b"))
    spaced = (word.replace(" ", blank) for blank in _BLANKS)
    cut = (word[1:], word[:-1], word[: len(word) // 2], word * 2, f"{word} {word}", f"x{word} {word}", f"{word}s")
    rest = (f"a {word} b", _LONG + word, f"{word} {_LONG}", "", "x", f"({word})", f'"{word}"', f"<b>{word}</b>")
    yield from dict.fromkeys((*forms, *composed, wide, *swapped, *spaced, *beside, *cut, *rest))


def _lists_around(name: str) -> Iterator[tuple[str, ...]]:
    """Give lists around an item: with it, without it, and with what nearly is it."""
    cases = (name, name.upper(), name.lower(), name.title(), unicodedata.normalize("NFD", name))
    near = (f"{name}x", f"x{name}", name[:-1], name[1:], f" {name}", f"{name} ")
    joined = (f"{name},zoe", f"zoe,{name}", f"{name} zoe", f"{name};zoe", f"zoe, {name}", f"@{name}", "")
    yield from ((one,) for one in dict.fromkeys((*cases, *near, *joined)))
    others = tuple(f"u{number}" for number in range(120))
    yield from ((), ("zoe", name), (name, "zoe"), ("zoe", name, "bob"), (name, name), ("zoe", "bob"))
    yield from ((*others[:20], name), (*others, name), others, ("zoe", f"{name}x"), (f"x{name}", "zoe"))


def _subsets(values: Sequence[str]) -> list[tuple[str, ...]]:
    return [(), *((one,) for one in values), tuple(values), *permutations(values, 2)][:20]


def _steps(base: Basic) -> tuple[int, ...]:
    """Give how far beyond a bound a value is moved, in the numbers of its type."""
    if base in (Basic.INSTANT, Basic.DURATION):
        return tuple(one // _TICK for one in _AWAY)
    return (0, 1, -1, 2, -2, 10, -10, 60, -60)


def _usual(fact: Fact) -> tuple[Value, ...]:
    """Give a few values of an amount that something beside it may have."""
    match _base(fact):
        case Basic.DURATION:
            return tuple(timedelta(seconds=number) for number in (0, 1, 59, 60, 61, 90, 3600, 86_400, 90_000))
        case Basic.INT:
            return (0, 1, 2, 10, 100)
        case _:
            return ()


def _valued(scale: Scale, number: int) -> Iterator[Value]:
    if scale.lowest <= number <= scale.highest:
        yield scale.value_of(number)


def scale_of(fact: Fact) -> Scale:
    """Give the numbers that the values of a fact are."""
    scale = KINDS[_base(fact)].scale
    assert scale is not None
    return scale


def _base(fact: Fact) -> Basic:
    assert isinstance(fact.type.base, Basic)
    return fact.type.base


def _plain_base(fact: Fact) -> object:
    """Give the type of a fact, or of the items of its list."""
    return fact.type.base.item if isinstance(fact.type.base, ListOf) else fact.type.base


def _bases(call: t.FunctionCall) -> set[object]:
    return {one.type.base for one in call.arguments}


def _is_list(term: t.Term) -> bool:
    return isinstance(term.type.base, ListOf)


def _is_list_fact(fact: Fact) -> bool:
    return isinstance(fact.type.base, ListOf)


def _is_text(term: t.Term) -> bool:
    return term.type.base is Basic.TEXT


@cache
def _moments(scheduled: bool, zoned: bool) -> tuple[tuple[datetime, ZoneInfo, Schedule], ...]:  # noqa: FBT001 - cached
    """List instants that clocks tell apart, each with a zone and a schedule that has an edge there."""
    return tuple(dict.fromkeys((*_edges(scheduled, zoned), *_changes(scheduled, zoned))))


def _edges(scheduled: bool, zoned: bool) -> Iterator[tuple[datetime, ZoneInfo, Schedule]]:  # noqa: FBT001 - as above
    weekend, ends = WEEKDAYS[5:], ((9, 17), (22, 7), (0, 6), (18, 0), (8, 8), (0, 0))
    windows = [Window(days, time(start), time(end)) for days in (WEEKDAYS, WEEKDAYS[:5]) for start, end in ends]
    windows += [Window(days, time(22), time(7)) for days in (weekend, ("mon",), ("sun",), ("fri",))]
    windows += [Window(WEEKDAYS, time(9, 30), time(9, 30, 30)), Window(WEEKDAYS, time(21, 59, 59), time(6, 59, 59))]
    schedules = [Schedule((one,)) for one in windows]
    schedules += [
        Schedule((windows[0], windows[1])),
        Schedule((windows[2], windows[3])),
        Schedule((windows[1], windows[6])),
        Schedule(tuple(windows[13:16])),
    ]
    schedules += [Schedule((Window(WEEKDAYS, time(9), time(12)), Window(WEEKDAYS, time(12), time(13))))]
    for schedule, zone in product(schedules if scheduled else schedules[:1], _ZONES[: 4 if zoned else 1]):
        edges = {edge for window in schedule.windows for edge in (window.from_, window.until)} | {time(0), time(12)}
        for day, edge in product(range(-1, 7), sorted(edges)):
            at = instant_at(NOON.date() + timedelta(days=day), edge, ZoneInfo(zone))
            near = (timedelta(0), -_TICK, -_HOUR, _HOUR) if day else (*_AWAY, timedelta(seconds=30))
            yield from ((at + away, ZoneInfo(zone), schedule) for away in near)


def _changes(scheduled: bool, zoned: bool) -> Iterator[tuple[datetime, ZoneInfo, Schedule]]:  # noqa: FBT001 - as above
    """Give the quarters of an hour around each change of a clock, with windows that begin or end in between."""
    for zone in map(ZoneInfo, _ZONES if zoned else ()):
        for change in _clock_changes(zone):
            wall = local(change, zone)
            for away in (-60, -30, 0, 15, 30, 60) if scheduled else (0,):
                edge = (datetime.combine(date(2000, 1, 2), wall.time()) + timedelta(minutes=away)).time()
                begins, ends = Window(WEEKDAYS, edge, time(12)), Window(WEEKDAYS, time(20), edge)
                for window, step in product((begins, ends), range(-8, 9)):
                    yield change + step * _QUARTER, zone, Schedule((window,))


def _clock_changes(zone: ZoneInfo) -> Iterator[datetime]:
    """Find the instants of some years at which the clock of a zone is changed, to the minute."""
    at, end = datetime(_YEARS[0], 1, 1, tzinfo=UTC), datetime(_YEARS[-1] + 1, 1, 1, tzinfo=UTC)
    while at < end:
        if local(at, zone).utcoffset() != local(at + _DAY, zone).utcoffset():
            low, high = at, at + _DAY
            while high - low > timedelta(minutes=1):
                middle = low + (high - low) / 2
                same = local(middle, zone).utcoffset() == local(low, zone).utcoffset()
                low, high = (middle, high) if same else (low, middle)
            yield high.replace(second=0, microsecond=0)
        at += _DAY
