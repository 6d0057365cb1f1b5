"""Decide for rows of files in bulk."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from notifyrules.answers.log import table
from notifyrules.columns.frames import Wanted
from notifyrules.diagnostics.phrases import count
from notifyrules.diagnostics.visible import visible
from notifyrules.rows.deciding import BatchDecider, DecidedBatch
from notifyrules.rows.saving import save
from notifyrules.rows.traffic import Broken, batches, names_of, of_facts

if TYPE_CHECKING:
    from notifyrules.rules import Rules

_SHOWN = 3
"""Broken rows that are shown."""


@dataclass(slots=True)
class Aside:
    """Count the rows that nothing can be decided for, and hand each on."""

    keep: Callable[[Broken], None]
    number: int = 0
    shown: list[Broken] = field(default_factory=list)

    def add(self, broken: Iterable[Broken]) -> None:
        """Set some rows aside."""
        for one in broken:
            self.number += 1
            if len(self.shown) < _SHOWN:
                self.shown.append(one)
            self.keep(one)

    def tell(self) -> Iterator[str]:
        """Say how many there are, and show the first of them."""
        if self.number:
            yield f"set aside: {count(self.number, 'row')} that nothing can be decided for"
            yield from (f"  {visible(one.file)}:{one.number}: {visible(one.problem)}" for one in self.shown)

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"number": self.number, "first": [one.to_dict() for one in self.shown]}


@dataclass(frozen=True, slots=True)
class RowsDecided:
    """What was decided for rows."""

    counts: Counter[tuple[str, str]]
    """By outcome and reason."""
    aside: Aside

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"decided": self.counts.total(), "counts": self._rows(), "broken": self.aside.to_dict()}

    def tell(self) -> str:
        """Tell it in lines."""
        if self.counts:
            return table(self._rows())
        return "nothing is decided" if self.aside.number else "no rows"

    def _rows(self) -> list[dict[str, object]]:
        return [
            {"outcome": outcome, "reason": reason, "count": number}
            for (outcome, reason), number in sorted(self.counts.items(), key=lambda one: (-one[1], one[0]))
        ]


def decide_rows(  # noqa: PLR0913 - what is decided, and what becomes of it
    rules: Rules,
    files: Iterable[Path],
    *,
    target: Path | None = None,
    wanted: Wanted = Wanted(),  # noqa: B008 - frozen
    each: bool = False,
    keep: Callable[[Broken], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> RowsDecided:
    """
    Decide for rows of files, batch by batch.

    Args:
        rules: By which it is decided.
        files: What :func:`~notifyrules.rows.traffic.files_of` lists.
        target: The file that is written; its ending says how.
        wanted: What is written beside `notify`, `outcome` and `reason`.
        each: Whether each row is decided for every medium.
        keep: Is given each row that is set aside.
        advance: Is told of the bytes that were read.
        warn: Is told of names that look like misspelt facts.
    """
    decider = BatchDecider(rules.graph, rules.program, wanted, each=each)
    found = RowsDecided(Counter(), Aside(keep))
    needed = names_of([rules.graph]) if target is None else None

    def decided() -> Iterator[DecidedBatch]:
        for batch in of_facts(batches(files, needed), [rules.graph], warn):
            one = decider.decide(batch)
            found.aside.add(one.broken)
            made = one.made.lazy().drop_nulls("reason").group_by("outcome", "reason").len().collect()
            found.counts.update({(outcome, reason): times for outcome, reason, times in made.iter_rows()})
            advance(batch.size)
            yield one

    if target is None:
        for _ in decided():
            pass
    else:
        save(target, decider, decided())
    return found
