"""Look for cliffs: forms of values, and of facts, in which a decision costs much more than in the usual one."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum, StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

from benchmarks.deciding import again, plain
from benchmarks.forms import forms
from benchmarks.subjects import Subject, nest
from benchmarks.table import Table, duration, multiple
from benchmarks.timing import Contender, race, ratio, typical

STEEP: Final = 3
"""What is more than so many times the usual is a cliff."""
_ROWS: Final = 500
_USUAL: Final = "as usual"
_NOW: Final = datetime(2026, 11, 23, 20, 30, tzinfo=UTC)


class Kind(StrEnum):
    """A usual enumeration class."""

    CHAT = "chat"


class OldKind(str, Enum):  # noqa: UP042 - the form that there was before
    """An enumeration class as it was written before."""

    CHAT = "chat"


_HOURS: Final = {"days": ["mon", "tue"], "from": "22:00", "until": "07:00"}
VALUES: Final[Mapping[str, Mapping[str, object]]] = {
    "now": {
        "text": "2026-11-23T20:30:00Z",
        "text with an offset": "2026-11-23T21:30:00+01:00",
        "text with milliseconds": "2026-11-23T20:30:00.250Z",
        "text with a blank": "2026-11-23 20:30:00Z",
        "datetime of another zone": _NOW.astimezone(ZoneInfo("Asia/Tokyo")),
    },
    "message.text": {"not ASCII": "grüße an alle", "long": "x" * 5_000},
    "message.kind": {"member of a StrEnum": Kind.CHAT, "member of a str enumeration": OldKind.CHAT},
    "message.labels": {"tuple": ("deploy", "lunch"), "not ASCII": ["grüße", "lunch"], "empty": [], "long": ["x"] * 50},
    "user.timezone": {"ZoneInfo": ZoneInfo("Europe/Berlin"), "another": "America/New_York"},
    "user.quiet_hours": {
        "no days": [{"from": "22:00", "until": "07:00"}],
        "days as a tuple": [_HOURS | {"days": ("mon", "tue")}],
        "tuple": (_HOURS,),
        "times": [_HOURS | {"from": time(22), "until": time(7)}],
        "seven windows": [_HOURS | {"days": [day]} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")],
    },
    "user.muted_until": {"instant": _NOW - timedelta(hours=1), "text": "2026-11-23T19:30:00Z"},
    "user.patience": {"text": "1h", "text of two units": "1h30m", "negative": timedelta(minutes=-5)},
    "user.birthday": {"text": "2026-11-23"},
}
"""By fact the unusual forms of values of its type."""
PLAIN: Final[Mapping[str, object]] = {
    "now": _NOW,
    "message.text": "hello",
    "message.sent_at": _NOW,
    "message.labels": ["deploy", "lunch"],
    "message.kind": "chat",
    "sender.name": "ann",
    "user.timezone": "Europe/Berlin",
    "user.quiet_hours": [_HOURS],
    "user.words": [],
    "user.muted_until": None,
    "user.patience": timedelta(hours=1),
    "user.birthday": date(2026, 11, 24),
}


JSON_VALUES: Final[Mapping[str, Mapping[str, object]]] = {
    "now": {
        "with Z": "2026-11-23T20:30:00Z",
        "with an offset": "2026-11-23T21:30:00+01:00",
        "with milliseconds": "2026-11-23T20:30:00.250Z",
        "with microseconds": "2026-11-23T20:30:00.250000+00:00",
        "with a blank": "2026-11-23 20:30:00Z",
    },
    "message.text": {"not ASCII": "grüße an alle", "with marks": 'she said "hello"\n\\o/', "long": "x" * 5_000},
    "message.labels": {"not ASCII": ["grüße", "lunch"], "empty": [], "long": ["x"] * 50},
    "user.timezone": {"another": "America/New_York"},
    "user.quiet_hours": {
        "no days": [{"from": "22:00", "until": "07:00"}],
        "with seconds": [_HOURS | {"from": "22:00:00"}],
        "seven windows": [_HOURS | {"days": [day]} for day in ("mon", "tue", "wed", "thu", "fri", "sat", "sun")],
    },
    "user.muted_until": {"instant": "2026-11-23T19:30:00Z"},
    "user.patience": {"of two units": "1h30m", "negative": "-5m"},
}
"""By fact the unusual forms of values in JSON."""
_FOREIGN: Final = {"trace": "4bf92f35"}


def measure(subject: Subject, *, rounds: int) -> Table:
    """
    Measure a decision of the chart of quiet hours with one value, or all facts, in each form.

    Returns:
        All forms, the dearest first; those that are a cliff are named above.
    """
    return _table(f"Forms of values and facts of `{subject.name}`", _measured(_contenders(subject), rounds))


def measure_json(subject: Subject, *, rounds: int) -> Table:
    """Measure like :func:`measure` what is given as JSON in bytes."""
    return _table(
        f"Forms of values and facts of `{subject.name}` in JSON", _measured(_json_contenders(subject), rounds)
    )


def _table(title: str, measured: Iterator[tuple[float, str, float]]) -> Table:
    found = sorted(measured, reverse=True)
    steep = [name for times, name, _ in found if times > STEEP]
    told = (
        f"More than {STEEP} times the usual: {', '.join(steep)}."
        if steep
        else f"None is more than {STEEP} times the usual."
    )
    return Table(
        title,
        ["One value, or all facts, in another form than usual, against the same decision with all as usual.", told],
        ["", "a decision", "to the usual"],
        [[name, duration(time), multiple(times)] for times, name, time in found],
    )


def _measured(contenders: Iterator[Contender], rounds: int) -> Iterator[tuple[float, str, float]]:
    """Measure contenders, each beside the first."""
    rows: Sequence[Any] = [dict(PLAIN)] * _ROWS
    usual = next(contenders)
    for contender in contenders:
        times = race([usual, contender], rows, rounds)
        yield ratio(times, contender.name, _USUAL), contender.name, typical(times, contender.name)


def _json_contenders(subject: Subject) -> Iterator[Contender]:
    def contender(
        name: str, facts: Mapping[str, object], *, escaped: bool = False, indent: int | None = None
    ) -> Contender:
        data = json.dumps(facts, default=plain, ensure_ascii=escaped, indent=indent).encode()
        return Contender(name, again(subject.rules).decide_json, lambda _: bytes(bytearray(data)))

    whole = nest(PLAIN)
    yield contender(_USUAL, whole)
    for fact, others in JSON_VALUES.items():
        for form, value in others.items():
            yield contender(f"`{fact}`: {form}", nest({**PLAIN, fact: value}))
    yield contender("a text that is not ASCII, escaped", nest({**PLAIN, "message.text": "grüße"}), escaped=True)
    yield contender("on many lines", whole, indent=2)
    yield contender("the last fact first", nest(dict(reversed(list(PLAIN.items())))))
    yield contender("dotted", PLAIN)
    required = ("now", "message.sent_at")
    yield contender("all defaults left out", nest({name: PLAIN[name] for name in required}))
    text = json.dumps(whole, default=plain)
    yield Contender("as text", again(subject.rules).decide_json, lambda _: f"{text} ")
    ignoring, foreign = again(subject.rules).decide_json, json.dumps(whole | _FOREIGN, default=plain).encode()
    yield Contender("a foreign key ignored", lambda data: ignoring(data, "ignore"), lambda _: foreign)


def _contenders(subject: Subject) -> Iterator[Contender]:
    yield Contender(_USUAL, again(subject.rules).should_notify, nest)
    for fact, others in VALUES.items():
        for form, value in others.items():
            given = {**PLAIN, fact: value}
            yield Contender(
                f"`{fact}`: {form}",
                again(subject.rules).should_notify,
                lambda _, given=given: nest(given),  # type: ignore[misc]
            )
    for name, make in forms(subject.rules).items():
        yield Contender(name, again(subject.rules).should_notify, make)
