"""Write names, values and sentences as plain text that no terminal takes for anything else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from notifyrules.diagnostics.visible import cells, visible
from notifyrules.evaluation.record import Record
from notifyrules.graph.model import Notify
from notifyrules.language.schedules import Schedule
from notifyrules.language.value_writing import write_literal
from notifyrules.language.values import Value

COLUMNS: Final = 80
"""Lines are broken to be no longer than this, where they have a blank to break at."""

_MIN_COLUMNS: Final = 24
_TEXT_SHOWN: Final = 60
_ITEMS_SHOWN: Final = 12
_BLANKS = re.compile(r"[ \t\r\n]+")

HEADLINES: Final[Mapping[Notify, str]] = {
    Notify.YES: "Notified",
    Notify.NO: "Not notified",
    Notify.LATER: "Not notified yet",
    Notify.UNSAID: "Answered",
}


def printable(text: str) -> str:
    """Put a text on one line, and write out the characters that a terminal would obey instead of show."""
    return visible(_BLANKS.sub(" ", text).strip())


def show(value: Value) -> str:
    """Write a value as a facts file would hold it, shortened to what a reader takes in."""
    match value:
        case str() if len(value) > _TEXT_SHOWN:
            return visible(write_literal(value[:_TEXT_SHOWN] + "…")) + f" ({len(value):,} characters)"
        case tuple() if len(value) > _ITEMS_SHOWN:
            shown = [show(item) for item in value[:_ITEMS_SHOWN]]
            return f"[{', '.join(shown)}, …] ({len(value):,} items)"
        case tuple():
            return f"[{', '.join(show(item) for item in value)}]"
        case Schedule(windows) if len(windows) > _ITEMS_SHOWN:
            return f"[{', '.join(map(str, windows[:_ITEMS_SHOWN]))}, …] ({len(windows):,} windows)"
        case _:
            return visible(write_literal(value))


def assignments(values: Mapping[str, Value]) -> Iterator[str]:
    """Write values by name, such as `channel.muted = true`."""
    return (f"{printable(name)} = {show(value)}" for name, value in values.items())


def enumerate_shortly(items: Iterable[str], *, most: int, separator: str = ", ") -> str:
    """List items in one sentence; of many, the first few and how many more there are."""
    listed = list(items)
    kept = listed if len(listed) <= most else listed[: most - 1]
    rest = len(listed) - len(kept)
    return separator.join(kept) + (f" and {rest:,} more" if rest else "")


def sentence(text: str) -> str:
    """End a sentence with a full stop, unless it has an end of its own."""
    return text if text.endswith((".", "!", "?", "…")) else text + "."


def settled_by(record: Record) -> str:
    """Say which question and answer settled a decision, for rules that give no words for a person."""
    last = record.passage.steps[-1]
    return f"It was settled by the question “{printable(last.ask)}”, answered “{printable(last.answer)}”."


def paragraph(text: str, indent: int = 0, *, bullet: str = "", hanging: int = 0) -> Iterator[str]:
    """
    Break a text into lines.

    Args:
        text: One line of words.
        indent: Blanks before every line.
        bullet: What stands before the text on the first line; the others are indented as far.
        hanging: Further blanks before all lines but the first.

    Returns:
        At least one line, none longer than :data:`COLUMNS` unless a word is, or could be taken for a command.
    """
    line = " " * indent + bullet
    rest = " " * (indent + len(bullet) + hanging)
    used = len(line)
    fresh = True
    for word in text.split(" "):
        size = columns(word)
        # A line that begins with these words is a command to the runner of GitHub Actions, blanks or not.
        commands = word.startswith(("::", "##["))
        if not fresh and not commands and used + 1 + size > max(COLUMNS, len(rest) + _MIN_COLUMNS):
            yield line
            line, used, fresh = rest, len(rest), True
        line += word if fresh else f" {word}"
        used += size if fresh else size + 1
        fresh = False
    yield line


def columns(text: str) -> int:
    """Count the columns that a text takes on a terminal."""
    return len(text) if text.isascii() else sum(width for _, width in cells(text))
