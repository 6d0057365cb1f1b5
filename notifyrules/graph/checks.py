"""Check a chart as a whole: each check gives what it finds, whatever the others find."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from notifyrules.diagnostics.codes import Code
from notifyrules.diagnostics.diagnostic import Diagnostic, Label
from notifyrules.document.model import Document, GuaranteePart
from notifyrules.document.shapes import Part
from notifyrules.graph.draft import Draft
from notifyrules.graph.model import Call, FanOut, Guarantee, Media, Node, Outcome, conditions
from notifyrules.graph.reachability import topological, written_targets
from notifyrules.language import terms as t
from notifyrules.language.evaluator import evaluate
from notifyrules.language.null_narrowing import value_key
from notifyrules.language.syntax import names_in
from notifyrules.language.values import write_literal
from notifyrules.source.located import Scalar

MAX_NESTING = 10
"""Fan-outs on the branches of fan-outs."""


@dataclass(frozen=True, slots=True)
class Parts:
    """The parts of a chart, as far as they could be built, and what several checks ask of them."""

    draft: Draft
    """What was found out while they were built; checks only read it."""
    nodes: Mapping[str, Node | None]
    """None for a node with findings."""
    outcomes: Mapping[str, Outcome | None]
    media: Media | None
    guarantees: tuple[Guarantee, ...]
    leads: Mapping[str, tuple[str, ...]]
    """What each node leads to, as it is written: outcomes and unknown names included."""
    circles: tuple[tuple[str, ...], ...]
    """The nodes of each way that leads back to its beginning."""

    @property
    def whole(self) -> bool:
        """Whether every part could be built."""
        return None not in self.nodes.values() and None not in self.outcomes.values()

    @property
    def loose(self) -> bool:
        """Whether some way out leads nowhere or in a circle, so that it is not known what was meant to be reached."""
        return self.draft.loose or bool(self.circles)

    @property
    def spoilt(self) -> bool:
        """Whether some node could not be read at all, so that it is not known where it leads."""
        return self.draft.has_broken("flow")


def check_cycle(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report each circle once, at the arrow that closes it.

    A decision that entered the circle would never reach an outcome.
    """
    written = {str(name): (name, part) for name, part in parts.draft.document.flow.items()}
    for circle in parts.circles:
        closing = next(target for target in written_targets(written[circle[-1]][1]) if target == circle[0])
        message = f"the chart leads back to itself: {' -> '.join((*circle, circle[0]))}"
        advice = ("send one of these arrows to an outcome, or to a node outside of the circle",)
        labels = (Label(written[circle[0]][0].span, "it comes back here"),)
        yield Diagnostic(Code.CYCLE, message, closing.span, advice, labels)


def check_nesting(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report the first fan-out that stands too deep.

    Every level is one more question kept in mind, by readers and by the evaluator.
    """
    if parts.circles:
        return
    depth: dict[str, int] = {}
    root = ""
    for name in reversed(topological({**parts.leads, root: tuple(parts.leads)}, root)[1:]):
        node = parts.nodes.get(name)
        depth[name] = max((depth.get(target, 0) for target in parts.leads[name]), default=0)
        if isinstance(node, FanOut):
            depth[name] = max(depth[name], 1, *(depth.get(branch.target, 0) + 1 for branch in node.branches))
        if depth[name] > MAX_NESTING and node is not None:
            message = f"more than {MAX_NESTING} fan-outs stand on the branches of each other here"
            yield Diagnostic(Code.LIMIT, message, node.span, ("put their branches into one fan-out",))
            return


def check_unreachable(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report each node that the start cannot reach; one that only such nodes lead to is not reported again.

    They decide nothing, and usually an arrow was meant to lead there.
    """
    leads = parts.leads
    if not leads or parts.loose or parts.spoilt:
        return
    reached = set(topological(leads, next(iter(leads))))
    lost = [name for name in leads if name not in reached]
    led_to = {target for name in lost for target in leads[name] if target != name}
    roots = [name for name in lost if name not in led_to] or lost[:1]
    for name in parts.draft.document.flow:
        if name in roots and name not in parts.draft.meant:
            message = f"no arrow leads to `{name}`"
            yield Diagnostic(Code.UNREACHABLE_NODE, message, name.span, ("lead an arrow there, or remove it",))


def check_unused_ends(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report outcomes that no arrow leads to, and classes of the file itself that no node has.

    They are forgotten, or misspelt where they were meant.
    """
    draft, document = parts.draft, parts.draft.document
    if parts.spoilt:
        return
    reached = {target for targets in parts.leads.values() for target in targets} | {str(document.otherwise)}
    for name in () if parts.loose else document.outcomes:
        if name not in reached | draft.meant:
            message = f"no arrow leads to the outcome `{name}`"
            yield Diagnostic(Code.UNUSED_OUTCOME, message, name.span, ("lead an arrow there, or remove it",))
    classes = {part.class_ for part in document.flow.values()}
    for name in document.legend:
        if name not in classes | draft.meant:
            message = f"no node has the class `{name}`"
            yield Diagnostic(Code.UNUSED_CLASS, message, name.span, ("remove it from the legend",))


def check_unused(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report facts, lets, types and data of the file itself that nothing uses.

    A fact that nothing reads costs every caller work; the rest is either forgotten or misspelt elsewhere. What is
    included is never reported, because other files may use it, nor is anything while a part cannot be read, because
    that one may use it.
    """
    draft = parts.draft
    if draft.unread or draft.broken or None in parts.nodes.values():
        return
    for fact in draft.facts.values():
        if fact.name not in draft.read and not fact.included:
            advice = "remove it, or allow it with a reason: `allow: {unused-fact: ...}`"
            yield Diagnostic(Code.UNUSED_FACT, f"nothing reads the fact `{fact.name}`", fact.span, (advice,))
    used = _used_lets(draft)
    for let in draft.lets.values():
        if let.name not in used and not let.included:
            yield Diagnostic(Code.UNUSED_LET, f"nothing uses `{let.name}`", let.span, ("remove it",))
    named = set(topological({**draft.types.made_of, "": draft.types.used}, ""))
    for kind in draft.types.known.values():
        if kind.name not in named and not kind.included:
            yield Diagnostic(Code.UNUSED_TYPE, f"nothing uses the type `{kind.name}`", kind.span, ("remove it",))
    if any(found.code is Code.UNKNOWN_DATA for found in draft.findings):
        return
    given = {str(key) for part in draft.document.outcomes.values() for key in part.data}
    for data in draft.data.values():
        # Data without a default must be given: that is said at the outcomes.
        if data.name not in given and data.has_default and not data.included:
            advice = f"remove it, or give it one: `data: {{{data.name}: ...}}`"
            yield Diagnostic(Code.UNUSED_DATA, f"no outcome gives `{data.name}` a value", data.span, (advice,))


def _used_lets(draft: Draft) -> set[str]:
    """Name the lets that conditions use, directly or through other lets that are used."""
    used = set(draft.scope.used)
    waiting = list(used)
    while waiting:
        let = draft.scope.lets.get(waiting.pop())
        if let is not None and let.body is not None:
            fresh = (names_in(let.body) & set(draft.scope.lets)) - used
            used |= fresh
            waiting.extend(fresh)
    return used


def check_constant(parts: Parts) -> Iterator[Diagnostic]:
    """
    Report each condition, or the narrowest part of one, that reads no facts or compares something with itself.

    Usually one side was meant to be another fact.
    """
    built = [node for node in parts.nodes.values() if node is not None and not isinstance(node, Call)]
    asked = [term for node in built for term in conditions(node)]
    for term in asked:
        if not t.facts_read(term):
            message = f"this is always {write_literal(evaluate(term, {}, {}))}"
            yield Diagnostic(Code.CONSTANT_CONDITION, message, term.span, ("ask for a fact, or remove the question",))
    named = [let.term for let in parts.draft.lets.values() if let.term is not None and not let.included]
    for term in (*asked, *(term for term in named if term.type.base is not None)):
        for part, message in _constant_parts(term):
            advice = "remove this part, or write the fact that is meant"
            yield Diagnostic(Code.CONSTANT_CONDITION, message, part.span, (advice,))


def _constant_parts(term: t.Term) -> Iterator[tuple[t.Term, str]]:
    """
    Give the parts of a condition, as written, that come out the same for all facts.

    A let is looked into where it is declared, not where it is used.
    """
    waiting = [term]
    while waiting:
        one = waiting.pop()
        if isinstance(one, t.LetUse):
            continue
        if (
            isinstance(one, t.Comparison)
            and value_key(one.left) == value_key(one.right)
            and not isinstance(one.left, t.Constant)
        ):
            yield one, "both sides are the same"
            continue
        tested: tuple[t.Term, ...] = ()
        if isinstance(one, t.Junction):
            tested = one.items
        elif isinstance(one, t.Not):
            tested = (one.operand,)
        elif isinstance(one, t.Choice):
            tested = (one.condition,)
        for part in tested:
            if not t.facts_read(part):
                yield part, f"this is always {write_literal(evaluate(part, {}, {}))}"
            else:
                waiting.append(part)
        if isinstance(one, t.Choice):
            waiting.extend((one.then, one.otherwise))


_SHOWN_AS_WRITTEN = ("ask", "label", "title", "about", "source")
"""The keys of texts for people in which nothing is filled in."""
_BRACES = re.compile(r"\{[^{}]*[^{}\s][^{}]*\}")


def check_literal_braces(document: Document) -> Iterator[Diagnostic]:
    """
    Report braces in texts that are shown as they are written.

    Whoever reads the chart would see the name of a fact where its value was meant.
    """
    for text in _plain_texts(document):
        for found in _BRACES.finditer(text):
            message = f"nothing is filled in here: `{found[0]}` is shown as it stands"
            advice = "write it without braces; only a `because` has conditions in it"
            yield Diagnostic(Code.LITERAL_BRACES, message, text.part(*found.span()), (advice,))


def _plain_texts(part: Part) -> Iterator[Scalar]:
    """Give the texts of a part of a file in which nothing is filled in, in no order."""
    for key in part.fields:
        value = getattr(part, key)
        if isinstance(value, Scalar) and (key in _SHOWN_AS_WRITTEN or isinstance(part, GuaranteePart)):
            yield value
        for held in value.values() if isinstance(value, Mapping) else value if isinstance(value, list) else (value,):
            if isinstance(held, Part):
                yield from _plain_texts(held)


CHECKS: tuple[Callable[[Parts], Iterator[Diagnostic]], ...] = (
    check_cycle,
    check_nesting,
    check_unreachable,
    check_unused_ends,
    check_unused,
    check_constant,
    lambda parts: check_literal_braces(parts.draft.document),
)
"""The checks of a chart; each stands for itself."""
