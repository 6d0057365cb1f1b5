"""Put into sentences what edits do; they are Markdown, of which a terminal is spared the marks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from enum import Enum
from itertools import groupby
from typing import Final, TypeAlias

from notifyrules.diff.model import (
    Answered,
    Clause,
    Edited,
    Example,
    Interplay,
    ToldEdit,
    VersionComparison,
    alike,
)
from notifyrules.evaluation.record import Record
from notifyrules.explanation.words import assignments, printable, prose, question_and_answer, ticked
from notifyrules.graph.model import conditions
from notifyrules.language.values import Value, write_literal


class Depth(Enum):
    """How a line stands to the others."""

    NOTE = "note"
    """Of all edits."""
    TITLE = "title"
    """Of one edit."""
    SENTENCE = "sentence"
    ITEM = "item"


ReportLine: TypeAlias = tuple[Depth, str]

_ITEMS: Final = 6
"""Ends that are told with an example each; of more, only the names and questions are."""
_QUESTIONS: Final = 2
"""Questions on the way that are told, the last ones."""


def edits_told(comparison: VersionComparison) -> Iterator[ReportLine]:
    """Say what each edit does, and how they act on each other."""
    usual = _usual(comparison)
    if (found := comparison.interplay) is not None:
        unknown = "and it is not known how they act on each other"
        known = "independent of each other: proved" if found.independent else "which act on each other"
        told = known if found.independent or _acting(found) else unknown
        yield Depth.NOTE, f"{len(comparison.edits)} edits, {told}."
    ends: dict[str, str] = {}
    for number in range(1, len(comparison.edits) + 1):
        yield from _edit(comparison, number, usual, ends)
    if found is not None and _acting(found):
        yield from _interplay(comparison, found, usual)
    if usual:
        yield Depth.NOTE, f"In the examples, unless said otherwise: {_listed(usual)}."


def edit_told(comparison: VersionComparison, number: int) -> Iterator[ReportLine]:
    """Say what one edit does, given by its number."""
    yield from _edit(comparison, number, {}, {})


def _edit(
    comparison: VersionComparison, number: int, usual: Mapping[str, Value], ends: dict[str, str]
) -> Iterator[ReportLine]:
    edit = comparison.edits[number - 1]
    yield Depth.TITLE, f"{number}. {title(edit.edited)}"
    for one in edit.edited:
        yield from _old_and_new(one, alone=len(edit.edited) == 1)
        if one.kind in ("target", "start"):
            yield from ((Depth.ITEM, line) for line in _new_nodes(comparison, one.now))
    if not edit.examples:
        unknown = f"No change of a decision was shown, and none excluded for {', '.join(map(ticked, edit.open))}."
        yield Depth.SENTENCE, unknown if edit.open else "No decision changes: proved."
    told = [one for one in edit.answers if one.moves or not (edit.examples or edit.reworded)]
    for answered in told:
        yield Depth.SENTENCE, _answered(answered, edit)
    if reached := next((one.reached for one in told if one.reached), edit.reached):
        more = len(reached) - _QUESTIONS
        shown = [f"{more} {'questions' if more > 1 else 'question'} more"] if more > 0 else []
        yield Depth.SENTENCE, f"Asked after: {'; '.join((*shown, *map(prose, reached[-_QUESTIONS:])))}."
    known = {one.change: _beyond(comparison, one, usual) for one in edit.examples}
    yield from _examples(edit.examples, known, ends, f" as told in {number}")
    if edit.examples and edit.open:
        yield Depth.SENTENCE, f"Neither shown nor excluded: {', '.join(map(ticked, edit.open))}."
    for words in edit.reworded:
        was, now = (prose(f"“{printable(one.because or '')}”") for one in (words.example.before, words.example.after))
        facts = _beyond(comparison, words.example, usual)
        yield Depth.SENTENCE, f"Other words{_where(words.where)}: {now}, was {was}{_with(', such as', facts)}."


def title(edited: Iterable[Edited]) -> str:
    """Say what was edited, and where it stands now."""
    return "; ".join(map(_title, edited))


def _title(one: Edited) -> str:
    kinds = {"default": "default of ", "let": "", "outcome": "outcome "}
    ask = f": {prose(one.ask)}" if one.ask else ""
    values = f": {ticked(one.now)}, was {ticked(one.was)}" if one.kind == "default" else ""
    return f"{kinds.get(one.kind, '')}{ticked(one.what)} (line {one.place.line}){ask}{values}"


def _old_and_new(one: Edited, *, alone: bool) -> Iterator[ReportLine]:
    own = "" if alone else f"{ticked(one.what)} "
    if one.kind == "target":
        yield Depth.ITEM, f"{own}leads to {ticked(one.now)}, led to {ticked(one.was)}"
    elif one.kind == "order":
        yield Depth.ITEM, f"{own}{moved_rows(one.was.split(', '), one.now.split(', '))[1]}"
    elif one.kind != "default":
        told = [(word, text) for word, text in (("was", one.was), ("is", one.now)) if text]
        yield from ((Depth.ITEM, f"{own}{word}{'  ' if word == 'is' else ' '}{ticked(text)}") for word, text in told)


def _new_nodes(comparison: VersionComparison, first: str) -> Iterator[str]:
    """Say what is asked on the way that is new, until what was there before."""
    new, waiting = comparison.new, [first]
    told: set[str] = set()
    while waiting:
        name = waiting.pop(0)
        if name in told or name not in comparison.structure.added_nodes:
            continue
        told.add(name)
        node = new.nodes[name]
        asked = "; ".join(ticked(term.span.one_line) for term in conditions(node))
        ways = ", ".join(
            f"{prose(arrow.label or arrow.answer)} leads to {ticked(arrow.target)}" for arrow in node.arrows
        )
        yield f"new: {ticked(name)} (line {node.span.line}) {prose(node.ask)} {asked}{': ' if asked else ''}{ways}"
        waiting += [arrow.target for arrow in node.arrows]


def moved_rows(was: Sequence[str], now: Sequence[str]) -> tuple[str, str]:
    """Say which rows stand elsewhere: one that moved alone, which is also given, and past which others."""
    for row in now:
        if [one for one in was if one != row] == [one for one in now if one != row]:
            before, after = was.index(row), now.index(row)
            above = after < before
            others = now[after + 1 : before + 1] if above else now[before:after]
            return row, f"the row {ticked(row)} stands {'above' if above else 'below'} {', '.join(map(ticked, others))}"
    return "", f"the rows stand in the order {', '.join(map(ticked, now))}"


def _answered(one: Answered, edit: ToldEdit) -> str:
    own = f"{ticked(one.what)}: " if len(edit.answers) > 1 or one.what != edit.edited[0].what else ""
    ask = f"{prose(one.ask)} " if own and one.ask else ""
    below = "; no row above holds" if one.below else ""
    some = "" if one.exact or not one.where else ", for some of them"
    return f"{own}{ask}{prose(one.now)} instead of {prose(one.was)}{_where(one.where)}{some}{below}."


def _where(clauses: Sequence[Clause]) -> str:
    told = [" and ".join(_clause(one)) for one in clauses]
    return f" where {'; or '.join(told)}" if any(told) else ""


def _clause(clause: Clause) -> Iterator[str]:
    yield from (f"{ticked(name)} is left out" for name in clause.left_out)
    yield from (f"{ticked(name)} is given" for name in clause.given)
    yield from map(ticked, clause.conditions)


def _examples(
    examples: Sequence[Example], known: Mapping[str, Mapping[str, Value]], ends: dict[str, str], here: str
) -> Iterator[ReportLine]:
    """Say where they were and where they go on to, by whichever side is told in fewer groups."""
    befores, afters = ({getattr(one, side).outcome for one in examples} for side in ("before", "after"))
    by_end = len(afters) < len(befores)

    def side(one: Example) -> str:
        return one.after.outcome if by_end else one.before.outcome

    for _, group in groupby(sorted(examples, key=side), side):
        shown = list(group)
        first = shown[0]
        shared = _shared([known[one.change] for one in shown])
        if len(shown) == 1:
            rest = _with(", such as", shared)
            yield Depth.SENTENCE, f"They were {_was(first, alike=True)}{rest}. Now {_end(first)}."
            continue
        same = len({one.before.because for one in shown}) == 1
        own = f"Now {_end(first)}" if by_end else f"They were {_was(first, alike=same)}"
        yield Depth.SENTENCE, f"{own}{_with(', such as', shared)}. {'They were' if by_end else 'Now'}:"
        above: dict[str, list[str]] = {}
        for one in shown:
            end = one.before if by_end else one.after
            told = _by(end)
            if not _changed(one) and told in ends:
                above.setdefault(" as above" if ends[told] == here else ends[told], []).append(ticked(end.outcome))
                continue
            ends[told] = here
            few = known[one.change] if len(shown) <= _ITEMS else {}
            more = {name: value for name, value in few.items() if name not in shared or not alike(shared[name], value)}
            yield Depth.ITEM, f"{told}{_changed(one)}{_with(', with', more)}"
        yield from ((Depth.ITEM, f"{', '.join(names)}{at}") for at, names in above.items())


def _by(record: Record) -> str:
    """Say where a decision ends, and by the answer to which question."""
    last = record.passage.steps[-1]
    return f"{ticked(record.outcome)}: {prose(question_and_answer(last.ask, last.answer))}"


def _changed(one: Example) -> str:
    """Say what a decision carries now, where its outcome stays."""
    if (one.before.outcome, one.before.notify) != (one.after.outcome, one.after.notify):
        return ""
    carries = [f"{ticked(name)} is {ticked(now)}, was {ticked(was)}" for name, was, now in carried(one)]
    return f": {'; '.join(carries)}" if carries else ""


def _was(one: Example, *, alike: bool) -> str:
    words = one.before.because if alike else None
    return f"{ticked(one.before.outcome)}{f' ({prose(words)})' if words else ''}"


def _end(one: Example) -> str:
    """Say where a decision ends: by the last arrow, in the words in force, and what it carries now."""
    after = one.after
    because = f" ({prose(after.because)})" if after.because else ""
    last = after.passage.steps[-1]
    by = prose(question_and_answer(last.ask, last.answer))
    return f"{ticked(after.outcome)} by {by}{because}{_changed(one)}"


def _beyond(comparison: VersionComparison, example: Example, usual: Mapping[str, Value]) -> dict[str, Value]:
    """Give the facts of an example that are not the usual ones."""
    shown = facts_shown(comparison, example).items()
    return {name: value for name, value in shown if name not in usual or not alike(usual[name], value)}


def _shared(facts: Sequence[Mapping[str, Value]]) -> dict[str, Value]:
    """Give the facts that all examples tell, with the value of most: an example that has another one says so."""
    names = [name for name in facts[0] if all(name in one for one in facts)]
    most = {name: Counter((type(one[name]), one[name]) for one in facts).most_common(1)[0] for name in names}
    return {name: value for name, ((_, value), number) in most.items() if number > len(facts) / 2}


def _listed(facts: Mapping[str, Value]) -> str:
    return ", ".join(map(ticked, assignments(facts)))


def _with(words: str, facts: Mapping[str, Value]) -> str:
    return f"{words} {_listed(facts)}" if facts else ""


def _acting(interplay: Interplay) -> bool:
    return bool(interplay.only_together or interplay.cancelled or interplay.elsewhere)


def _interplay(comparison: VersionComparison, found: Interplay, usual: Mapping[str, Value]) -> Iterator[ReportLine]:
    """Say how edits act on each other, each with an example."""
    yield Depth.TITLE, "Together"
    told: list[tuple[str, Example]] = []
    for which, one in found.only_together:
        who = "they" if len(which) == len(comparison.edits) else " and ".join(map(str, which))
        told.append((f"only together {who} move some", one))
    told += ((f"{number} is cancelled for some, whom it would move alone", one) for number, one in found.cancelled)
    told += ((f"{number} would lead some elsewhere alone", one) for number, one in found.elsewhere)
    for words, one in told:
        facts = _beyond(comparison, one, usual)
        yield Depth.ITEM, f"{words}: {ticked(one.change)}{_with(', such as', facts)}"
    if not found.proved:
        yield Depth.SENTENCE, "Whether that is all is not known."


def _usual(comparison: VersionComparison) -> dict[str, Value]:
    """Find what facts without a default are in most examples, so that it is told once."""
    shown = [one for edit in comparison.edits for one in (*edit.examples, *(words.example for words in edit.reworded))]
    if (found := comparison.interplay) is not None:
        shown += [one for _, one in (*found.cancelled, *found.elsewhere)]
        shown += [one for _, one in found.only_together]
    given: dict[str, Counter[Value]] = {}
    for one in shown:
        for name, value in facts_shown(comparison, one).items():
            if not any(
                name in graph.facts and graph.facts[name].has_default for graph in (comparison.old, comparison.new)
            ):
                given.setdefault(name, Counter())[value] += 1
    most = {name: counted.most_common(1)[0] for name, counted in given.items()}
    return {name: value for name, (value, number) in most.items() if number > 1}


def facts_shown(comparison: VersionComparison, example: Example) -> dict[str, Value]:
    """Keep the facts of an example that a reader must know: those that are not what they are by default."""
    shown = {}
    for name, value in example.facts.items():
        declared = [graph.facts[name] for graph in (comparison.old, comparison.new) if name in graph.facts]
        if not declared or not all(fact.has_default and fact.default == value for fact in declared):
            shown[name] = value
    return shown


def carried(example: Example) -> Iterator[tuple[str, str, str]]:
    """List what a decision carries and what becomes of it."""
    for name, value in example.before.data.items():
        if name in example.after.data and not alike(example.after.data[name], value):
            yield name, write_literal(value), write_literal(example.after.data[name])
    if example.before.recheck_at != example.after.recheck_at:
        yield "recheck", write_literal(example.before.recheck_at), write_literal(example.after.recheck_at)
