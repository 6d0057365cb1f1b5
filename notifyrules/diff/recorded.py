"""Count how many recorded decisions a change alters."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from notifyrules.compiled.facts_reader import FactsReader, dotted
from notifyrules.diff.model import REFUSED, change_of, decide, differ
from notifyrules.errors import FactsError
from notifyrules.evaluation.record import Record
from notifyrules.graph.model import Graph, Media

_EXAMPLES = 3
"""Rows that are named for each change."""


@dataclass(slots=True)
class Counted:
    """What becomes of recorded decisions."""

    total: int = 0
    """The rows that the version before decides."""
    changes: dict[str, int] = field(default_factory=dict)
    """How many change, by the name of the change: `no->hold`."""
    examples: dict[str, list[str]] = field(default_factory=dict)
    """The first rows of each change."""
    passed_over: list[str] = field(default_factory=list)
    """Why rows could not be decided before, one sentence each."""

    def add(self, change: str, row: str) -> None:
        """Count a row that changes."""
        self.changes[change] = self.changes.get(change, 0) + 1
        shown = self.examples.setdefault(change, [])
        if len(shown) < _EXAMPLES:
            shown.append(row)

    @property
    def changed(self) -> int:
        """Count the rows that change."""
        return sum(self.changes.values())


def count_rows(old: Graph, new: Graph, rows: Iterable[tuple[str, Mapping[str, object]]]) -> Counted:
    """Decide recorded facts, each with its name, by both versions; each passes over facts it does not declare."""
    before, after = ((graph, FactsReader(graph.facts)) for graph in (old, new))
    counted = Counted()
    for name, given in rows:
        was, problem = _decided(*before, given)
        if was is None:
            counted.passed_over.append(f"{name}: {problem}")
            continue
        counted.total += 1
        now, problem = _decided(*after, given)
        if now is None:
            counted.add(REFUSED, f"{name} ({problem})")
        elif differ(was, now):
            counted.add(change_of(was.outcome, was.notify, now.outcome, now.notify), name)
    return counted


def decided_for(
    name: str, row: Mapping[str, object], media: Media | None
) -> Iterator[tuple[str, Mapping[str, object]]]:
    """Give the name and the facts of a recorded row; those for each medium where it expects something of several."""
    facts, own, expect = row["facts"], row.get("per_medium"), row.get("expect")
    each = expect.get("each") if isinstance(expect, Mapping) else None
    if media is None or not isinstance(each, Mapping):
        assert isinstance(facts, Mapping)
        yield name, facts
        return
    for medium in each:
        differing = own.get(medium) if isinstance(own, Mapping) else None
        yield f"{name}, {media.fact}={medium}", {**dotted(facts), **dotted(differing), media.fact: medium}


def _decided(graph: Graph, reader: FactsReader, given: Mapping[str, object]) -> tuple[Record | None, str]:
    try:
        return decide(graph, reader.read(given, extras="ignore")), ""
    except FactsError as error:
        return None, error.problems[0].told
