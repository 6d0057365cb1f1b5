"""Say what changes for whom from one version of a rule file to another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from notifyrules.answers.render import Rendered, write_picture
from notifyrules.diff.compare import compare
from notifyrules.diff.gate import AllowedChanges, read_gate
from notifyrules.diff.machine import comparison_data, format_github, format_json
from notifyrules.diff.model import VersionComparison
from notifyrules.diff.recorded import Counted, count_rows
from notifyrules.diff.report import format_markdown, format_text, picture_below
from notifyrules.graph.model import Graph
from notifyrules.limit import Limit

_READERS = {"text": format_text, "markdown": format_markdown}


@dataclass(frozen=True, slots=True)
class Diffed:
    """What changes from one version to another, and whether it may."""

    comparison: VersionComparison
    gate: AllowedChanges
    rows: Counted | None
    """What becomes of recorded decisions, where some were given."""

    @property
    def refused(self) -> tuple[str, ...]:
        """The changes that are not allowed."""
        return self.gate.refused(self.comparison)

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return comparison_data(self.comparison, self.gate, self.rows)

    def tell(self, report_format: str, *, picture: str = "", ways: bool = False) -> str:
        """
        Tell it, in lines that end in a line end.

        Args:
            report_format: `text`, `json`, `markdown` or `github`.
            picture: What Markdown shows folded below: the text of a Mermaid chart, or else where a picture is found.
            ways: Whether text and Markdown also tell both paths of each change.
        """
        known = (self.comparison, self.gate, self.rows)
        if report_format in _READERS:
            told = _READERS[report_format](*known, ways=ways)
        else:
            told = format_json(*known) if report_format == "json" else format_github(*known)
        return told + picture_below(told, picture) if picture and report_format == "markdown" else told

    def render(self, picture_format: str) -> Rendered:
        """Draw both versions as one picture."""
        from notifyrules.diff.picture import draw_comparison  # noqa: PLC0415 - drawing is heavy

        return write_picture(draw_comparison(self.comparison), picture_format)


def diff(  # noqa: PLR0913 - what is compared, and how
    old: Graph,
    new: Graph,
    *,
    allow: Sequence[str] = (),
    rows: Iterable[tuple[str, Mapping[str, object]]] | None = None,
    limit: Limit,
    watch: Callable[[str], None] = lambda _: None,
) -> Diffed:
    """
    Compare two versions by the solver, which must be installed.

    Args:
        old: The version before.
        new: The version after.
        allow: The changes that are meant; UsageError where one is no change.
        rows: Recorded facts by name.
        limit: How long it may take.
        watch: Is told what is being worked on.
    """
    gate = read_gate(allow, old, new)
    return Diffed(compare(old, new, limit, watch), gate, None if rows is None else count_rows(old, new, rows))
