"""Hold what two versions of a rule file have in common and what not: plain values, which need no solver."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import Enum

from notifyrules.evaluation.record import Record, record_of
from notifyrules.evaluation.walk import walk
from notifyrules.graph.model import Graph, Notify
from notifyrules.language.values import Value
from notifyrules.source.text import Span


class Finding(Enum):
    """What came of comparing the decisions of two versions."""

    EQUIVALENT = "equivalent"
    """Proved: every facts are decided alike."""
    CHANGED = "changed"
    """Some facts are decided otherwise: shown."""
    UNDECIDED = "undecided"
    """No change was shown, and that there is none was not proved."""


# INVARIANT (words of their own): what is no change from outcome to outcome has a colon and no arrow, as no pair has.
REFUSED = "facts:refused"
"""The change of facts that were decided before and that are not valid now."""
GONE = "data:gone"
"""The change of data that decisions carried and that is not declared any more."""
FEWER_MEDIA = "media:gone"
"""The change of media for which there were decisions and are none any more."""
LOSSES = (REFUSED, GONE, FEWER_MEDIA)
"""All changes that no pair of outcomes names."""


def change_of(was: str, meant: Notify, now: str, means: Notify) -> str:
    """Name a change: `no->hold`, or `hold(later)->hold(false)` where an outcome keeps its name and not its meaning."""
    if was == now and meant is not means:
        return f"{meaning_of(was, meant)}->{meaning_of(now, means)}"
    return f"{was}->{now}"


def meaning_of(outcome: str, notify: Notify) -> str:
    """Name an outcome with what it means for the notification."""
    return f"{outcome}({notify.value})"


def decide(graph: Graph, facts: Mapping[str, Value]) -> Record:
    """Decide by the reference walk."""
    return record_of(graph, facts, walk(graph, facts))


def differ(before: Record, after: Record) -> bool:
    """Tell whether two decisions differ in more than words and ways."""
    data = {name: (value, after.data[name]) for name, value in before.data.items() if name in after.data}
    return (
        (before.outcome, before.notify) != (after.outcome, after.notify)
        or any(not alike(one, other) for one, other in data.values())
        or before.recheck_at != after.recheck_at
    )


def alike(one: Value, other: Value) -> bool:
    """Tell whether two values are the same, and of the same type."""
    return _typed(one) == _typed(other)


def _typed(value: Value) -> object:
    """Give a value with its type: Python takes true for 1, also inside of lists."""
    return tuple(map(_typed, value)) if isinstance(value, tuple) else (type(value), value)


@dataclass(frozen=True, slots=True)
class Example:
    """Facts that are decided otherwise."""

    facts: Mapping[str, Value]
    """Without those that are left out."""
    before: Record
    after: Record

    @property
    def change(self) -> str:
        """Name the change as the gate does: `no->hold`."""
        return change_of(self.before.outcome, self.before.notify, self.after.outcome, self.after.notify)


@dataclass(frozen=True, slots=True)
class Edited:
    """Something of a file that was edited."""

    kind: str
    """Such as `condition`, `let` or `target`."""
    what: str
    """What it is called now: a node, an arrow, a let, a fact or an outcome."""
    place: Span
    """Where it stands now."""
    ask: str
    """The question that it belongs to, in words; empty where it belongs to none."""
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Clause:
    """Some facts: conditions that hold together, and facts that are left out or given."""

    conditions: tuple[str, ...]
    left_out: tuple[str, ...] = ()
    given: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answered:
    """A question, or a row of a table, that answers otherwise."""

    what: str
    """The node or the row, as it is called now."""
    ask: str
    was: str
    now: str
    where: tuple[Clause, ...]
    """For which of the facts that reach it; nothing where that cannot be said shortly."""
    exact: bool
    """Whether it is for all of these; otherwise it is only for some."""
    below: bool
    """Whether rows stand above, none of which holds."""
    reached: tuple[str, ...]
    """Who is asked: the questions and answers of the arrows that every way there takes."""
    moves: bool
    """Whether that changes decisions."""


@dataclass(frozen=True, slots=True)
class Reworder:
    """Facts whose decision stays and is told in other words."""

    where: tuple[Clause, ...]
    example: Example


@dataclass(frozen=True, slots=True)
class ToldEdit:
    """What one edit does if it is made alone."""

    edited: tuple[Edited, ...]
    answers: tuple[Answered, ...]
    examples: tuple[Example, ...]
    """One for each pair of outcomes."""
    open: tuple[str, ...]
    """Changes that could neither be shown nor excluded."""
    reworded: tuple[Reworder, ...]
    """Whose words change, where no decision does."""
    reached: tuple[str, ...] = ()
    """Of arrows that lead elsewhere, who comes to their question: questions and answers, as of :class:`Answered`."""


@dataclass(frozen=True, slots=True)
class Interplay:
    """How edits act on each other."""

    proved: bool
    """Whether all of it was found out."""
    only_together: tuple[tuple[tuple[int, ...], Example], ...] = ()
    """Edits, by number, that together move somebody whom no edit moves alone: two of them, or no less than all."""
    cancelled: tuple[tuple[int, Example], ...] = ()
    """Edits, by number, that would move somebody alone whom all of them together leave."""
    elsewhere: tuple[tuple[int, Example], ...] = ()
    """Edits that alone would lead somebody elsewhere than all of them together do."""

    @property
    def independent(self) -> bool:
        """Whether every change is that of one edit."""
        return self.proved and not (self.only_together or self.cancelled or self.elsewhere)


@dataclass(frozen=True, slots=True)
class Moved:
    """An arrow that leads elsewhere than before."""

    before: str
    """The arrow's id before."""
    after: str
    """Its id now."""
    led_to: str
    leads_to: str


BEGINNING = "(start)"
"""The id of the arrow at which a chart begins."""


class ChangedPart(Enum):
    """Which words of something changed."""

    ASK = "ask"
    LABEL = "label"
    BECAUSE = "because"


@dataclass(frozen=True, slots=True)
class Reworded:
    """Words that changed."""

    what: str
    """The id of what says them now."""
    before: str
    after: str
    part: ChangedPart = ChangedPart.ASK


@dataclass(frozen=True, slots=True)
class Structure:
    """How the boxes and arrows of two versions differ."""

    nodes: Mapping[str, str]
    """The nodes that both have: new names by old ones."""
    added_nodes: tuple[str, ...]
    removed_nodes: tuple[str, ...]
    """By their old names."""
    added_arrows: tuple[str, ...]
    """Out of nodes that were there before."""
    removed_arrows: tuple[str, ...]
    """By their old ids, out of nodes that are still there."""
    moved: tuple[Moved, ...]
    asked_otherwise: tuple[Reworded, ...]
    """Nodes with another condition, perhaps to the same effect."""
    reworded: tuple[Reworded, ...]
    """Questions, labels and texts for a person."""
    arrows: Mapping[str, str]
    """The arrows that both have: new ids by old ones."""

    @property
    def renamed(self) -> Mapping[str, str]:
        """Give the nodes that have another name now."""
        return {was: now for was, now in self.nodes.items() if was != now}


@dataclass(frozen=True, slots=True)
class VersionComparison:
    """What changes from one version of a rule file to another."""

    old: Graph
    new: Graph
    finding: Finding
    open: tuple[str, ...]
    """Changes, named as the gate does, that could neither be shown nor excluded."""
    structure: Structure
    inputs: tuple[str, ...]
    """What is to be said of facts and assumptions, one sentence each."""
    lost: Mapping[str, tuple[str, ...]]
    """What callers relied on and that is gone, one sentence each, by the name of the change: :data:`LOSSES`."""
    same_inputs: bool
    """Whether both versions take the same facts."""
    complete: bool
    """Whether everything was looked at within the time limit."""
    edits: tuple[ToldEdit, ...] = ()
    interplay: Interplay | None = None
    """None where there is at most one edit."""
    examples: tuple[Example, ...] = ()
    """One for each change of a decision."""

    @property
    def changes(self) -> tuple[str, ...]:
        """Name the changes of decisions, each once."""
        return tuple(dict.fromkeys((*(one.change for one in self.examples), *self.open)))

    @property
    def regions(self) -> Iterator[tuple[tuple[int, ...], tuple[Answered, ...], Example]]:
        """Give the parts of each change: the edits by number, the questions that answer otherwise, and who shows it."""
        told = set()
        for number, edit in enumerate(self.edits, 1):
            moving = tuple(one for one in edit.answers if one.moves)
            told |= {example.change for example in edit.examples}
            yield from (((number,), moving, example) for example in edit.examples)
        for numbers, example in () if self.interplay is None else self.interplay.only_together:
            told.add(example.change)
            yield numbers, (), example
        every = tuple(range(1, len(self.edits) + 1))
        yield from ((every, (), example) for example in self.examples if example.change not in told)
