"""Write a chart as a page, with the cases that stand beside it."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Final

from notifyrules.answers.render import Rendered
from notifyrules.cases.model import Case
from notifyrules.document.files import CASES_ENDINGS, SHIPPED_PREFIX, root_for
from notifyrules.graph.model import Graph
from notifyrules.rules import read_cases
from notifyrules.shipped import shipped_path

MOST_CASES: Final = 1_000
"""Cases that a page lists."""


def page(graph: Graph, root: str | None = None, *, expand: bool = False) -> Rendered:
    """Write the page of a chart; the caveats say what of its cases is not on it."""
    from notifyrules.page.html import write_page  # noqa: PLC0415 - drawing is heavy

    cases, caveats = _beside(graph, root)
    return Rendered("html", write_page(graph, cases, expand=expand).encode(), caveats)


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
