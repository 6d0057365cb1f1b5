"""
List the functions of the language: what they take, what they give, and what they compute.

Each is total: no value of its parameters' types makes it raise.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from operator import attrgetter
from types import MappingProxyType

from notifyrules.language import schedules
from notifyrules.language.glob_matching import has_glob_word, matches
from notifyrules.language.types import (
    BOOL,
    DATE,
    INSTANT,
    INT,
    MAX_DATE,
    MIN_DATE,
    SCHEDULE,
    TEXT,
    TIME,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.language.values import Value
from notifyrules.language.word_matching import has_word

_TEXTS = Type(ListOf(Basic.TEXT))
_ANY_LIST = Type(ListOf(None))


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of a function."""

    name: str
    types: tuple[Type, ...]
    """The types it takes; a list without an item type stands for every list."""


@dataclass(frozen=True, slots=True)
class Function:
    """A function of the language."""

    name: str
    parameters: tuple[Parameter, ...]
    result: Type
    compute: Callable[..., Value]
    about: str
    """What it tells, in one sentence."""
    example: str
    """A condition that is true; of `now`, `user.timezone` and `user.quiet_hours` it holds on a weekday's night."""
    gives: range | None = None
    """The ints that it gives; None for all, and for other values."""
    also: Function | None = None
    """The same with other arguments."""

    @property
    def forms(self) -> tuple[Function, ...]:
        """The function with each choice of parameters."""
        return (self,) if self.also is None else (self, self.also)

    @property
    def signature(self) -> str:
        """The function with its parameters' types, as documentation and messages show it."""
        parameters = ", ".join(f"{one.name}: {describe_types(one.types)}" for one in self.parameters)
        return f"{self.name}({parameters}) -> {self.result}"


def describe_types(types: tuple[Type, ...]) -> str:
    """Spell the types that a parameter takes."""
    return " or ".join("list" if one == _ANY_LIST else str(one) for one in types)


def _before(text: str, separator: str) -> str:
    """Cut a text at the first separator; an empty separator is found at once."""
    at = text.find(separator)
    return text if at < 0 else text[:at]


def _after(text: str, separator: str) -> str:
    """Give what stands behind the first separator, or nothing."""
    at = text.find(separator)
    return "" if at < 0 else text[at + len(separator) :]


def _text(name: str) -> Parameter:
    return Parameter(name, (TEXT,))


def _list(name: str) -> Parameter:
    return Parameter(name, (_ANY_LIST,))


def _part(name: str, gives: range, about: str, example: str) -> Function:
    return Function(name, (_DATE,), INT, attrgetter(name.removesuffix("_of")), about, example, gives)


_DATE = Parameter("date", (DATE,))
_WEEKDAY = Type(Enumeration(schedules.WEEKDAYS))
_CLOCK = (Parameter("instant", (INSTANT,)), Parameter("zone", (TIMEZONE,)))
_CALENDAR = (*_CLOCK, Parameter("schedule", (SCHEDULE,)))

_ALL = (
    Function(
        *("len", (Parameter("value", (TEXT, _ANY_LIST)),), INT, len),
        *("Counts the code points of a text or the items of a list.", 'len("héllo") == 5'),
    ),
    Function("lower", (_text("text"),), TEXT, str.lower, "Gives the text in lower case.", 'lower("Ada") == "ada"'),
    Function(
        *("starts_with", (_text("text"), _text("start")), BOOL, str.startswith),
        *("Tells whether the text begins so, exactly.", 'starts_with("system_join", "system_")'),
    ),
    Function(
        *("ends_with", (_text("text"), _text("end")), BOOL, str.endswith),
        *("Tells whether the text ends so, exactly.", 'ends_with("ada@example.org", ".org")'),
    ),
    Function(
        *("contains", (_text("text"), _text("part")), BOOL, str.__contains__),
        *("Tells whether the part stands anywhere in the text, exactly.", 'contains("redeploy", "deploy")'),
    ),
    Function(
        *("overlaps", (_list("left"), _list("right")), BOOL, lambda left, right: not set(left).isdisjoint(right)),
        *("Tells whether two lists share an item.", "overlaps([1, 2], [2, 3])"),
    ),
    Function(
        *("contains_all", (_list("whole"), _list("part")), BOOL, lambda whole, part: set(part) <= set(whole)),
        *("Tells whether every item of the second list is in the first.", "contains_all([1, 2, 3], [3, 1])"),
    ),
    Function(
        *("matches", (_text("text"), _text("glob")), BOOL, matches),
        "Tells whether a glob (`*` any text within a line, `?` one code point) covers the whole text, "
        "whatever the case, as Matrix compares.",
        'matches("m.room.member", "M.room.*")',
    ),
    Function(
        *("has_word", (_text("text"), Parameter("words", (TEXT, _TEXTS))), BOOL, has_word),
        "Tells whether a word, or one of a list of words, stands in the text on its own, whatever the case, "
        "as people mean it.",
        'has_word("Deploy now!", ["deploy", "release"])',
    ),
    Function(
        *("has_glob_word", (_text("text"), _text("glob")), BOOL, has_glob_word),
        "Tells whether a glob covers a stretch of the text that begins and ends inside of no word, "
        "whatever the case, as Matrix compares.",
        'has_glob_word("ask ada_42 again", "ada*")',
    ),
    Function(
        *("before", (_text("text"), _text("separator")), TEXT, _before),
        "Gives the text before the first separator; without one, the whole text.",
        'before("ada@example.org", "@") == "ada"',
    ),
    Function(
        *("after", (_text("text"), _text("separator")), TEXT, _after),
        "Gives the text behind the first separator; without one, the empty text.",
        'after("ada@example.org", "@") == "example.org"',
    ),
    Function(
        *("within", _CALENDAR, BOOL, schedules.within),
        "Tells whether a window of the schedule is open at the instant in the zone; `from` is inside, `until` outside.",
        "within(now, user.timezone, user.quiet_hours)",
    ),
    Function(
        *("window_end", _CALENDAR, Type(Basic.INSTANT, nullable=True), schedules.window_end),
        "Gives the instant at which the schedule closes, windows that adjoin or overlap being one; "
        "null where no window is open.",
        "window_end(now, user.timezone, user.quiet_hours) is not null",
    ),
    Function(
        *("window_start", _CALENDAR, Type(Basic.INSTANT, nullable=True), schedules.window_start),
        "Gives the instant at which the schedule next opens; null where a window is open, or where none ever opens.",
        "window_start(now, user.timezone, user.quiet_hours) is null",
    ),
    Function(
        *("local_time", _CLOCK, TIME, schedules.local_time),
        "Gives the wall time of the instant in the zone, in whole seconds: what is finer is cut off.",
        "local_time(now, user.timezone) >= 22:00",
    ),
    Function(
        *("weekday", _CLOCK, _WEEKDAY, schedules.weekday),
        *("Gives the day of the week of the instant in the zone.", 'weekday(now, user.timezone) not in ["sat", "sun"]'),
        also=Function(
            *("weekday", (_DATE,), _WEEKDAY, schedules.weekday_of),
            *("Gives the day of the week of the date.", 'weekday(2026-12-24) == "thu"'),
        ),
    ),
    Function(
        *("local_date", _CLOCK, DATE, schedules.local_date),
        *("Gives the day that it is at the instant in the zone.", "local_date(now, user.timezone) < 2026-12-24"),
    ),
    Function(
        *("instant_at", (_DATE, Parameter("time", (TIME,)), _CLOCK[1]), INSTANT, schedules.instant_at),
        "Gives the instant at which the clock of the zone first shows the time on that day, "
        "or jumps over it; held to the range of instants.",
        "now > instant_at(local_date(now, user.timezone), 22:00, user.timezone)",
    ),
    _part("day_of", range(1, 32), "Gives the day of the month.", "day_of(2026-12-24) == 24"),
    _part("month_of", range(1, 13), "Gives the month, from 1 to 12.", "month_of(2026-12-24) == 12"),
    _part("year_of", range(MIN_DATE.year, MAX_DATE.year + 1), "Gives the year.", "year_of(2026-12-24) == 2026"),
)

FUNCTIONS: Mapping[str, Function] = MappingProxyType({function.name: function for function in _ALL})
"""Every function by its name."""
