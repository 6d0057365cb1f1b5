"""Tell which mistakes no case notices, at file and line, with the case that would."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import count as count_from

from notifyrules.cases.reading import Suite
from notifyrules.cases.writing import facts_said, write_case
from notifyrules.diagnostics.formats import annotate
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible, visible_name
from notifyrules.evaluation.record import Record
from notifyrules.graph.model import Graph
from notifyrules.language.values import Value
from notifyrules.mutate.model import Fate, JudgedMutant
from notifyrules.source.text import Span


@dataclass(frozen=True)
class Mutated:
    """What became of the mistakes in one chart."""

    graph: Graph
    suites: tuple[Suite, ...]
    """The files of cases about it."""
    made: int
    """How many mistakes were made."""
    judged: tuple[JudgedMutant, ...]
    """Those that no case notices, in reading order."""

    def left(self, *fates: Fate) -> tuple[JudgedMutant, ...]:
        """List what became one of some *fates*."""
        return tuple(one for one in self.judged if one.fate in fates)

    @property
    def survivors(self) -> tuple[JudgedMutant, ...]:
        """What a case ought to notice."""
        return self.left(Fate.SURVIVED, Fate.UNDECIDED)

    @cached_property
    def cases(self) -> Mapping[Span, Mapping[str, str]]:
        """Write the cases that would notice mistakes, by place and what is wrong; each has a name of its own."""
        taken = {case.name: "" for suite in self.suites for case in suite}
        written: dict[Span, dict[str, str]] = {}
        for judged in self.judged:
            if (shown := judged.shown) is not None:
                given = facts_said(self.graph, shown.facts, self.suites[0].given)
                expect = _expected(shown.right, shown.wrong)
                called, body = self._name(judged, shown.right), write_case("", given, expect)
                numbered = (f"{called}{f', {number}' * (number > 1)}" for number in count_from(1))
                name = next(one for one in numbered if taken.get(one, body) == body)
                taken[name] = body
                written.setdefault(judged.mutant.span, {})[judged.mutant.said] = write_case(name, given, expect)
        return written

    def case(self, judged: JudgedMutant) -> str | None:
        """Give the case that would notice a mistake; None where no facts are known that show it."""
        return self.cases.get(judged.mutant.span, {}).get(judged.mutant.said)

    def _name(self, judged: JudgedMutant, right: Record) -> str:
        """Name a case by the question that is answered otherwise, its answer and the words in force."""
        steps = right.passage.steps
        step = ([step for step in steps if step.node in judged.mutant.touched] or steps)[-1]
        # The words of a later arrow would say nothing of this question.
        said = right.passage.because if step is steps[-1] else None
        return f"{step.ask.rstrip('?')}? {step.answer} ({said or self.graph.outcomes[right.outcome].label})"

    def cannot_hold(self, judged: JudgedMutant) -> bool:
        """Tell whether every case of the first file writes down the fact whose default is another."""
        return judged.mutant.fact in self.suites[0].given


def _expected(right: Record, wrong: Record) -> dict[str, Value]:
    """Expect what tells the two apart, and always outcome and reason."""
    expect: dict[str, Value] = {"outcome": right.outcome, "reason": right.reason}
    if (right.outcome, right.reason) == (wrong.outcome, wrong.reason):
        if right.because is not None and right.because != wrong.because:
            expect["because"] = right.because
        if right.recheck_at != wrong.recheck_at:
            expect["recheck"] = right.recheck_at
    return expect


def format_text(files: Sequence[Mutated]) -> str:
    """Tell it to people: what survived with a case each, what changes only words, and how many there were."""
    return "\n".join("".join(f"{line}\n" for line in _lines(one)) for one in files)


def _lines(file: Mutated) -> Iterator[str]:
    told: dict[str | None, Span] = {}
    for judged in file.survivors:
        yield f"{visible(str(judged.mutant.span))}: {visible(judged.mutant.said)}"
        case = file.case(judged)
        if case is not None and case in told:
            yield f"  no case notices it; the one told for {visible(str(told[case]))} would"
        else:
            yield from (f"  {line}" for line in _told(file, judged))
        told.setdefault(case, judged.mutant.span)
        yield ""
    for judged in file.left(Fate.WORDS):
        yield f"{visible(str(judged.mutant.span))}: {visible(judged.mutant.said)}: only words or reasons change"
    yield _summary(file)


def _summary(file: Mutated) -> str:
    counts = {
        "noticed": file.made - len(file.judged),
        "without effect": len(file.left(Fate.EQUAL)),
        "of words or reasons only": len(file.left(Fate.WORDS)),
        "that no case notices": len(file.survivors),
    }
    told = ", ".join(f"{number:,} {what}" for what, number in counts.items() if number)
    return f"{visible_name(file.graph.path)}: {count(file.made, 'mistake')}: {told}"


def _told(file: Mutated, judged: JudgedMutant) -> Iterator[str]:
    case, shown = file.case(judged), judged.shown
    if case is None or shown is None:
        yield "no case notices it, and whether it changes a decision was not found out"
        return
    right, wrong = (f"`{one.outcome}` by `{one.reason}`" for one in (shown.right, shown.wrong))
    yield f"no case notices it; decided {wrong} instead of {right} in this one:"
    yield from map(visible, case.splitlines())
    if file.cannot_hold(judged):
        yield f"(in another file of cases: this one gives `{judged.mutant.fact}` to all of its cases)"


def format_github(files: Sequence[Mutated]) -> str:
    """Print what survived as annotations of GitHub, and how many there were."""
    told = (
        annotate("error", one.mutant.mistake.value, one.mutant.span, [one.mutant.said, *_told(file, one)])
        for file in files
        for one in file.survivors
    )
    return "".join(f"{line}\n" for line in (*told, *(_summary(file) for file in files)))


def mutated_data(files: Sequence[Mutated]) -> dict[str, object]:
    """Give it as data for JSON."""
    return {
        "files": [
            {
                "file": file.graph.path,
                "cases": [suite.file for suite in file.suites],
                "made": file.made,
                "noticed": file.made - len(file.judged),
                **{fate.value: len(file.left(fate)) for fate in Fate if fate is not Fate.NOTICED},
                "left": [_data(file, one) for one in file.left(Fate.SURVIVED, Fate.UNDECIDED, Fate.WORDS)],
            }
            for file in files
        ]
    }


def _data(file: Mutated, judged: JudgedMutant) -> dict[str, object]:
    mutant, shown = judged.mutant, judged.shown
    data: dict[str, object] = {
        "mistake": mutant.mistake.value,
        "message": mutant.said,
        "fate": judged.fate.value,
        "file": mutant.span.source.name,
        "line": mutant.span.line,
        "column": mutant.span.column,
    }
    if shown is not None:
        for name, one in (("right", shown.right), ("wrong", shown.wrong)):
            data[name] = _decided(one)
        data["case"] = file.case(judged)
    return data


def _decided(record: Record) -> dict[str, object]:
    notify = record.notify.written
    return {"outcome": record.outcome, "notify": notify, "reason": record.reason, "because": record.because}
