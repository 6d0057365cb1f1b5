"""Write values back, for people, for facts files and as JSON."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from notifyrules.language.schedules import WEEKDAYS, Schedule, Window, write_time
from notifyrules.language.types import spell_value
from notifyrules.language.values import Value


def write(value: Value) -> str:
    """Write a value in its input form, as a person reads it: text without quotes, bools as yes and no."""
    match value:
        case None:
            return "null"
        case bool():
            return "yes" if value else "no"
        case str():
            return value
        case tuple():
            return "[" + ", ".join(write_literal(item) for item in value) + "]"
        case Schedule():
            return str(value)
        case _:
            return str(to_plain(value))


def write_literal(value: Value) -> str:
    """Write a value as a facts file or `--set` would hold it: bools as true and false, odd texts quoted."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return spell_value(value)
        case _:
            return write(value)


def to_plain(value: Value) -> object:
    """Convert a value to what JSON can hold; :func:`conform` reads it back to the same value."""
    match value:
        case datetime():
            return value.isoformat().replace("+00:00", "Z")
        case time():
            return write_time(value)
        case timedelta():
            return _write_duration(value)
        case ZoneInfo():
            return value.key
        case Schedule(windows):
            return [_plain_window(window) for window in windows]
        case tuple():
            return [to_plain(item) for item in value]
        case _:
            return value


def _plain_window(window: Window) -> dict[str, object]:
    """Convert a window to its input form, which needs no days where it means every day."""
    days = {} if window.days == WEEKDAYS else {"days": list(window.days)}
    return {**days, "from": write_time(window.from_), "until": write_time(window.until)}


def _write_duration(length: timedelta) -> str:
    """Write a duration in its largest units, days at the most."""
    rest = abs(length) // timedelta(microseconds=1)
    parts: list[str] = []
    for unit, size in (
        ("d", 86_400_000_000),
        ("h", 3_600_000_000),
        ("m", 60_000_000),
        ("s", 1_000_000),
        ("ms", 1_000),
        ("us", 1),
    ):
        amount, rest = divmod(rest, size)
        if amount:
            parts.append(f"{amount}{unit}")
    return ("-" if length < timedelta(0) else "") + ("".join(parts) or "0s")
