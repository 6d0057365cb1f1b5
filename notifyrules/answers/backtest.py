"""Say what a change of rules would have done to the traffic of before."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from notifyrules.answers.log import draw_traffic
from notifyrules.answers.rows import Aside
from notifyrules.diagnostics.visible import visible
from notifyrules.diff.traffic import Backtest
from notifyrules.diff.traffic_report import data_of, format_markdown, format_text
from notifyrules.errors import UsageError
from notifyrules.revisions import at_revision, is_revision
from notifyrules.rows.traffic import Broken, batches, batches_of, files_of, names_of, of_facts
from notifyrules.rules import Rules, load, load_place

if TYPE_CHECKING:
    from notifyrules.answers.render import Rendered

FORMATS: Final = ("text", "json", "markdown")


@dataclass(frozen=True, slots=True)
class Backtested:
    """What changes for the traffic of before."""

    found: Backtest
    aside: Aside
    """What nothing was decided for before."""
    most: float | None
    """The part of all decisions that may change."""

    @property
    def total(self) -> int:
        """The decisions of before."""
        return self.found.total

    @property
    def changed(self) -> int:
        """How many of them change."""
        return self.found.changed

    @property
    def changes(self) -> dict[str, int]:
        """How many change in which way, such as `no->hold`."""
        return {name: one.number for name, one in self.found.changes.items()}

    @property
    def passes(self) -> bool:
        """Whether no more changes than may."""
        return self.most is None or self.changed <= self.most * self.total

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {**data_of(self.found), "broken": self.aside.to_dict(), "passes": self.passes}

    def tell(self, report_format: str = "text") -> str:
        """Tell it as `text`, `markdown` or `json`, in lines that end in a line end."""
        if report_format == "json":
            return json.dumps(self.to_dict(), indent=2, default=str) + "\n"
        verdict = "" if self.most is None or self.passes else f"too many change: at most {100 * self.most:g}% may"
        if report_format == "text":
            return format_text(self.found, verdict)
        head, *shown = [*self.aside.tell()] or [""]
        fenced = "".join(f"{line}\n" for line in shown).replace("```", "'''")
        return format_markdown(self.found, verdict) + (f"\n{head}\n\n```\n{fenced}```\n" if head else "")

    def render(self, picture_format: str) -> Rendered:
        """Draw the new chart, each arrow as broad as its traffic, those marked that settle what changes."""
        passages = [decision.passage for decision in self.found.ways()]
        words = f"Traffic: {self.total:,} decisions, {self.changed:,} change"
        return draw_traffic(self.found.new, passages, picture_format, words, self.found.settled)


def backtest(  # noqa: PLR0913 - what is compared, and how
    rules: Rules | str | os.PathLike[str],
    traffic: str | os.PathLike[str] | Iterable[str | os.PathLike[str]] | Any,  # noqa: ANN401 - of any engine
    *,
    against: Rules | str | os.PathLike[str],
    by: str | None = None,
    max_change: float | None = None,
    each: bool = False,
    keep: Callable[[Broken], None] = lambda _: None,
    advance: Callable[[int], None] = lambda _: None,
    warn: Callable[[str], None] = lambda _: None,
) -> Backtested:
    """
    Decide the traffic of before by two versions, and say which decisions change.

    Args:
        rules: The new version, or what :func:`notifyrules.load` takes; `REV:path` is a file of a git revision.
        traffic: Files of rows, or folders of them: Parquet, CSV, JSON Lines, receipts; or a frame.
        against: The old version.
        by: A column whose values decisions are also counted by.
        max_change: The part of all decisions that may change, for `passes`: 0.01 is one in a hundred.
        each: Whether each row is decided for every medium.
        keep: Is given each row that is set aside, because nothing was decided for it before.
        advance: Is told of the bytes that were read.
        warn: Is told of names that look like misspelt facts, and of a column to count by that no row has.

    Returns:
        What changes, as numbers, `tell`, `to_dict` and `render`.

    Raises:
        RulesError: A version is not in order.
        FactsError: A fact that has no default has no column.
        UsageError: The traffic cannot be read or holds no fact, there is no such column, or `frames` is not installed.
    """
    new, old = _loaded(rules), _loaded(against)
    found = Backtest((old.graph, old.program), (new.graph, new.program), by=by, each=each)
    aside = Aside(keep)
    if isinstance(traffic, (str, os.PathLike)):
        traffic = [traffic]
    listed = isinstance(traffic, (list, tuple))
    needed = {*names_of([old.graph, new.graph]), *(() if by is None else (by, by.partition(".")[0]))}
    read = batches(files_of(map(Path, traffic)), needed) if listed else batches_of(traffic)
    for batch in of_facts(read, [old.graph, new.graph], warn):
        aside.add(found.add(batch))
        advance(batch.size)
    if by is not None and found.shares.keys() == {None}:
        warn(f"no row has `{visible(by)}`, by which is counted")
    if not found.total:
        first = f": {visible(aside.shown[0].problem)}" if aside.shown else ""
        raise UsageError(f"there are no decisions to compare{first}", "give rows that the old version decides")
    return Backtested(found, aside, max_change)


def _loaded(named: Rules | str | os.PathLike[str]) -> Rules:
    if isinstance(named, Rules):
        return named
    if is_revision(word := os.fspath(named)):
        with at_revision(word, None) as place:
            return load_place(place)
    return load(named)
