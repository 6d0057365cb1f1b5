"""Put into words what several readers share: names, values and sentences, as plain text that no terminal obeys."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from types import NoneType
from typing import Final
from zoneinfo import ZoneInfo

from notifyrules.diagnostics.visible import LONGEST, cells, visible
from notifyrules.evaluation.record import Record
from notifyrules.evaluation.walk import Passage, Step, passed
from notifyrules.graph.model import Box, Graph, Notify
from notifyrules.language.schedules import Schedule, local
from notifyrules.language.values import Value, write_literal

QUESTION_MARKS: Final = ("?", "\uff1f", "\u061f", "\u037e", "\u055e")
"""How questions end: in Latin letters, in Chinese and Japanese, in Arabic, in Greek, in Armenian."""
SENTENCE_ENDS: Final = (*QUESTION_MARKS, *".!…\u3002\uff01\u0964\u06d4")
"""How sentences end: in those, in Hindi and in Urdu."""
COLUMNS: Final = 80
"""Lines are broken to be no longer than this, where they have a blank to break at."""

_MIN_COLUMNS: Final = 24
_TEXT_SHOWN: Final = 60
_ITEMS_SHOWN: Final = 12
_TEXTS_KEPT: Final = 2_048
_USUAL: Final = frozenset({NoneType, bool, int})
_BLANKS = re.compile(r"[ \t\r\n]+")
_PLAIN = re.compile(r"(?:[^\W_]|[ ,;?!'(){}\u2018-\u201D-]|[.:](?!\S))+")
"""Words of which Markdown makes nothing: no mark, no link, no person, no number of an issue."""
_TICKED = re.compile(r"(`+)(.*?[^`])\1(?!`)")

HEADLINES: Final[Mapping[Notify, str]] = {
    Notify.YES: "Notified",
    Notify.NO: "Not notified",
    Notify.LATER: "Not notified yet",
    Notify.UNSAID: "Answered",
}


def printable(text: str) -> str:
    """Put a text on one line, and write out the characters that a terminal would obey instead of show."""
    # Questions and answers come again with every decision.
    return _kept(text) if len(text) <= COLUMNS else _printable(text)


@lru_cache(_TEXTS_KEPT)
def _kept(text: str) -> str:
    return _printable(text)


def _printable(text: str) -> str:
    # Of printable characters only the space is a blank.
    if text.isprintable() and "  " not in text and text[:1] != " " != text[-1:]:
        return text if len(text) <= LONGEST else visible(text)
    return visible(_BLANKS.sub(" ", text).strip())


def ticked(text: str) -> str:
    """Put words of a file in backticks, more than there are together in them, so that sentences are Markdown."""
    shown = printable(text)
    ticks = "`" * (1 + max(map(len, re.findall("`+", shown)), default=0))
    return f"{ticks} {shown} {ticks}" if len(ticks) > 1 or not shown else f"`{shown}`"


def unticked(sentence: str) -> str:
    """Take the backticks off the words of a file."""
    return _TICKED.sub(lambda found: found[2].strip() if len(found[1]) > 1 else found[2], sentence)


def prose(text: str) -> str:
    """Write words of a file into a sentence; in backticks where Markdown could take them for more than words."""
    shown = printable(text)
    return shown if _PLAIN.fullmatch(shown) else ticked(shown)


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


def on_clock(moment: datetime, facts: Mapping[str, Value]) -> str:
    """Write an instant as the person's clock shows it, where the facts name one time zone, else in UTC."""
    zones = {value.key: value for value in facts.values() if isinstance(value, ZoneInfo)}
    if len(zones) != 1:
        return f"{moment:%H:%M} UTC on {moment:%Y-%m-%d}"
    [zone] = zones.values()
    shown = local(moment, zone)
    return f"{shown:%H:%M} on {shown:%Y-%m-%d} ({zone.key})"


def assignments(values: Mapping[str, Value]) -> Iterator[str]:
    """Write values by name, such as `channel.muted = true`."""
    return (_assignment(name, value) for name, value in values.items())


def assigned(values: Mapping[str, Value], indent: int) -> list[str]:
    """Write values by name in lines of their own."""
    lines: list[str] = []
    for name, value in values.items():
        usual = value.__class__ in _USUAL or (isinstance(value, str) and len(value) <= _TEXT_SHOWN)
        lines += (_kept_lines if usual else _lines)(name, value, indent)
    return lines


def _assignment(name: str, value: Value) -> str:
    return f"{printable(name)} = {show(value)}"


def _lines(name: str, value: Value, indent: int) -> Sequence[str]:
    return paragraph(_assignment(name, value), indent, hanging=2)


# By type too: true equals 1.
_kept_lines: Final = lru_cache(_TEXTS_KEPT, typed=True)(_lines)


def enumerate_shortly(items: Iterable[str], *, most: int, separator: str = ", ") -> str:
    """List items in one sentence; of many, the first few and how many more there are."""
    listed = list(items)
    kept = listed if len(listed) <= most else listed[: most - 1]
    rest = len(listed) - len(kept)
    return separator.join(kept) + (f" and {rest:,} more" if rest else "")


def paragraph(text: str, indent: int = 0, *, bullet: str = "", hanging: int = 0) -> Sequence[str]:
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
    plain = text.isascii()
    if plain and len(line) + len(text) <= COLUMNS:
        return (line + text,)
    lines: list[str] = []
    rest = " " * (indent + len(bullet) + hanging)
    used, most = len(line), max(COLUMNS, len(rest) + _MIN_COLUMNS)
    if plain and "::" not in text and "##[" not in text:
        begun = 0
        while used + len(text) - begun > most:
            end = text.rfind(" ", begun, begun + most - used + 1)
            # A word that is longer than the line has one for itself.
            end = end if end > begun else text.find(" ", begun)
            if end < 0:
                break
            lines.append(line + text[begun:end])
            line, used, begun = rest, len(rest), end + 1
        return [*lines, line + text[begun:]]
    fresh = True
    for word in text.split(" "):
        size = len(word) if word.isascii() else sum(width for _, width in cells(word))
        # A line that begins with these words is a command to the runner of GitHub Actions, blanks or not.
        if used + 1 + size > most and not fresh and not word.startswith(("::", "##[")):
            lines.append(line)
            line, used, fresh = rest, len(rest), True
        line += word if fresh else f" {word}"
        used += size if fresh else size + 1
        fresh = False
    return [*lines, line]


kept_paragraph: Final = lru_cache(_TEXTS_KEPT)(paragraph)
"""The same for words that come again with every decision."""


def head(record: Record) -> Iterator[tuple[str, str]]:
    """Say what a decision tells and carries, each with its label."""
    if record.because is not None:
        yield "because", printable(record.because)
    yield "reason", printable(record.reason)
    for assignment in assignments(record.data):
        yield "data", assignment
    if record.recheck_at is not None:
        yield "recheck", write_literal(record.recheck_at)


def question_and_answer(ask: str, answer: str) -> str:
    """Put a question and its answer on one line."""
    ask = printable(ask)
    return f"{ask}{' ' if ask.endswith(QUESTION_MARKS) else ': '}{printable(answer)}"


def tell_steps(
    steps: Iterable[Step],
    indent: int,
    first: Callable[[Step], str],
    last: Callable[[Step], Iterable[str]] = lambda _: (),
) -> Iterator[str]:
    """
    Tell steps with their places and the values that they read; what happened inside of them stands further right.

    Args:
        steps: The steps, one below the other.
        indent: Blanks before the first line of each.
        first: What stands behind the place of a step and the name of its node.
        last: What is said below a step.
    """
    for step in steps:
        place = f"{printable(step.file)}:{step.line}: {printable(step.node)}"
        yield from paragraph(f"{place}{first(step)}", indent, hanging=4)
        yield from assigned(step.facts, indent + 4)
        if step.inner is not None:
            inner = f"the chart {printable(step.inner.chart)} decides {printable(step.inner.outcome)}:"
            yield from paragraph(inner, indent + 4, hanging=2)
            yield from tell_steps(step.inner.steps, indent + 8, first, last)
        for branch in step.tried:
            tried = f"tried in vain: {printable(branch.arrow)}, which ended in {printable(branch.outcome)}"
            yield from paragraph(tried, indent + 4, hanging=2)
            yield from tell_steps(branch.steps, indent + 8, first, last)
        for words in last(step):
            yield from paragraph(words, indent + 4, hanging=2)


def not_asked(graph: Graph, passage: Passage) -> tuple[Box, ...]:
    """List the nodes of the chart itself that a way through it did not pass, not even in vain, as written."""
    asked = {step.node for step in passed(passage.steps)}
    return tuple(node for name, node in graph.nodes.items() if name not in asked)


def told_from(record: Record, indent: int) -> Iterator[str]:
    """List below the last step the facts that words, data and recheck read, but for those that it lists itself."""
    listed = record.passage.steps[-1].facts
    told = {name: record.facts[name] for name in record.told_from if name in record.facts and name not in listed}
    if told:
        yield from paragraph("told from:", indent)
        yield from assigned(told, indent + 2)


def not_read(record: Record) -> tuple[str, ...]:
    """List the facts that neither a question nor a text, data or a recheck read, in the order declared."""
    read = {*record.told_from, *(name for step in passed(record.passage.steps) for name in step.facts)}
    return tuple(name for name in record.facts if name not in read)
