"""
Hold weekly schedules: values of the type `schedule`.

What a schedule means on a given day in a given zone is worked out by :mod:`notifyrules.language.clock`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import time

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
"""The days of the week as the language calls them, in the order of `date.weekday`."""
MAX_WINDOWS = 100
"""Windows in a schedule."""

_RUN = 3
"""Days in a row from which on only the first and the last are written."""


@dataclass(frozen=True, slots=True)
class Window:
    """A stretch of time that comes back every week."""

    days: tuple[str, ...]
    """The days on which it starts, in the order of the week, without repetition and never empty."""
    from_: time
    """The wall time at which it begins, inside of it."""
    until: time
    """The wall time at which it ends, outside of it; of the next day where it is not later than `from_`."""

    def __str__(self) -> str:
        """Write the window for a reader, such as `mon-fri 22:00-07:00`."""
        days = "every day" if self.days == WEEKDAYS else " ".join(_runs(self.days))
        return f"{days} {write_time(self.from_)}-{write_time(self.until)}"


@dataclass(frozen=True, slots=True)
class Schedule:
    """What a list of weekly windows covers."""

    windows: tuple[Window, ...]
    """In the order given; they may overlap."""
    _hash: int = field(init=False, repr=False, compare=False)
    """Computed once: what a schedule means on a day is looked up by it at every decision."""

    def __post_init__(self) -> None:
        """Compute the hash."""
        object.__setattr__(self, "_hash", hash(self.windows))

    def __hash__(self) -> int:
        """Give the hash of the windows."""
        return self._hash

    def __reduce__(self) -> tuple[type[Schedule], tuple[tuple[Window, ...]]]:
        """Pickle the windows alone: hashes differ from process to process."""
        return Schedule, (self.windows,)

    def __str__(self) -> str:
        """Write the schedule for a reader, such as `[mon-fri 22:00-07:00, sat sun 21:00-09:00]`."""
        return f"[{', '.join(map(str, self.windows))}]"


def write_time(moment: time) -> str:
    """Write a wall time in its input form, with seconds only where it has some."""
    return moment.isoformat(timespec="seconds" if moment.second else "minutes")


def _runs(days: tuple[str, ...]) -> Iterator[str]:
    """Write days, long runs by their ends: `mon-fri`, `sat sun`."""
    places = [WEEKDAYS.index(day) for day in days]
    first = 0
    for at, place in enumerate(places):
        if at + 1 < len(places) and places[at + 1] == place + 1:
            continue
        run = days[first : at + 1]
        yield f"{run[0]}-{run[-1]}" if len(run) >= _RUN else " ".join(run)
        first = at + 1
