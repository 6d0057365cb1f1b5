"""Tell why a case failed, so that nobody has to open the code."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from notifyrules.cases.divergence import diverged
from notifyrules.cases.model import Case
from notifyrules.cases.rows import BadRow
from notifyrules.cases.runner import Difference, Failure, Result
from notifyrules.diagnostics.human import PLAIN, Palette, format_finding
from notifyrules.diagnostics.visible import visible
from notifyrules.explanation.words import paragraph, printable, question_and_answer, tell_steps
from notifyrules.language.value_writing import write_literal

_LABEL: Final = 17


def describe_failure(result: Result, *, palette: Palette = PLAIN) -> str:
    """
    Tell what was expected, what was decided instead, and on which way.

    Args:
        result: A case that failed.
        palette: The colours of the terminal.

    Returns:
        Lines of text, the last one without a line end; without colours the same for the same result, to the byte.
    """
    return "\n".join(line.rstrip() for line in _lines(result, palette))


def describe_skip(result: Result) -> str:
    """Tell on one line why a case was not run."""
    reason = result.case.skip if isinstance(result.case, Case) else None
    return f"SKIPPED {headline(result)}: {printable(reason or '')}"


def headline(result: Result) -> str:
    """Name a case and its place in the fixtures."""
    case = result.case
    source = f" ({printable(case.source)})" if isinstance(case, Case) and case.source else ""
    return f"{visible(str(case.span))}: {case.name}{source}"


def _lines(result: Result, palette: Palette) -> Iterator[str]:
    """Write the lines of one failing case."""
    yield f"{palette.paint(palette.error, 'FAILED')} {palette.paint(palette.strong, headline(result))}"
    if isinstance(result.case, BadRow):
        for found in result.case.findings:
            yield ""
            yield format_finding(found, palette=palette)
        return
    assert result.failure is not None
    yield ""
    for difference in result.failure.differences:
        yield from _difference(difference)
    yield ""
    yield from _decided(result.failure)
    yield from tell_steps(result.failure.decision.steps, 4, lambda step: f": {question_and_answer(step)}")
    yield ""
    yield from _divergence(result.case, result.failure)


def _difference(difference: Difference) -> Iterator[str]:
    """Set what was expected above what was decided."""
    for label, value in (("expected", difference.expected), ("actual", difference.actual)):
        words = f"{label} {difference.what}"
        nothing = value is None and difference.what == "because"
        shown = "(no words)" if nothing else printable(value if isinstance(value, str) else write_literal(value))
        yield from paragraph(shown, 2, bullet=f"{words:>{_LABEL}}  ")


def _decided(failure: Failure) -> Iterator[str]:
    """Say what was decided, and by what."""
    decision = failure.decision
    words = f", because {printable(decision.because)}" if decision.because is not None else ""
    yield from paragraph(
        f"decided {printable(decision.outcome)} by {printable(decision.reason)}{words}, on this path:", 2
    )


def _divergence(case: Case, failure: Failure) -> Iterator[str]:
    """Say up to where the path could still have come to what was expected."""
    divergence = diverged(case, failure)
    step = divergence.step
    if step is None:
        yield from paragraph(f"from no node of this path do arrows lead to {divergence.goal}", 2)
        return
    place = f"`{printable(step.node)}` ({printable(step.file)}:{step.line})"
    if divergence.arrived:
        yield from paragraph(f"the answer of {place} leads to {divergence.goal}, but for other facts than these", 2)
        return
    yield from paragraph(
        f"the last node with arrows that lead to {divergence.goal} is {place}: "
        f"its answer `{printable(step.answer)}` led to `{printable(step.to)}`",
        2,
    )
