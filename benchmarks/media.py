"""Measure what deciding for every medium costs, beside one decision of the same chart."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from benchmarks.deciding import again
from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race, ratio, typical
from notifyrules.compiled.media import Decisions
from notifyrules.graph.model import Media
from notifyrules.language.types import Enumeration, Type
from notifyrules.rules import Rules

_ROWS: Final = 5_000
_FACT: Final = "device.kind"
_MEDIA: Final = ("desktop", "mobile", "mail")
_OWN: Final = ("preferences.channel", "preferences.global", "device.past_push_threshold")
_ONE: Final = "one decision"


def with_media(rules: Rules) -> Rules:
    """Give Slack's chart three media, each with preferences of its own."""
    fact = rules.graph.facts[_FACT]
    kind = replace(fact, type=Type(Enumeration(_MEDIA, _MEDIA)))
    media = Media(_FACT, _MEDIA, _OWN, fact.span)
    return Rules(replace(rules.graph, facts={**rules.graph.facts, _FACT: kind}, media=media), rules.diagnostics)


def measure(subject: Subject, *, rounds: int) -> Table:
    """Measure the ways in which three media are decided for."""
    rules = with_media(subject.rules)

    def each(read: Callable[[Decisions], object], make: Callable[[Any], Sequence[Any]], name: str) -> Contender:
        """Decide for each medium; like all that are measured it has rules of its own."""
        own = again(rules)
        # The first call compiles the function, and puts it into its place.
        own.should_notify_each({})
        decide = own.should_notify_each
        return Contender(name, lambda given: read(decide(*given)), make)

    alone, three = again(rules).should_notify, again(rules).should_notify
    contenders = [
        Contender(_ONE, lambda given: alone(*given), lambda row: (nest(row),)),
        each(_nothing, lambda row: (_shared(row),), "each of three media"),
        each(_nothing, lambda row: _apart(row, 1), "each, a preference of its own for one"),
        each(_nothing, lambda row: _apart(row, 3), "each, three facts of its own for all"),
        each(lambda found: list(found.values()), lambda row: (_shared(row),), "each, and every decision taken"),
        Contender(
            "three decisions",
            lambda given: [three(one) for one in given],
            lambda row: [nest(row | {_FACT: medium}) for medium in _MEDIA],
        ),
    ]
    times = race(contenders, subject.rows(_ROWS), rounds)
    return Table(
        f"A decision for each medium of `{subject.name}`",
        [
            f"The chart with {len(_MEDIA)} media, from nested dicts; what differs is given in dicts beside them.",
            "Decisions are taken out of what is given when somebody asks for them; which media notify is told without.",
        ],
        ["", "time", f"to {_ONE}"],
        [[one.name, duration(typical(times, one.name)), multiple(ratio(times, one.name, _ONE))] for one in contenders],
    )


def _nothing(_: Decisions) -> None:
    """Read nothing of what was decided."""


def _shared(row: Mapping[str, object]) -> dict[str, object]:
    """Leave out the medium."""
    return nest({name: value for name, value in row.items() if name != _FACT})


def _apart(row: Mapping[str, object], count: int) -> Sequence[object]:
    """Give as many facts apart, for as many media."""
    return _shared(row), {medium: {name: row[name] for name in _OWN[-count:]} for medium in _MEDIA[:count]}
