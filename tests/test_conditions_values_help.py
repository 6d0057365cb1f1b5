"""
Tell what was meant by a value that its type does not hold.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from enum import Enum

import pytest

from notifyrules.conditions.misfits import Mismatch
from notifyrules.conditions.types import (
    BOOL,
    DURATION,
    INSTANT,
    INT,
    SCHEDULE,
    TEXT,
    TIME,
    TIMEZONE,
    Basic,
    Enumeration,
    ListOf,
    Type,
)
from notifyrules.conditions.values import conform

CHANNELS = Type(ListOf(Enumeration(("push", "badge", "email"))))
TEXTS = Type(ListOf(Basic.TEXT))


class Kind(Enum):
    """
    A class of members that are no texts.
    """

    DM = "dm"


def refuse(wanted: Type, given: object) -> Mismatch:
    """
    Give what is said of a value that its type does not hold.
    """
    with pytest.raises(Mismatch) as refused:
        conform(wanted, given)
    return refused.value


class TestHelp:
    @pytest.mark.parametrize(
        ("wanted", "given", "advice"),
        [
            (BOOL, 1, "write true or false"),
            (BOOL, 0, "write true or false"),
            (BOOL, 2, ""),
            (BOOL, "Yes", "write true or false, without quotes"),
            (INT, "5", "write the number without quotes"),
            (TEXT, Kind.DM, "give its `.value`, or derive the class from `StrEnum`"),
            (Type(Enumeration(("dm", "group"))), Kind.DM, "give its `.value`, or derive the class from `StrEnum`"),
            (Type(Enumeration(("dm", "group"))), "grup", "did you mean `group`?"),
            (TEXTS, {"a"}, "give a list, such as `sorted(...)` makes of it"),
            (TEXTS, "a", "put it into a list"),
            (TIME, "9:00", "write two digits for the hour, such as `09:00`"),
            (SCHEDULE, {"from": "22:00", "until": "07:00"}, "put it into a list"),
        ],
        ids=lambda value: repr(value) if not isinstance(value, Type) else "",
    )
    def test_a_usual_slip_is_told_with_its_way_out(self, wanted: Type, given: object, advice: str) -> None:
        """
        What people write for a bool, a number, an enumeration, a list, a time is known.
        """
        assert refuse(wanted, given).help == advice

    @pytest.mark.parametrize(
        ("given", "advice"),
        [
            (datetime(2026, 11, 23, 22), "give it a `tzinfo`, such as `datetime.UTC`"),  # noqa: DTZ001 - the slip
            ("2026-11-23", "add the time and its offset from UTC, such as `T22:00:00+01:00`"),
            (
                "2026-11-23T22:00:00",
                "add the offset from UTC: `2026-11-23T22:00:00Z` or `2026-11-23T22:00:00+01:00`",
            ),
            (
                "2026-11-23 22:00",
                "add the offset from UTC: `2026-11-23T22:00:00Z` or `2026-11-23T22:00:00+01:00`",
            ),
            ("2026-11-23T22:00Z", "write `2026-11-23T22:00:00Z`"),
            ("2026-11-23T22:00:00+0100", "write `2026-11-23T22:00:00+01:00`"),
            ("2026-11-23T22:00:00.5+01", "write `2026-11-23T22:00:00.5+01:00`"),
            ("2026-02-30T22:00Z", ""),
            (1795471200, "if it is a Unix time in seconds, write `2026-11-23T22:00:00Z`"),
            (1795471200.25, "if it is a Unix time in seconds, write `2026-11-23T22:00:00Z`"),
            (1795471200000, "if it is a Unix time in milliseconds, write `2026-11-23T22:00:00Z`"),
            ("1795471200", "if it is a Unix time in seconds, write `2026-11-23T22:00:00Z`"),
            (10**400, ""),
            (float("nan"), ""),
            (-1, ""),
            (True, ""),
            ("tomorrow", ""),
        ],
        ids=repr,
    )
    def test_an_instant_is_spelt_out(self, given: object, advice: str) -> None:
        """
        Seconds, offset and Unix times are shown in the form that is read; help is never wrong itself.
        """
        assert refuse(INSTANT, given).help == advice

    @pytest.mark.parametrize(
        ("given", "advice"),
        [
            (15, "say in which unit, such as `15m` or `15s`"),
            ("15", "say in which unit, such as `15m` or `15s`"),
            ("1.5h", "write `1h30m`"),
            ("1 hour", "write `1h`"),
            ("1 Hour, 30 minutes", "write `1h30m`"),
            ("30m1h", "write `1h30m`"),
            ("90 min", "write `1h30m`"),
            ("1 fortnight", ""),
            ("999999999 weeks", ""),
            ("", ""),
            ("x" * 100_000, ""),
        ],
        ids=lambda value: repr(value)[:20],
    )
    def test_a_duration_is_spelt_out(self, given: object, advice: str) -> None:
        """
        What a person understands as a duration is shown in the form that is read.
        """
        assert refuse(DURATION, given).help == advice

    @pytest.mark.parametrize(
        ("given", "found", "advice"),
        [
            (UTC, "a fixed offset from UTC", 'give `ZoneInfo("UTC")` or the text `UTC`'),
            (
                timezone(timedelta(hours=1)),
                "a fixed offset from UTC",
                'name the zone, such as `ZoneInfo("Europe/Berlin")`',
            ),
            ("Europe/Berln", 'the text "Europe/Berln"', "did you mean `Europe/Berlin`?"),
        ],
        ids=["UTC", "an hour", "misspelt"],
    )
    def test_a_zone_has_a_name(self, given: object, found: str, advice: str) -> None:
        """
        A fixed offset knows no summer, so it is no zone.
        """
        mismatch = refuse(TIMEZONE, given)

        assert (mismatch.found, mismatch.help) == (found, advice)

    def test_a_set_is_told_from_a_list(self) -> None:
        """
        A set is not called a list.
        """
        assert refuse(TEXTS, {"a"}).found == "a set, which has no order"


class TestSeveral:
    def test_every_unfit_item_is_told(self) -> None:
        """
        One message names all, each with the word that was meant.
        """
        mismatch = refuse(CHANNELS, ["psuh", "push", "emial"])

        assert mismatch.found == 'the text "psuh" as item 1, the text "emial" as item 3'
        assert mismatch.help == "did you mean `push`, did you mean `email`?"

    def test_the_same_help_is_told_once(self) -> None:
        """
        What helps one item helps the others.
        """
        assert refuse(Type(ListOf(Basic.INT)), ["1", 2, "3"]).help == "write the number without quotes"

    def test_of_very_many_the_first_are_told(self) -> None:
        """
        Five are enough to see what is wrong.
        """
        mismatch = refuse(TEXTS, list(range(10_000)))

        assert mismatch.found == ", ".join(f"the number {one} as item {one + 1}" for one in range(5)) + ", and more"

    def test_every_unfit_window_is_told_with_what_is_expected(self) -> None:
        """
        Windows that are wrong in different ways are all told.
        """
        windows = [{"from": "22:00"}, {"from": "9:00", "until": "10:00"}, {"from": "a", "until": "b"}]

        assert str(refuse(SCHEDULE, windows)) == (
            'expected a window such as `{days: [mon, tue], from: "22:00", until: "07:00"}`, '
            "found no `until` in window 1; expected a time such as `22:00`, "
            'found the text "9:00" as `from` of window 2, the text "a" as `from` of window 3'
        )
