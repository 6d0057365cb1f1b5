"""
Follow two versions of a chart side by side, and find where their ways part.

As long as both ask the same, both are at the same node; so only what lies behind the first difference has to be
compared. Without this the solver would have to find out for itself that the ways before are the same.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from notifyrules.diff.model import Structure
from notifyrules.solver.charts import Chart
from notifyrules.solver.formulas import Formula


@dataclass(frozen=True, slots=True)
class Parting:
    """A place from which the two versions go different ways."""

    condition: Formula
    """When both are there."""
    old: str
    """Where the old version goes on: a node or an outcome."""
    new: str


@dataclass(slots=True)
class Lockstep:
    """Two versions side by side."""

    old: Chart
    new: Chart
    partings: list[Parting] = field(default_factory=list)
    together: dict[str, Formula] = field(default_factory=dict)
    """When both reach an outcome of one name without having parted."""

    @classmethod
    def follow(cls, old: Chart, new: Chart, structure: Structure) -> Lockstep:
        """Follow both from their starts."""
        lockstep = cls(old, new)
        formulas = old.world.formulas
        joint: dict[str, list[Formula]] = {}
        lockstep._go(formulas.true, old.graph.start, new.graph.start, structure.nodes, joint)
        for name in old.graph.order:
            if name not in joint:
                continue
            here = old.world.define(formulas.some(joint[name]))
            now = structure.nodes[name]
            answers = lockstep._answers(name, now, structure.arrows)
            if answers is None:
                lockstep.partings.append(Parting(here, name, now))
                continue
            for answer, led_to, leads_to in answers:
                taken = old.world.define(formulas.every((here, answer)))
                lockstep._go(taken, led_to, leads_to, structure.nodes, joint)
        return lockstep

    def _answers(self, was: str, now: str, arrows: Mapping[str, str]) -> list[tuple[Formula, str, str]] | None:
        """
        List the ways out of a node that both have, when they are taken, and where they lead.

        Returns:
            None where the two nodes do not always answer alike.
        """
        old, new = self.old.graph.nodes[was].arrows, self.new.graph.nodes[now].arrows
        targets = {arrow.id: arrow.target for arrow in new}
        found = []
        for arrow in old:
            other = arrows.get(arrow.id)
            if other not in targets or not self.old.answers[arrow.id].eq(self.new.answers[other]):
                return None
            found.append((self.old.answers[arrow.id], arrow.target, targets[other]))
        return found if len(old) == len(new) else None

    def _go(
        self, taken: Formula, led_to: str, leads_to: str, nodes: Mapping[str, str], joint: dict[str, list[Formula]]
    ) -> None:
        """Go on, together or apart."""
        if nodes.get(led_to) == leads_to:
            joint.setdefault(led_to, []).append(taken)
        elif led_to == leads_to and led_to in self.old.graph.outcomes and led_to in self.new.graph.outcomes:
            either = (self.together.get(led_to, self.old.world.formulas.false), taken)
            self.together[led_to] = self.old.world.formulas.some(either)
        elif taken is not self.old.world.formulas.false:
            self.partings.append(Parting(taken, led_to, leads_to))

    def pairs(self) -> Iterator[tuple[str, str, Formula]]:
        """Say when which outcome of the old version stands against which of the new one."""
        formulas = self.old.world.formulas
        ways: dict[tuple[str, str], list[Formula]] = {}
        for outcome, taken in self.together.items():
            ways.setdefault((outcome, outcome), []).append(taken)
        for parting in self.partings:
            for was, before in _ends(self.old, parting.old).items():
                for now, after in _ends(self.new, parting.new).items():
                    way = formulas.every((parting.condition, before, after))
                    if way is not formulas.false:
                        ways.setdefault((was, now), []).append(way)
        for (was, now), listed in ways.items():
            yield was, now, self.old.world.define(formulas.some(listed))


def _ends(chart: Chart, target: str) -> Mapping[str, Formula]:
    """Say in which outcomes the way from a node or outcome ends, and when."""
    return chart.ends.get(target, {target: chart.world.formulas.true})
