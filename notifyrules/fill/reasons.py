"""Say why no facts walk what no case walks: which guard or row forbids it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from notifyrules.fill.goals import CaseGoal
from notifyrules.graph.model import Arrow, First
from notifyrules.prove.unreachable import LiveWays, Reason, shadowing, shadowing_words
from notifyrules.solver import Formula, Neighbourhood, Solver, SolverAnswer


@dataclass(frozen=True)
class Reasons:
    """What forbids goals in one chart."""

    near: Neighbourhood

    @cached_property
    def _ways(self) -> LiveWays:
        chart, nearest = self.near.chart, self.near.nearest
        met = {arrow: chart.met[arrow] for arrow in chart.graph.arrows if arrow in chart.met}
        found = nearest.solver.sort_out(met)
        bare = Solver(chart.world, nearest.inputs.domain(), nearest.solver.limit)
        return LiveWays.find(chart, bare, [arrow for arrow, answer in found.items() if answer is SolverAnswer.NO])

    def of(self, goal: CaseGoal) -> str:
        """Say behind `because` what forbids something that no facts walk, as was proved."""
        found = dict.fromkeys(self._at(goal, node, here) for node, here in goal.at)
        return "; and ".join(found) or "no way to an end that says it allows it"

    def _at(self, goal: CaseGoal, node: str, here: Formula) -> str:
        if node not in self._ways.always:
            return self._unreached(node)
        if goal.arrow is not None and (told := self._shadowed(goal.arrow)) is not None:
            return told
        return _told(self._ways.explain(node, here))

    def _unreached(self, node: str) -> str:
        """Say which arrows would lead to a node, and why nothing takes them."""
        graph, ways = self.near.graph, self._ways
        leading, waiting = dict[str, Arrow](), [node]
        for name in waiting:
            for arrow in graph.arrows.values():
                if arrow.target == name and arrow.id not in leading:
                    leading[arrow.id] = arrow
                    waiting += [arrow.node] * (arrow.node not in ways.always and arrow.node not in waiting)
        dead = [arrow for arrow in leading.values() if arrow.node in ways.always]
        parts = [
            f"`{arrow.id}` is never taken, because "
            f"{self._shadowed(arrow) or _told(ways.explain(arrow.node, self.near.chart.asked(arrow)))}"
            for arrow in dead
        ]
        return f"nothing reaches `{node}`: {'; and '.join(parts)}"

    def _shadowed(self, arrow: Arrow) -> str | None:
        """Say which rows stand above one that they leave nothing to."""
        node, chart = self.near.graph.nodes[arrow.node], self.near.chart
        row = next((one for one in node.rows if one.arrow is arrow), None) if isinstance(node, First) else None
        if row is None or not isinstance(node, First):
            return None
        rows = shadowing(node, row, chart, self.near.nearest.solver)
        return shadowing_words(rows) if rows else None


def _told(reason: Reason) -> str:
    if not reason.tells:
        return "what is asked there rules it out"
    return f"{reason.words}: {'; '.join(reason.notes)}" if reason.notes else reason.words
