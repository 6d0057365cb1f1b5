"""Write a chart as a page, with the cases that stand beside it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final

from notifyrules.answers.render import Rendered
from notifyrules.cases.model import Case
from notifyrules.document.files import CASES_ENDINGS, SHIPPED_PREFIX, root_for
from notifyrules.graph.model import Graph
from notifyrules.rules import read_cases
from notifyrules.shipped import shipped_path

if TYPE_CHECKING:
    from notifyrules.diff.model import VersionComparison
    from notifyrules.page.layers import ChangedChart, Traffic

MOST_CASES: Final = 1_000
"""Cases that a page lists."""


def page(
    graph: Graph,
    root: str | None = None,
    *,
    expand: bool = False,
    receipts: Iterable[str] = (),
    comparison: VersionComparison | None = None,
) -> Rendered:
    """
    Write the page of a chart; the caveats say what of its cases is not on it.

    Args:
        graph: A chart without errors.
        root: The folder that named files stay inside.
        expand: Whether called charts are shown opened at first.
        receipts: Files or folders of receipts, whose traffic can be shown on it.
        comparison: What is different from an old version, which can be shown on it, too.
    """
    from notifyrules.page.html import write_page  # noqa: PLC0415 - drawing is heavy

    cases, caveats = _beside(graph, root)
    traffic, changes = _traffic(graph, receipts), None if comparison is None else _changes(comparison)
    written = write_page(graph, cases, expand=expand, traffic=traffic, changes=changes)
    return Rendered("html", written.encode(), caveats)


def _traffic(graph: Graph, receipts: Iterable[str]) -> Traffic | None:
    if not (places := [*receipts]):
        return None
    from notifyrules.answers.log import count_ways  # noqa: PLC0415 - receipts are read by an extra
    from notifyrules.page.layers import Traffic  # noqa: PLC0415 - drawing is heavy
    from notifyrules.receipts import asking  # noqa: PLC0415

    taken, total = count_ways(graph, asking.files_of(places), asking.WantedReceipts())
    return Traffic(taken, total, f"{total:,} decisions, by their receipts; dashed what none of them passed.")


def _changes(comparison: VersionComparison) -> ChangedChart:
    from notifyrules.diff.picture import draw_comparison, unmarked  # noqa: PLC0415 - drawing is heavy
    from notifyrules.diff.report import headline  # noqa: PLC0415 - the solver is an extra
    from notifyrules.page.layers import ChangedChart  # noqa: PLC0415

    found, new = unmarked(draw_comparison(comparison)), comparison.new
    examples = {
        f"changed: {one.change}": {name: value for name, value in one.facts.items() if name in new.facts}
        for one in comparison.examples
    }
    words = headline(comparison).replace("`", "")
    return ChangedChart(comparison.old, found.both, found.marks, found.gone, words, examples)


def _beside(graph: Graph, root: str | None) -> tuple[list[Case], tuple[str, ...]]:
    """Find the cases of the file that is named like the rules."""
    name = graph.path.removeprefix(SHIPPED_PREFIX)
    rules = Path(graph.path) if name == graph.path else shipped_path(name)
    files = [] if rules is None else [rules.with_suffix(ending) for ending in CASES_ENDINGS]
    if (file := next((one for one in files if one.is_file()), None)) is None:
        return [], ()
    suite = read_cases(file, root=root_for(file, root))
    if suite.chart is None or suite.chart.graph.digest != graph.digest:
        return [], (f"the cases of `{file.name}` are not on the page, because they are not about it, or have mistakes",)
    cases = list(islice((one for one in suite if isinstance(one, Case)), MOST_CASES))
    more = len(suite) - len(cases)
    return cases, ((f"{more:,} of its cases are not on the page",) if more else ())
