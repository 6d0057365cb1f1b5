"""Hold what columns say of clocks and schedules to what the language says at each instant."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib.resources import files
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest

from notifyrules.language.moments import zone_keys
from notifyrules.language.schedules import WEEKDAYS, Schedule, Window, local_time
from notifyrules.language.types import MAX_INSTANT, MIN_INSTANT
from notifyrules.language.values import Value
from notifyrules.rules import Rules
from tests.charts import chart, rules_of
from tests.frames import by_columns, frame_of, walked

pytestmark = pytest.mark.slow

FACTS = "facts: {zone: timezone, hours: schedule, at: instant, by: time, until: instant, day: date}\n"
CONDITIONS = (
    "within(at, zone, hours)",
    "(window_end(at, zone, hours) ?? at) > until",
    "(window_start(at, zone, hours) ?? at) > until",
    "local_time(at, zone) >= by",
    "local_date(at, zone) > day",
    'weekday(at, zone) in ["mon", "fri", "sun"]',
)


def rules_for(condition: str) -> Rules:
    """Load a chart that asks one condition."""
    quoted = condition.replace("'", "''")
    return rules_of(chart(f'q: {{if: \'{quoted}\', then: "yes", else: "no"}}', facts=FACTS))


def schedule(chance: Random) -> Schedule:
    """Draw windows."""
    windows = []
    for _ in range(chance.randrange(4)):
        days = tuple(day for day in WEEKDAYS if chance.random() < 0.6) or ("mon",)
        from_, until = (
            datetime(2026, 1, 1, chance.choice((0, 1, 2, 3, 12, 23)), chance.choice((0, 30)), 0).time()  # noqa: DTZ001 - a wall time
            for _ in range(2)
        )
        windows.append(Window(days, from_, until))
    return Schedule(tuple(windows))


def instants(chance: Random, count: int) -> Iterator[datetime]:
    """Draw instants around one: most within two days, so that days are looked at as a whole."""
    middle = MIN_INSTANT + (MAX_INSTANT - MIN_INSTANT) * chance.random()
    for _ in range(count):
        at = middle + timedelta(microseconds=chance.randrange(48 * 3_600_000_000))
        yield min(chance.choice((at, at.replace(minute=0, second=0, microsecond=0))), MAX_INSTANT)


def facts(chance: Random, zone: str) -> Iterator[Mapping[str, Value]]:
    """Draw facts in a zone, with a schedule or two."""
    hours = [schedule(chance) for _ in range(2)]
    for at in instants(chance, 60):
        yield {
            "zone": ZoneInfo(zone),
            "hours": chance.choice(hours),
            "at": at,
            "by": datetime(2026, 1, 1, chance.randrange(24)).time(),  # noqa: DTZ001 - a wall time
            "until": min(at + timedelta(hours=chance.randrange(48)), MAX_INSTANT),
            "day": at.date(),
        }


@pytest.mark.parametrize("condition", CONDITIONS)
def test_clocks(condition: str) -> None:
    """At any time, in any zone, by any schedule, a frame is settled as its rows are walked."""
    rules, chance = rules_for(condition), Random(condition)  # noqa: S311 - no secret
    for zone in chance.sample(sorted(zone_keys()), 60):
        rows = list(facts(chance, zone))
        with by_columns():
            assert rules.decide_frame(frame_of(rules, rows))["reason"].to_list() == walked(rules, rows), zone


@pytest.mark.parametrize("condition", CONDITIONS)
@pytest.mark.parametrize(
    ("zone", "change"),
    [
        ("Europe/Berlin", datetime(2026, 10, 25)),  # noqa: DTZ001 - a day
        ("America/New_York", datetime(2026, 3, 8)),  # noqa: DTZ001 - a day
        ("Australia/Lord_Howe", datetime(2026, 4, 4)),  # noqa: DTZ001 - a day
        ("Pacific/Apia", datetime(2011, 12, 30)),  # noqa: DTZ001 - a day
        ("Africa/Monrovia", datetime(1972, 1, 6)),  # noqa: DTZ001 - a day
        ("America/Los_Angeles", datetime(1970, 1, 1)),  # noqa: DTZ001 - a day
        ("Pacific/Kiritimati", datetime(2199, 12, 30)),  # noqa: DTZ001 - a day
    ],
    ids=str,
)
def test_changes(condition: str, zone: str, change: datetime) -> None:
    """Around each quarter of an hour of days at which clocks change, first and last ones, all is told as it is."""
    rules, chance = rules_for(condition), Random(1)  # noqa: S311 - no secret
    hours = schedule(chance)
    rows = []
    for second in (second + less for second in range(0, 3 * 86_400, 900) for less in (0, -1)):
        at = change.replace(tzinfo=MIN_INSTANT.tzinfo) + timedelta(seconds=second)
        if MIN_INSTANT <= at <= MAX_INSTANT:
            given, until = next(facts(chance, zone)), min(at + timedelta(hours=5), MAX_INSTANT)
            by = local_time(at, ZoneInfo(zone))
            rows.append({**given, "at": at, "hours": hours, "by": by, "until": until, "day": change.date()})
    with by_columns():
        assert rules.decide_frame(frame_of(rules, rows))["reason"].to_list() == walked(rules, rows)


def test_one_change() -> None:
    """No zone changes its offset twice within two days of UTC, from 1970 on."""
    for key in zone_keys():
        data = files("tzdata").joinpath("zoneinfo", *key.split("/")).read_bytes()
        for _ in range(2):
            # The header of a file, twice: for times of four bytes, and then for times of eight.
            ends, standards, leaps, times, types, characters = struct.unpack(">6l", data[20:44])
            body, data = data[44:], data[44 + times * 5 + types * 6 + characters + leaps * 8 + standards + ends :]
        changes = [one for one in struct.unpack(f">{times}q", body[: 8 * times]) if one >= 0]

        assert all(later // 86_400 - one // 86_400 > 1 for one, later in pairwise(changes)), key
