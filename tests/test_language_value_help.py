"""Tell what was meant by a value that its type does not hold."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import Enum, IntEnum
from fractions import Fraction
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
import pytz
from dateutil import tz
from django.utils.functional import SimpleLazyObject  # type: ignore[import-untyped]

from notifyrules.language.mismatch import Mismatch
from notifyrules.language.types import (
    BOOL,
    DATE,
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
from notifyrules.language.values import conform

CHANNELS = Type(ListOf(Enumeration(("push", "badge", "email"))))
TEXTS = Type(ListOf(Basic.TEXT))


class Kind(Enum):
    """A class of members that are no texts."""

    DM = "dm"


class Level(IntEnum):
    """A class of members that are numbers, whose names are the values."""

    DM = 1


ENUMERATION = Type(Enumeration(("dm", "group")))
TRUE = np.bool_(1)
BLANK = "leave the fact out where there is no value, or give null where the type has it"
DAY = 'say when on that day and where: `datetime.combine(day, time(9), tzinfo=ZoneInfo("Europe/Berlin"))`'
UNIT = "say in which unit, such as `15m` or `15s`"
UNIX = "if it is a Unix time in seconds, write `2026-11-23T22:00:00Z`"
SMALLER = "numbers are whole: count in a smaller unit, such as cents or percent"
WHOLE = "give `int(...)` of it, if it is meant to be whole"
MEMBER = "give its `.value`, or derive the class from `StrEnum`"
NAIVE = "give it a `tzinfo`, such as `datetime.UTC`"
ZONE = 'name the zone, such as `ZoneInfo("Europe/Berlin")`'


def refuse(wanted: Type, given: object) -> Mismatch:
    """Give what is said of a value that its type does not hold."""
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
            (DATE, "2026-1-5", "write two digits for month and day: `2026-01-05`"),
            (DATE, "2026/11/28", "write two digits for month and day: `2026-11-28`"),
            (DATE, "28.11.2026", "write year, month and day, such as `2026-11-28`"),
            (DATE, "20261128", "write year, month and day, such as `2026-11-28`"),
            (DATE, "2026-11-28T22:00:00Z", "write the day alone, such as `2026-11-28`"),
            (
                DATE,
                datetime(2026, 11, 28, tzinfo=UTC),
                "give its `.date()`, in the time zone that is meant",
            ),
            (DATE, "tomorrow", ""),
            (TIME, "9:00", "write two digits for the hour, such as `09:00`"),
            (SCHEDULE, {"from": "22:00", "until": "07:00"}, "put it into a list"),
        ],
        ids=lambda value: repr(value) if not isinstance(value, Type) else "",
    )
    def test_a_usual_slip_is_told_with_its_way_out(self, wanted: Type, given: object, advice: str) -> None:
        """What people write for a bool, a number, an enumeration, a list, a time is known."""
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
            (float("nan"), BLANK),
            (-1, ""),
            (True, ""),
            ("tomorrow", ""),
        ],
        ids=repr,
    )
    def test_an_instant_is_spelt_out(self, given: object, advice: str) -> None:
        """Seconds, offset and Unix times are shown in the form that is read; help is never wrong itself."""
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
        """What a person understands as a duration is shown in the form that is read."""
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
        """A fixed offset knows no summer, so it is no zone."""
        mismatch = refuse(TIMEZONE, given)

        assert (mismatch.found, mismatch.help) == (found, advice)

    def test_a_set_is_told_from_a_list(self) -> None:
        """A set is not called a list."""
        assert refuse(TEXTS, {"a"}).found == "a set, which has no order"


class TestSeveral:
    def test_every_unfit_item_is_told(self) -> None:
        """One message names all, each with the word that was meant."""
        mismatch = refuse(CHANNELS, ["psuh", "push", "emial"])

        assert mismatch.found == 'the text "psuh" as item 1, the text "emial" as item 3'
        assert mismatch.help == "did you mean `push`, did you mean `email`?"

    def test_the_same_help_is_told_once(self) -> None:
        """What helps one item helps the others."""
        assert refuse(Type(ListOf(Basic.INT)), ["1", 2, "3"]).help == "write the number without quotes"

    def test_of_very_many_the_first_are_told(self) -> None:
        """Five are enough to see what is wrong."""
        mismatch = refuse(TEXTS, list(range(10_000)))

        assert mismatch.found == ", ".join(f"the number {one} as item {one + 1}" for one in range(5)) + ", and more"

    def test_every_unfit_window_is_told_with_what_is_expected(self) -> None:
        """Windows that are wrong in different ways are all told."""
        windows = [{"from": "22:00"}, {"from": "9:00", "until": "10:00"}, {"from": "a", "until": "b"}]

        assert str(refuse(SCHEDULE, windows)) == (
            'expected a window such as `{days: [mon, tue], from: "22:00", until: "07:00"}`, '
            "found no `until` in window 1; expected a time such as `22:00`, "
            'found the text "9:00" as `from` of window 2, the text "a" as `from` of window 3'
        )


class TestOtherTypes:
    @pytest.mark.parametrize(
        ("wanted", "given", "found", "advice"),
        [
            (BOOL, TRUE, "an object of the type `numpy.bool`", "give `.item()` of it"),
            (BOOL, np.int64(1), "an object of the type `numpy.int64`", "write true or false"),
            (INT, np.int64(3), "an object of the type `numpy.int64`", "give `.item()` of it"),
            (INT, TRUE, "an object of the type `numpy.bool`", ""),
            (INT, np.float64(3.5), "the number 3.5 of the type `numpy.float64`", SMALLER),
            (INT, 3.0, "the number 3.0", SMALLER),
            (INT, Decimal(3), "an object of the type `decimal.Decimal`", WHOLE),
            (INT, Fraction(3), "an object of the type `fractions.Fraction`", WHOLE),
            (INT, Decimal("sNaN"), "an object of the type `decimal.Decimal`", BLANK),
            (
                DURATION,
                Decimal(3),
                "an object of the type `decimal.Decimal`",
                "say in which unit, such as `15m` or `15s`",
            ),
            (DURATION, np.int64(3), "an object of the type `numpy.int64`", UNIT),
            (
                DURATION,
                np.timedelta64(5, "m"),
                "an object of the type `numpy.timedelta64`",
                'give `.astype("timedelta64[us]").item()` of it',
            ),
            (DURATION, pd.Timedelta("5ns"), "a duration finer than a microsecond", "round it to microseconds"),
            (INSTANT, Decimal("1795471200.5"), "an object of the type `decimal.Decimal`", UNIX),
            (INSTANT, np.int64(1795471200), "an object of the type `numpy.int64`", UNIX),
            (INSTANT, date(2026, 11, 23), "a day", DAY),
            (
                INSTANT,
                pd.Timestamp("2026-11-23 22:00"),
                "a date and time of the type `pandas.Timestamp` without an offset",
                NAIVE,
            ),
            (
                INSTANT,
                pd.Timestamp("2026-11-23T22:00:00.000000001Z"),
                "an instant finer than a microsecond",
                "round it to microseconds",
            ),
            (
                INSTANT,
                np.datetime64("2026-11-23T22:00", "ns"),
                "an object of the type `numpy.datetime64`",
                'give `.astype("datetime64[us]").item()` of it with a `tzinfo`, such as `datetime.UTC`',
            ),
            (INSTANT, pd.NaT, "a missing value of the type `pandas.api.typing.NaTType`", BLANK),
            (BOOL, pd.NA, "a missing value of the type `pandas.api.typing.NAType`", BLANK),
            (TEXT, float("nan"), "the number nan", BLANK),
            (TEXT, b"x", "bytes", "decode it first, as `.decode()` does"),
            (TEXT, str, "the class `str`", ""),
            (TEXT, SimpleNamespace(), "an object of the type `types.SimpleNamespace`", ""),
            (TIME, datetime(2026, 11, 23, 22, tzinfo=UTC), "a date and time", "give its `.time()`"),
            (
                TIMEZONE,
                pytz.timezone("Europe/Berlin"),
                "a time zone of the type `pytz.tzfile.Europe/Berlin`",
                "give `str(...)` of it, which is `Europe/Berlin`",
            ),
            (TIMEZONE, "new york", 'the text "new york"', "write `America/New_York`"),
            (TIMEZONE, "Nowhere", 'the text "Nowhere"', ""),
            (TIMEZONE, pytz.utc, "a time zone of the type `pytz.UTC`", "give `str(...)` of it, which is `UTC`"),
            (TIMEZONE, tz.UTC, "a time zone of the type `dateutil.tz.tz.tzutc`", ZONE),
            (TEXTS, np.array(["a"]), "an object of the type `numpy.ndarray`", "give `.tolist()` of it"),
            (TEXTS, pd.Series(["a"]), "an object of the type `pandas.Series`", "give `.tolist()` of it"),
            (
                TEXTS,
                {"a": 1}.keys(),
                "an object of the type `dict_keys`",
                "give a list, such as `list(...)` makes of it",
            ),
            (ENUMERATION, Level.DM, f"the number 1 of the type `{__name__}.Level`", "give its `.name.lower()`"),
            (
                INT,
                Kind.DM,
                f"the member DM of the class `{__name__}.Kind`",
                "give its `.value`, or derive the class from `StrEnum`",
            ),
        ],
        ids=lambda value: f"{type(value).__name__} {value}"[:50] if not isinstance(value, Type) else str(value),
    )
    def test_are_told_by_their_name_with_the_way_out(
        self, wanted: Type, given: object, found: str, advice: str
    ) -> None:
        """What numpy, pandas, decimals and other zones hold is never taken for something that it is not."""
        mismatch = refuse(wanted, given)

        assert (mismatch.found, mismatch.help) == (found, advice)

    @pytest.mark.parametrize(
        ("wanted", "given", "way_out"),
        [
            (BOOL, TRUE, TRUE.item()),
            (INT, np.int64(3), np.int64(3).item()),
            (DURATION, np.timedelta64(5, "m"), np.timedelta64(5, "m").astype("timedelta64[us]").item()),
            (
                INSTANT,
                np.datetime64("2026-11-23T22:00", "ns"),
                np.datetime64("2026-11-23T22:00", "ns").astype("datetime64[us]").item().replace(tzinfo=UTC),
            ),
            (INSTANT, pd.Timestamp("2026-11-23 22:00"), pd.Timestamp("2026-11-23 22:00").replace(tzinfo=UTC)),
            (TIMEZONE, pytz.timezone("Europe/Berlin"), str(pytz.timezone("Europe/Berlin"))),
            (TEXTS, np.array(["a"]), np.array(["a"]).tolist()),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_the_way_out_is_one(self, wanted: Type, given: object, way_out: object) -> None:
        """What the help says to give is then read."""
        refuse(wanted, given)

        conform(wanted, way_out)

    @pytest.mark.parametrize(
        ("wanted", "given", "value"),
        [
            (INSTANT, pd.Timestamp("2026-11-23 22:00", tz="UTC"), datetime(2026, 11, 23, 22, tzinfo=UTC)),
            # Both occurrences of the hour that is repeated.
            (
                INSTANT,
                pd.Timestamp("2026-10-25 00:30", tz="UTC").tz_convert("Europe/Berlin"),
                datetime(2026, 10, 25, 0, 30, tzinfo=UTC),
            ),
            (
                INSTANT,
                pd.Timestamp("2026-10-25 01:30", tz="UTC").tz_convert("Europe/Berlin"),
                datetime(2026, 10, 25, 1, 30, tzinfo=UTC),
            ),
            (
                INSTANT,
                pytz.timezone("Europe/Berlin").localize(datetime(2026, 11, 23, 23)),  # noqa: DTZ001 - as pytz wants it
                datetime(2026, 11, 23, 22, tzinfo=UTC),
            ),
            (DURATION, pd.Timedelta("5min"), timedelta(minutes=5)),
            (TEXT, np.str_("x"), "x"),
            (ENUMERATION, np.str_("dm"), "dm"),
        ],
        ids=lambda value: type(value).__name__,
    )
    def test_those_derived_from_plain_ones_are_read(self, wanted: Type, given: object, value: object) -> None:
        """What is a datetime, a duration or a text by its class counts as one, and comes out as Python's own."""
        read = conform(wanted, given)

        assert read == value
        assert type(read) is type(value)

    def test_one_that_only_passes_for_a_value_is_told(self) -> None:
        """An object that says it is a text, and is none, is an error about the value, in a list as well."""
        lazy = SimpleLazyObject(lambda: "Ann")

        for wanted, given in ((TEXT, lazy), (TEXTS, ["Bo", lazy])):
            with pytest.raises(Mismatch, match=r"SimpleLazyObject` that cannot be read \(TypeError\)") as caught:
                conform(wanted, given)

            assert caught.value.help == "give what it stands for, as a plain value"
