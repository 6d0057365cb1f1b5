"""
Find which words and which `recheck` may be in force at the ends of a chart, on every way that arrows lead.

Conditions are not read: each node is taken to give each of its answers, whatever was answered before. The branches of a
fan-out that refuse are no part of a way, and what stands behind a branch that cannot refuse is never tried.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.graph.model import ENDS, Arrow, Because, Call, FanOut, Graph, Notify, Outcome
from notifyrules.source.quoting import quote_yaml
from notifyrules.source.text import one_line

_SILENCE: Final = 1
"""The bit for ways on which nothing has been said."""
_RECHECK: Final = 2
"""The bit for ways on which some `recheck` is in force."""
_LONGEST: Final = 60
"""A text of more code points is not written out once more."""
_ARROWS_SHOWN: Final = 4
"""Arrows named at either end of a way."""


class Speech:
    """What charts say at their ends; one that several call is looked at once."""

    def __init__(self) -> None:
        """Begin with no chart known."""
        self._texts: list[Because] = []
        self._bits: dict[int, int] = {}
        self._words = {end: self._speaker(end) for end in ENDS.values()}
        self._recheck = _Sayings(Notify.LATER, lambda _: 0, lambda one: 0 if one.recheck is None else _RECHECK)

    def _speaker(self, end: Notify) -> _Sayings:
        """Prepare the words for one kind of end."""

        def bit(one: Arrow | Outcome) -> int:
            because = one.because
            if because is None or end not in because.texts:
                return 0
            if id(because) not in self._bits:
                self._texts.append(because)
                self._bits[id(because)] = _SILENCE << len(self._texts)
            return self._bits[id(because)]

        return _Sayings(end, bit, bit)

    def check(self, graph: Graph) -> Iterator[Diagnostic]:
        """Report words for ends that contradict each other, ends without words, and those without a `recheck`."""
        if _uses(graph, lambda one: one.because is not None):
            yield from self._check_faces(graph)
            for words in self._words.values():
                yield from _check_words(graph, words)
        if "now" in graph.facts or _uses(graph, lambda one: isinstance(one, Outcome) and one.recheck is not None):
            yield from _check_recheck(graph, self._recheck)

    def _check_faces(self, graph: Graph) -> Iterator[Diagnostic]:
        """Report each plain text that may be in force both where the person is notified and where not."""
        spoken = {end: words.spoken(graph) for end, words in self._words.items()}
        faces = spoken[Notify.YES] & (spoken[Notify.LATER] | spoken[Notify.NO]) & ~_SILENCE
        if not faces:
            return
        ways = {end: words.ways(graph, faces) for end, words in self._words.items()}
        for because in self._texts:
            bit = self._bits[id(because)] & faces
            if not bit or not because.plain:
                continue
            notified = ways[Notify.YES][bit]
            kind, end = next((kind, end) for kind, end in ENDS.items() if end is not Notify.YES and bit in ways[end])
            other = ways[end][bit]
            text = one_line(because.messages[0].written)
            shown, said = (text, quote_yaml(text)) if len(text) <= _LONGEST else (f"{text[:_LONGEST]}…", "...")
            form = f"`because: {{notified: {said}, {kind}: ...}}`"
            span, labels = because.span, [Label(other[-1].span, f"{kind} here, and nothing else is said")]
            advice = f"say for which ends it speaks, {form}, or say something else further on"
            if notified[0].because is not because:
                # It stands in a called file, and what this one can do is to speak itself.
                span = graph.nodes[notified[0].node].span
                labels.append(Label(because.span, "it stands here"))
                advice = f"give the arrows of the call a `because`, or say there for which ends it speaks, {form}"
            yield Diagnostic(
                Code.TWO_FACED_WORDS,
                f"`{shown}` is said both where the person is notified and where not",
                span,
                (advice,),
                tuple(labels),
                (f"notified by {_path(notified)}", f"{kind} by {_path(other)}"),
            )


def _check_words(graph: Graph, words: _Sayings) -> Iterator[Diagnostic]:
    """Report each end of one kind that may be reached without words."""
    for outcome, arrow in words.silent(graph):
        yield Diagnostic(
            Code.NO_WORDS,
            f"`{outcome.name}` can be reached without any words for the person",
            outcome.span,
            ("say why in the outcome, or on the arrows that lead to it: `because: ...`",),
            (Label(arrow.span, "nothing is said on a way that ends here"),),
        )


def _check_recheck(graph: Graph, recheck: _Sayings) -> Iterator[Diagnostic]:
    """Report each end that holds and may not say when to ask again."""
    form = "such as `recheck: 15m`" if "now" in graph.facts else "as an instant: `recheck: ...`"
    for outcome, arrow in recheck.silent(graph):
        yield Diagnostic(
            Code.NO_RECHECK,
            f"`{outcome.name}` holds, and may not say when to ask again",
            outcome.span,
            (f"say when to ask again, {form}", "where there is nothing to say, write `recheck: null`"),
            (Label(arrow.span, "it ends here without a `recheck`"),),
        )


def _uses(graph: Graph, speaks: Callable[[Arrow | Outcome], bool]) -> bool:
    """Tell whether something speaks in a chart or in those it calls."""
    seen, waiting = {graph}, [graph]
    while waiting:
        one = waiting.pop()
        if any(map(speaks, one.arrows.values())) or any(map(speaks, one.outcomes.values())):
            return True
        called = {node.callee for node in one.nodes.values() if isinstance(node, Call)} - seen
        seen |= called
        waiting.extend(called)
    return False


def _path(way: tuple[Arrow, ...]) -> str:
    """Name the arrows of a way, and where it ends."""
    ids = [arrow.id for arrow in way]
    if len(ids) > 2 * _ARROWS_SHOWN:
        ids[_ARROWS_SHOWN:-_ARROWS_SHOWN] = ["…"]
    return f"`{' -> '.join((*ids, way[-1].target))}`"


@dataclass(slots=True)
class _Sayings:
    """What speaks for one kind of end of the outermost chart: every text, or every `recheck`, has a bit."""

    end: Notify
    of_arrow: Callable[[Arrow], int]
    """The bit of what an arrow says for such an end; 0 for nothing."""
    of_outcome: Callable[[Outcome], int]
    """The bit of what an outcome itself says."""
    _known: dict[Graph, Mapping[str, int]] = field(default_factory=dict)

    def at_ends(self, graph: Graph) -> Mapping[str, int]:
        """Give, for each outcome that ways lead to, the bits of what may be in force there."""
        if graph not in self._known:
            found: dict[str, int] = {}
            for refused in (False, True):
                at = self._before(graph, refused=refused)
                ends = {name for name, one in graph.outcomes.items() if (one.notify is Notify.NO) is refused}
                found |= {name: self._closed(graph.outcomes[name], at[name]) for name in ends & at.keys()}
            self._known[graph] = found
        return self._known[graph]

    def _closed(self, outcome: Outcome, said: int) -> int:
        """Give what is in force at an outcome: where nothing was said, its own; a called one may speak for nothing."""
        if not outcome.notify.counts_for(self.end):
            return _SILENCE
        own = self.of_outcome(outcome)
        return said & ~_SILENCE | own if said & _SILENCE and own else said

    def _before(self, graph: Graph, *, refused: bool) -> Mapping[str, int]:
        """Give, for each node and outcome that ways lead to, the bits of what may have been said last before it."""
        at = {graph.start: _SILENCE}
        for arrow, said in self._arrows(graph, refused=refused):
            if before := at.get(arrow.node, 0):
                passed = said & ~_SILENCE | before if said & _SILENCE else said
                at[arrow.target] = at.get(arrow.target, 0) | passed
        return at

    def _arrows(self, graph: Graph, *, refused: bool) -> Iterator[tuple[Arrow, int]]:
        """
        Give the arrows of ways that end in a refusal, or of those that do not, each with the bits of what it says.

        Returns:
            Those of a node before those of the nodes that they lead to.
        """
        refusing = self._refusing(graph)
        for name in graph.order:
            node = graph.nodes[name]
            if isinstance(node, FanOut):
                for branch in node.branches:
                    if not refused:
                        yield branch, self.of_arrow(branch) or _SILENCE
                    if branch.target not in refusing:
                        break
                else:
                    yield node.otherwise, self.of_arrow(node.otherwise) or _SILENCE
            elif isinstance(node, Call):
                inner = self.at_ends(node.callee)
                for outcome, arrow in node.cases.items():
                    if outcome in inner:
                        yield arrow, self.of_arrow(arrow) or inner[outcome]
            else:
                for arrow in node.arrows:
                    yield arrow, self.of_arrow(arrow) or _SILENCE

    def _refusing(self, graph: Graph) -> set[str]:
        """Name the nodes and outcomes from which some way ends in a refusal."""
        found = {name for name, outcome in graph.outcomes.items() if outcome.notify is Notify.NO}
        for name in reversed(graph.order):
            node = graph.nodes[name]
            if isinstance(node, Call):
                met = self.at_ends(node.callee)
                targets = [arrow.target for outcome, arrow in node.cases.items() if outcome in met]
            else:
                targets = [arrow.target for arrow in node.arrows]
            if (all if isinstance(node, FanOut) else any)(target in found for target in targets):
                found.add(name)
        return found

    def _ends(self, graph: Graph) -> set[str]:
        """Name the outcomes of this kind that ways lead to."""
        return {name for name in self.at_ends(graph) if graph.outcomes[name].notify is self.end}

    def spoken(self, graph: Graph) -> int:
        """Give the bits of all that may be in force at ends of this kind."""
        found = 0
        for name in self._ends(graph):
            found |= self.at_ends(graph)[name]
        return found

    def silent(self, graph: Graph) -> Iterator[tuple[Outcome, Arrow]]:
        """Give each end of this kind at which nothing may be in force, with an arrow by which it is reached so."""
        refused = self.end is Notify.NO
        at = self._before(graph, refused=refused)
        last = {
            arrow.target: arrow
            for arrow, said in self._arrows(graph, refused=refused)
            if at.get(arrow.node, 0) & said & _SILENCE
        }
        for name, outcome in graph.outcomes.items():
            if outcome.notify is self.end and name in last and not self.of_outcome(outcome):
                yield outcome, last[name]

    def ways(self, graph: Graph, wanted: int) -> Mapping[int, tuple[Arrow, ...]]:
        """Find, for each of some bits, a way from what says it to an end of this kind where it is in force."""
        refused = self.end is Notify.NO
        at = self._before(graph, refused=refused)
        arrows = [(arrow, said) for arrow, said in self._arrows(graph, refused=refused) if arrow.node in at]
        onward: dict[str, tuple[int, Arrow | None]] = dict.fromkeys(self._ends(graph), (0, None))
        for arrow, said in reversed(arrows):
            if said & _SILENCE and arrow.target in onward:
                length = onward[arrow.target][0] + 1
                if arrow.node not in onward or length < onward[arrow.node][0]:
                    onward[arrow.node] = length, arrow
        found: dict[int, tuple[Arrow, ...]] = {}
        for arrow, said in arrows:
            fresh = said & wanted & ~_SILENCE if arrow.target in onward else 0
            while fresh:
                bit = fresh & -fresh
                fresh &= ~bit
                if bit not in found:
                    way = [arrow]
                    while (following := onward[way[-1].target][1]) is not None:
                        way.append(following)
                    found[bit] = tuple(way)
        return found
