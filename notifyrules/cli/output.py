"""Print: what was asked for to standard output, all else to standard error; colours on terminals that want them."""

from __future__ import annotations

import contextlib
import json
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TextIO, TypeVar

import typer

from notifyrules.diagnostics.diagnostic import Diagnostic
from notifyrules.diagnostics.human import ANSI, PLAIN, Palette, format_human
from notifyrules.diagnostics.phrases import why
from notifyrules.errors import UsageError

Item = TypeVar("Item")

_QUICK = 8
"""So few things are done before a progress bar could be read."""


def is_terminal(stream: TextIO | None) -> bool:
    """Tell whether a stream is a terminal; Python has None in place of a stream that is closed."""
    return stream is not None and stream.isatty()


def palette_for(stream: TextIO | None) -> Palette:
    """Choose the colours for a stream: none off a terminal, and none where `NO_COLOR` is not empty (no-color.org)."""
    plain = not is_terminal(stream) or os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return PLAIN if plain else ANSI


def write(text: str) -> None:
    """Print what was asked for."""
    with _standard_output() as stream:
        typer.echo(text, file=stream, nl=False)
        stream.flush()


def write_line(text: str) -> None:
    """Print what was asked for, with a line end behind it."""
    write(f"{text}\n")


def write_json(value: object) -> None:
    """Print JSON: readable, and in ASCII so that it survives every terminal and log."""
    write_line(json.dumps(value, indent=2))


def write_bytes(content: bytes) -> None:
    """Print what is no text, such as a PNG."""
    with _standard_output() as stream:
        stream.buffer.write(content)
        stream.buffer.flush()


def tell(text: str) -> None:
    """Tell the person at the terminal something that is not what was asked for."""
    # Where nothing can be told, the exit code has to do.
    try:
        typer.echo(text, err=True)
    except OSError:
        give_up(sys.stderr)


def tell_error(text: str) -> None:
    """Tell the person what went wrong."""
    palette = palette_for(sys.stderr)
    tell(palette.paint(palette.error, "error") + f": {text}")


def tell_warning(text: str) -> None:
    """Tell the person what is not quite what was asked for."""
    palette = palette_for(sys.stderr)
    tell(palette.paint(palette.warning, "warning") + f": {text}")


def tell_findings(diagnostics: Sequence[Diagnostic]) -> None:
    """Show what was found in a rule file to the person at the terminal."""
    tell(format_human(diagnostics, palette=palette_for(sys.stderr)).rstrip("\n"))


def with_progress(items: Sequence[Item], doing: str) -> Iterable[Item]:
    """Show on the terminal how far some long work has come; nothing where standard error is no terminal."""
    if len(items) < _QUICK or not is_terminal(sys.stderr):
        return items
    from rich.console import Console  # noqa: PLC0415 - only long work needs it
    from rich.progress import track  # noqa: PLC0415

    return track(items, doing, console=Console(stderr=True), transient=True)


@contextlib.contextmanager
def show_progress(doing: str, total: int) -> Iterator[Callable[[int], None]]:
    """Show on the terminal, if it is one, how much of a *total* is done, by the function that is told of more."""
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only long work needs it
    from rich.progress import Progress  # noqa: PLC0415

    # What was asked for stays on standard output.
    with Progress(console=Console(stderr=True), transient=True, redirect_stdout=False) as bar:
        task = bar.add_task(doing, total=total)
        yield lambda more: bar.advance(task, more)


@contextlib.contextmanager
def show_work(doing: str) -> Iterator[Callable[[str], None]]:
    """Show on the terminal, if it is one, what some long work is at, by the function that is told of it."""
    if not is_terminal(sys.stderr):
        yield lambda _: None
        return
    from rich.console import Console  # noqa: PLC0415 - only long work needs it
    from rich.text import Text  # noqa: PLC0415

    with Console(stderr=True).status(Text(doing)) as status:
        yield lambda now: status.update(Text(f"{doing}: {now}"))


@contextlib.contextmanager
def _standard_output() -> Iterator[TextIO]:
    """Write what was asked for; in silence when whoever reads it has seen enough, as `head` does."""
    # The type does not say so, but a closed one is None.
    stream: TextIO | None = sys.stdout
    if stream is None:
        raise UsageError("standard output is closed")
    try:
        yield stream
    except BrokenPipeError:
        give_up(stream)
    except OSError as error:
        give_up(stream)
        raise unwritten(error) from None


def unwritten(error: OSError) -> UsageError:
    """Say that standard output took nothing."""
    return UsageError(f"standard output cannot be written: {why(error)}")


def give_up(stream: TextIO | None) -> None:
    """Let a stream lead nowhere: what it still holds would fail once more when the process ends."""
    if stream is not None:
        with contextlib.suppress(OSError, ValueError):
            os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
