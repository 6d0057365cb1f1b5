"""Find out why something cannot be at a node: the few earlier answers, and what `assume` says, that rule it out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from notifyrules.diagnostics.diagnostic import Label
from notifyrules.graph.model import Arrow, Graph
from notifyrules.language.terms import Term
from notifyrules.prove.proof import Proof
from notifyrules.solver.charts import asked
from notifyrules.solver.formulas import Formula

_TRIES = 24
"""Ways that are looked into one by one."""
_SHOWN = 4
_LONGEST = 70


@dataclass(frozen=True, slots=True)
class Ruling:
    """Answers and assumptions that together rule something out."""

    arrows: tuple[Arrow, ...]
    """In the order in which they are taken."""
    assumed: tuple[Term, ...]

    def __str__(self) -> str:
        """Put it in words that stand behind `because`."""
        parts = []
        if self.arrows:
            parts.append("every way here takes " + _and(f"`{arrow.id}`" for arrow in self.arrows))
        if self.assumed:
            parts.append("`assume` says " + _and(f"`{clip(term.span.text)}`" for term in self.assumed))
        return ", and ".join(parts) or "it is so for all facts"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why something cannot be: one ruling for each group of ways that lead there."""

    rulings: tuple[Ruling, ...]

    @property
    def words(self) -> str:
        """Say it behind `because`."""
        if len(self.rulings) == 1:
            return str(self.rulings[0])
        return "every way here settles it"

    @property
    def notes(self) -> tuple[str, ...]:
        """Tell the ways apart, where there are several."""
        if len(self.rulings) < 2:  # noqa: PLR2004 - several
            return ()
        shown = [str(ruling).replace("every way here takes", "one way takes") for ruling in self.rulings[:_SHOWN]]
        more = len(self.rulings) - len(shown)
        return (*shown, f"and {more} more ways") if more else tuple(shown)

    def labels(self, graph: Graph) -> Iterator[Label]:
        """Show where the answers are given."""
        arrows = {arrow.id: arrow for ruling in self.rulings[:_SHOWN] for arrow in ruling.arrows}
        for arrow in arrows.values():
            yield Label(graph.nodes[arrow.node].span, f"answered `{clip(arrow.answer)}` before")


@dataclass(frozen=True, slots=True)
class Ways:
    """The ways through a chart that some facts take."""

    proof: Proof
    entering: Mapping[str, tuple[Arrow, ...]]
    """For each node the arrows that lead there."""
    always: Mapping[str, tuple[Arrow, ...]]
    """For each node the arrows that every way there takes, in order."""

    @classmethod
    def find(cls, proof: Proof, dead: frozenset[str]) -> Ways:
        """Look at all arrows but those that are never taken."""
        graph = proof.graph
        entering: dict[str, list[Arrow]] = {}
        always: dict[str, tuple[Arrow, ...]] = {graph.start: ()}
        for name in graph.order:
            if name != graph.start and name not in entering:
                continue
            ways = [(*always[arrow.node], arrow) for arrow in entering.get(name, ())]
            if ways:
                shared = set.intersection(*({arrow.id for arrow in way} for way in ways))
                always[name] = tuple(arrow for arrow in ways[0] if arrow.id in shared)
            for arrow in graph.nodes[name].arrows:
                if arrow.id not in dead:
                    entering.setdefault(arrow.target, []).append(arrow)
        return cls(proof, {name: tuple(arrows) for name, arrows in entering.items()}, always)

    def explain(self, node: str, ruled_out: Formula) -> Reason:
        """
        Find out why something cannot be when a node is asked.

        Args:
            node: The node, which some facts reach.
            ruled_out: What cannot be there: proved.
        """
        found: dict[tuple[object, ...], Ruling] = {}
        waiting: list[tuple[str, tuple[Arrow, ...]]] = [(node, ())]
        for _ in range(_TRIES):
            if not waiting:
                break
            at, behind = waiting.pop(0)
            ruling = self._rule((*self.always[at], *behind), ruled_out)
            if ruling is None:
                waiting.extend((arrow.node, (arrow, *behind)) for arrow in self.entering.get(at, ()))
            else:
                key = (*(arrow.id for arrow in ruling.arrows), *ruling.assumed)
                found[key] = ruling
        if waiting:
            return Reason(())
        return Reason(tuple(found.values()))

    def _rule(self, arrows: Sequence[Arrow], ruled_out: Formula) -> Ruling | None:
        """Find few answers that rule something out together with what is assumed."""
        proof = self.proof
        answers = [asked(proof.chart, arrow) for arrow in arrows]
        core = proof.bare.core([*proof.assumed, *answers], fixed=[ruled_out])
        if core is None:
            return None
        first = len(proof.assumed)
        assumed = tuple(proof.graph.assume[number] for number in core if number < first)
        return Ruling(tuple(arrows[number - first] for number in core if number >= first), assumed)


def clip(text: str) -> str:
    """Put words of the file on one line, shortened to what a sentence can carry."""
    folded = " ".join(text.split())
    return folded if len(folded) <= _LONGEST else folded[: _LONGEST - 1] + "…"


def _and(items: Iterator[str]) -> str:
    """List items in a sentence."""
    *most, last = items
    return f"{', '.join(most)} and {last}" if most else last
