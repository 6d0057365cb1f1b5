"""Print findings for a person: the line of the file, the words underlined, and the way out."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from notifyrules.diagnostics.codes import Severity
from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import cells, visible
from notifyrules.source.text import Span

MOST = 100
"""How many findings are printed; the summary counts all of them."""

_WIDTH = 110  # columns of a line of the file
_BEFORE = 40  # columns shown in front of the underlined words when the line is longer
_LINES = 4  # lines of one span; of more, the first two and the last are shown


@dataclass(frozen=True, slots=True)
class Palette:
    """Name the terminal's colours for the parts of a finding: for each the sequence that switches it on."""

    error: str = ""
    warning: str = ""
    strong: str = ""
    """The message."""
    frame: str = ""
    """Line numbers, their border, and second places."""
    off: str = ""
    """Back to the terminal's own colour."""

    def paint(self, colour: str, text: str) -> str:
        """Put *text* between the sequences for *colour*, one of this palette's."""
        return f"{colour}{text}{self.off}" if colour and text else text


PLAIN = Palette()
"""No colours: for files, and for terminals that want none."""
ANSI = Palette(error="\x1b[1;31m", warning="\x1b[1;33m", strong="\x1b[1m", frame="\x1b[1;34m", off="\x1b[0m")
"""The colours every terminal knows."""


def format_human(diagnostics: Sequence[Diagnostic], *, palette: Palette = PLAIN) -> str:
    """Print findings one below the other, with a summary; nothing at all for no findings."""
    if not diagnostics:
        return ""
    parts = [format_finding(one, palette=palette) for one in diagnostics[:MOST]]
    if len(diagnostics) > MOST:
        parts.append(f"... and {len(diagnostics) - MOST:,} more")
    return "\n\n".join((*parts, summary(diagnostics))) + "\n"


def format_finding(found: Diagnostic, *, palette: Palette = PLAIN) -> str:
    """Print one finding on lines, the last one without a line end."""
    return "\n".join(_finding(found, palette))


def summary(diagnostics: Sequence[Diagnostic]) -> str:
    """Count findings in a few words, such as `2 errors, 1 warning in rules/slack.yaml`."""
    if not diagnostics:
        return "no findings"
    errors = sum(one.is_error for one in diagnostics)
    counts = ((errors, "error"), (len(diagnostics) - errors, "warning"))
    files = {one.span.source.name for one in diagnostics}
    where = visible(next(iter(files))) if len(files) == 1 else f"{len(files)} files"
    return f"{', '.join(count(number, noun) for number, noun in counts if number)} in {where}"


def _finding(found: Diagnostic, palette: Palette) -> Iterator[str]:
    colour = palette.error if found.severity is Severity.ERROR else palette.warning
    spans = (found.span, *(label.span for label in found.labels))
    gutter = len(str(max(_last_line(span) for span in spans)))
    head = palette.paint(colour, f"{found.severity.value}[{found.code.value}]")
    yield head + palette.paint(palette.strong, f": {visible(found.message)}")
    yield palette.paint(palette.frame, f"{'':{gutter}}-->") + f" {_place(found.span)}"
    yield from _framed(found.span, gutter, palette, underline=("^", "", colour))
    for label in found.labels:
        text = visible(label.text)
        bare = "" if label.span.source.text else f": {text}"
        yield palette.paint(palette.frame, f"{'':{gutter}}:::") + f" {_place(label.span)}{bare}"
        yield from _framed(label.span, gutter, palette, underline=("-", text, palette.frame))
    for kind, sentences in (("note", found.notes), ("help", found.help)):
        for sentence in sentences:
            border = palette.paint(palette.frame, f"{'':{gutter}} =")
            yield f"{border} {palette.paint(palette.strong, kind)}: {visible(sentence)}"


def _place(span: Span) -> str:
    """Give the place of a span; a file without text, such as one that is missing, has only its name."""
    return visible(str(span) if span.source.text else span.source.name)


def _last_line(span: Span) -> int:
    """Give the last line on which a span has text, 1-based."""
    return span.source.position(max(span.start, span.end - 1))[0]


def _framed(span: Span, gutter: int, palette: Palette, *, underline: tuple[str, str, str]) -> Iterator[str]:
    """Print the lines of a span beside their numbers; *underline* has a character, the words behind it, a colour."""
    if not span.source.text:
        return
    character, text, colour = underline
    empty = palette.paint(palette.frame, f"{'':{gutter}} |")
    yield empty
    first, last = span.line, _last_line(span)
    previous = first
    for number in range(first, last + 1) if last - first < _LINES else (first, first + 1, last):
        if number > previous + 1:
            yield palette.paint(palette.frame, "...")
        previous = number
        line, before, marks = _clipped(span.source.line(number), *_columns(span, number))
        yield (palette.paint(palette.frame, f"{number:>{gutter}} |") + f" {line}").rstrip()
        if marks:
            tail = f" {text}" if text and number == last else ""
            yield f"{empty} {'':{before}}" + palette.paint(colour, character * marks + tail)


def _columns(span: Span, number: int) -> tuple[int, int]:
    """Give the 0-based code points of a line that belong to a span, from, until; equal where it has nothing of it."""
    line = span.source.line(number)
    offset = span.source.line_starts[number - 1]
    start = span.start - offset if span.start >= offset else len(line) - len(line.lstrip())
    end = min(span.end - offset, len(line))
    # The first line always shows a mark, also for an empty span and at the end of the line.
    return (start, max(end, start + 1)) if number == span.line else (start, max(end, start))


def _clipped(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Cut a line to what is around the words to underline: it, the columns in front of them, the columns they take."""
    # A code point may take no column, so the number of those looked at needs a bound of its own.
    low = max(0, start - 4 * _WIDTH)
    laid = cells(line[low : start + 4 * _WIDTH])
    start, end = start - low, end - low
    first = last = min(start, len(laid))
    room = _WIDTH
    while first > 0 and laid[first - 1][1] <= room and room - laid[first - 1][1] >= _WIDTH - _BEFORE:
        first -= 1
        room -= laid[first][1]
    while last < len(laid) and laid[last][1] <= room:
        room -= laid[last][1]
        last += 1
    while first > 0 and laid[first - 1][1] <= room and last == len(laid):
        first -= 1
        room -= laid[first][1]
    left = "..." if low + first > 0 else ""
    right = "..." if low + last < len(line) else ""
    text = left + "".join(shown for shown, _ in laid[first:last]) + right
    before = len(left) + sum(width for _, width in laid[first:start])
    marks = sum(width for _, width in laid[start : min(end, last)])
    return text, before, max(marks, 1) if end > start else 0
