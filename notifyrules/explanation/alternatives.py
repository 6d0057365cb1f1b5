"""Say to each reader what would have to change for another outcome: by question and answer, in the chart's words."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from types import MappingProxyType
from typing import Final

from notifyrules.diagnostics.phrases import did_you_mean, named
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import UsageError
from notifyrules.evaluation.walk import Passage, Step
from notifyrules.explanation.words import (
    HEADLINES,
    SENTENCE_ENDS,
    enumerate_shortly,
    on_clock,
    paragraph,
    printable,
    show,
)
from notifyrules.graph.model import Call, Graph, Notify
from notifyrules.language.terms import facts_read
from notifyrules.language.values import FactValues, Value, to_plain

_TOLD: Final = 5
"""Sets of changes that are told before the others are counted."""
_LISTED: Final = 6
"""Reasons that are told before the others are counted."""


@dataclass(frozen=True, slots=True)
class Alternative:
    """Facts that are to change, and what is decided then."""

    changes: FactValues
    """The facts that are to change, and their new values."""
    passage: Passage
    """The way through the chart then."""


@dataclass(frozen=True, slots=True)
class Turn:
    """A question that reads what changed, and its answer on both ways."""

    ask: str
    answer: str
    arrow: str
    """The id of the arrow taken, behind the calls that lead there: `quiet/hours.then`."""
    was: str | None
    """The answer until now; None where the question is not asked."""
    was_arrow: str | None
    facts: tuple[str, ...]
    """The changed facts that it reads and that no question before it read."""

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {
            "ask": self.ask,
            "answer": self.answer,
            "arrow": self.arrow,
            "was": self.was,
            "was_arrow": self.was_arrow,
        }


@dataclass(frozen=True, slots=True)
class Until:
    """From when on time alone would do."""

    at: datetime | None
    """The first such instant; None if there is none."""
    passage: Passage | None
    """The way through the chart then."""
    certain: bool
    """Whether it is certain that there is none."""


@dataclass(frozen=True, slots=True)
class Barred:
    """Why no change would do, as it was proved."""

    step: Step | None
    """The last step of the present way that no change avoids and that rules out what is wanted; None if none does."""
    facts: tuple[str, ...]
    """The facts, held as they are, that force it; without a step, that rule out what is wanted."""
    reasons: tuple[str, ...]
    """Without a step, the arrows by which it may be settled all the same."""
    whatever: bool = False
    """Whether no facts at all give what is wanted."""


@dataclass(frozen=True, slots=True, repr=False)
class WhyNot:
    """What would have to change for another outcome."""

    graph: Graph
    wanted: str
    """The outcome that is wanted, or `notify` for any that notifies."""
    facts: FactValues
    passage: Passage
    """The way that is decided now."""
    alternatives: tuple[Alternative, ...]
    """
    What would give what is wanted, a smallest set of facts each: no part of one would do. The smallest come first,
    those that change a fact without a default last.
    """
    settled: bool
    """Whether these are all: there may be more if not."""
    most: int
    """So many facts are changed at most."""
    until: Until | None
    """None where the clock does not count, or may not change."""
    barred: Barred | None
    """Why there are no alternatives, where that is proved whatever number of facts may change."""

    def __repr__(self) -> str:
        return f"<WhyNot {self.wanted!r}: {len(self.alternatives)} sets of changes>"

    @property
    def already(self) -> bool:
        """Whether it is decided as wanted."""
        return self.passage.outcome in self.outcomes

    @property
    def passages(self) -> Mapping[str, Passage]:
        """The way that is decided now, and the one after the first change, for a picture of both."""
        first = {"changed": self.alternatives[0].passage} if self.alternatives else {}
        return {"now": self.passage, **first}

    @property
    def outcomes(self) -> frozenset[str]:
        """The outcomes that will do."""
        return wanted_outcomes(self.graph, self.wanted)

    def turns(self, alternative: Alternative) -> tuple[Turn, ...]:
        """List the questions of a new way that read a changed fact, those of called charts and vain branches too."""
        before = {key: step for key, step, _ in _asked(self.graph, self.passage.steps)}
        seen: set[str] = set()
        found: dict[str, Turn] = {}
        for key, step, read in _asked(self.graph, alternative.passage.steps):
            names = tuple(name for name in alternative.changes if name in read)
            if names and key not in found:
                was = before.get(key)
                prefix = key[: -len(step.node)]
                answer, arrow = (None, None) if was is None else (was.answer, prefix + was.arrow)
                fresh = tuple(name for name in names if name not in seen)
                found[key] = Turn(step.ask, step.answer, prefix + step.arrow, answer, arrow, fresh)
                seen.update(names)
        return tuple(found.values())

    def explain(self, reader: str = "support") -> str:
        """
        Tell what would have to change, in sentences.

        Args:
            reader: `user` for the person concerned, `support` for whoever answers their ticket, `engineer` for whoever
                mends the rules.

        Raises:
            UsageError: There is no such reader.
        """
        if reader not in _READERS:
            advice = did_you_mean(reader, _READERS, f"the readers are {named(_READERS)}")
            raise UsageError(f"there is no reader `{visible(reader)}`", advice)
        return "\n".join(_READERS[reader](self))

    def to_dict(self) -> dict[str, object]:
        """Give it as plain data: what JSON can hold."""
        return {
            "rules": self.graph.name,
            "digest": self.graph.digest,
            "wanted": self.wanted,
            "outcome": self.passage.outcome,
            "reason": self.passage.steps[-1].arrow,
            "alternatives": [
                {
                    "changes": {
                        name: {"was": to_plain(self.facts[name]), "is": to_plain(value)}
                        for name, value in one.changes.items()
                    },
                    "outcome": one.passage.outcome,
                    "reason": one.passage.steps[-1].arrow,
                    "because": one.passage.because,
                    "questions": [turn.to_dict() for turn in self.turns(one)],
                }
                for one in self.alternatives
            ],
            "settled": self.settled,
            "until": self.until
            and {
                "at": None if self.until.at is None else to_plain(self.until.at),
                "outcome": self.until.passage and self.until.passage.outcome,
                "certain": self.until.certain,
            },
            "barred": self.barred
            and {
                "arrow": self.barred.step and self.barred.step.arrow,
                "facts": list(self.barred.facts),
                "reasons": list(self.barred.reasons),
            },
        }


def wanted_outcomes(graph: Graph, wanted: str) -> frozenset[str]:
    """Name the outcomes that will do: the one of that name, else for `notify` all that notify."""
    if wanted in graph.outcomes:
        return frozenset({wanted})
    notifying = frozenset(name for name, one in graph.outcomes.items() if one.notify is Notify.YES)
    if wanted != "notify" or not notifying:
        known = [*graph.outcomes, *(["notify"] if notifying else [])]
        advice = did_you_mean(wanted, known, f"the outcomes are {named(graph.outcomes)}")
        raise UsageError(f"`{visible(wanted)}` is no outcome of `{graph.name}`", advice)
    return notifying


def _asked(
    graph: Graph, steps: Iterable[Step], prefix: str = "", origin: Mapping[str, frozenset[str]] | None = None
) -> Iterator[tuple[str, Step, frozenset[str]]]:
    """Give each question with its key and the facts of the outermost chart that it read; for a call those inside."""
    for step in steps:
        for branch in step.tried:
            yield from _asked(graph, branch.steps, prefix, origin)
        read = {name: frozenset((name,)) if origin is None else origin[name] for name in step.facts}
        node = graph.nodes[step.node]
        if step.inner is None or not isinstance(node, Call):
            yield prefix + step.node, step, frozenset().union(*read.values())
            continue
        inside = {
            name: frozenset().union(*(read[one] for one in facts_read(term) if one in read))
            for name, term in node.arguments.items()
        }
        yield from _asked(node.callee, step.inner.steps, f"{prefix}{step.node}/", inside)


# ---- Telling it ----


def grouped(alternatives: Iterable[Alternative]) -> list[tuple[Alternative, ...]]:
    """Put together the sets of changes that differ in one fact, in the order of the first of each."""
    left, groups = list(alternatives), list[tuple[Alternative, ...]]()
    while left:
        changes = left[0].changes
        alike: list[Alternative] = []
        for common in combinations(changes, len(changes) - 1):
            found = [
                one
                for one in left
                if len(one.changes) == len(changes)
                and all(name in one.changes and one.changes[name] == changes[name] for name in common)
            ]
            alike = max(alike, found, key=len)
        groups.append(tuple(alike))
        left = [one for one in left if one not in alike]
    return groups


_Told = tuple[tuple[str, ...], str]
"""What is said of the questions of one set of changes, one after the other, and of its end."""


def _list(why: WhyNot, say: Callable[[Alternative], _Told], join: str) -> Iterator[str]:
    """List the sets of changes, those of which the same is said once, and what a group has in common once."""
    distinct = {say(one): one for one in reversed(why.alternatives)}
    kept = [one for one in why.alternatives if distinct[say(one)] is one]
    for group in grouped(kept[:_TOLD]):
        told = [say(one) for one in group]
        common = [part for part in told[0][0] if all(part in parts for parts, _ in told)]
        rests = [([part for part in parts if part not in common], end) for parts, end in told]
        if len(told) == 1 or not common or not all(rest for rest, _ in rests):
            for parts, end in told:
                yield from paragraph(join.join(parts) + end, 2, bullet="- ")
            continue
        yield from paragraph(f"{join.join(common)}{join}one of:", 2, bullet="- ")
        for rest, end in rests:
            yield from paragraph(join.join(rest) + end, 6, bullet="- ")
    left = len(kept) - _TOLD
    maybe = "" if why.settled else "and maybe more"
    if left > 0 or maybe:
        yield "  " + ", ".join(filter(None, (f"and {left:,} more" if left > 0 else "", maybe)))


def _because(words: str | None) -> str:
    told = printable(words or "")
    return "." if not told else f": {told}" if told.endswith(SENTENCE_ENDS) else f": {told}."


def _label(why: WhyNot, outcome: str) -> str:
    return printable(why.graph.outcomes[outcome].label)


def _word(answer: str | None) -> str:
    """Write an answer; a switch calls what is null so."""
    return "not set" if answer == "null" else printable(answer or "")


def _value(value: Value) -> str:
    return "not set" if value is None else show(value)


def _tell(why: WhyNot, opening: str, say: Callable[[Alternative], _Told], join: str, one: str) -> Iterator[str]:
    """Tell the changes, or that there are none; *one* leads over to the only one."""
    if not why.alternatives and why.barred is None:
        found = f"no change of up to {why.most} facts" if why.settled else "no change that was found; there may be some"
        yield from paragraph(f"{opening} by {found}.")
    elif why.alternatives:
        if len({say(each) for each in why.alternatives}) == 1 and why.settled:
            parts, end = say(why.alternatives[0])
            yield from paragraph(f"{opening} {one} {join.join(parts)}{end}")
        else:
            yield f"{opening} {one} one of these{' were so' * (one == 'if')}:"
            yield from _list(why, say, join)


# ---- The readers ----


_OPENINGS: Final = {
    Notify.YES: "You would be notified",
    Notify.NO: "You would not be notified",
    Notify.LATER: "You would be notified later",
}
_ALREADY: Final = {Notify.YES: "You are notified", Notify.NO: "You are not notified"}


def _user(why: WhyNot) -> Iterator[str]:
    kind, *_ = (why.graph.outcomes[name].notify for name in why.graph.outcomes if name in why.outcomes)
    now = why.graph.outcomes[why.passage.outcome].notify
    label = next(_label(why, name) for name in why.graph.outcomes if name in why.outcomes)
    opening = f"The answer would be “{label}”" if kind is now else _OPENINGS.get(kind, f"The answer would be “{label}”")
    if why.already:
        said = _ALREADY.get(now, f"The answer is “{_label(why, why.passage.outcome)}”")
        yield from paragraph(f"{said} already{_because(why.passage.because)}")
        return

    def say(one: Alternative) -> _Told:
        turns = why.turns(one)
        parts = [
            f"“{printable(turn.ask)}” were {'still ' * (turn.was == turn.answer)}answered {_word(turn.answer)}"
            for turn in turns
        ]
        return tuple(dict.fromkeys(parts)), _because(one.passage.because)

    yield from _tell(why, opening, say, " and ", "if")
    if why.barred is not None:
        yield from paragraph(_barred_words(why, why.barred, "No such change helps"))
    if (until := why.until) is not None:
        if until.at is not None and until.passage is not None:
            yield from paragraph(f"{opening} at {on_clock(until.at, why.facts)}{_because(until.passage.because)}")
        elif not why.alternatives:
            yield "Waiting does not help." if until.certain else "It is not known whether waiting helps."


def _barred_words(why: WhyNot, barred: Barred, opening: str) -> str:
    """Say what no change avoids, by question and answer."""
    if barred.whatever:
        return f"{opening}: nothing leads there, whatever the facts."
    if (step := barred.step) is not None:
        return f"{opening}: “{printable(step.ask)}” stays {_word(step.answer)}{_because(step.because)}"
    arrows = [why.graph.arrows[name] for name in barred.reasons]
    ways = [f"“{printable(why.graph.nodes[one.node].ask)}” {_word(one.answer)}" for one in arrows]
    return f"{opening}. What may settle it: {enumerate_shortly(ways, most=_LISTED, separator='; ')}."


def _support(why: WhyNot) -> Iterator[str]:
    now, media = why.passage.outcome, why.graph.media
    wanted = f"be {printable(why.wanted)}" if why.wanted in why.graph.outcomes else "notify"
    medium = "" if media is None else f" ({printable(media.fact)}: {show(why.facts[media.fact])})"
    because = _because(why.passage.because).replace(": ", ", because ", 1)
    headline = HEADLINES[why.graph.outcomes[now].notify]
    yield from paragraph(f"{headline}{medium}: {printable(now)}{because}")
    if why.already:
        yield "That is what is wanted."
        return

    def say(one: Alternative) -> _Told:
        def changed(names: Iterable[str]) -> str:
            changes = (f"{printable(name)}: {_value(why.facts[name])} -> {_value(one.changes[name])}" for name in names)
            return ", ".join(changes)

        parts, unread = [], dict(one.changes)
        for turn in why.turns(one):
            still = "still " * (turn.was == turn.answer)
            instead = "" if turn.was in (None, turn.answer) else f" instead of {_word(turn.was)}"
            facts = f" ({changed(turn.facts)})" if turn.facts else ""
            parts.append(f"“{printable(turn.ask)}”: {still}{_word(turn.answer)}{instead}{facts}")
            unread = {name: value for name, value in unread.items() if name not in turn.facts}
        if unread:
            # No question reads them: the others may not change alone.
            parts.append(f"as the rules assume, {changed(unread)}")
        return tuple(dict.fromkeys(parts)), f". Then {printable(one.passage.outcome)}{_because(one.passage.because)}"

    yield ""
    yield from _tell(why, f"It would {wanted}", say, "; ", "by")
    if (barred := why.barred) is not None:
        yield from paragraph(_barred_words(why, barred, f"It cannot {wanted} by changing these"))
        if barred.facts:
            told = ", ".join(f"{printable(name)}: {_value(why.facts[name])}" for name in barred.facts)
            yield from paragraph(f"That is so because of {told}.")
        yield "This is proved."
    if (until := why.until) is not None:
        yield ""
        if until.at is not None and until.passage is not None:
            end = f"{printable(until.passage.outcome)}{_because(until.passage.because)}"
            yield from paragraph(f"Until when: from {show(until.at)} on, if nothing else changes. Then {end}")
        else:
            yield "Time alone does not help." if until.certain else "It is not known whether time alone helps."
    names = [name for one in why.alternatives[:_TOLD] for name in one.changes if why.graph.facts[name].about]
    for number, name in enumerate(dict.fromkeys(names)):
        if not number:
            yield ""
        yield from paragraph(f"{printable(name)}: {printable(why.graph.facts[name].about or '')}", 0, hanging=2)


def _engineer(why: WhyNot) -> Iterator[str]:
    now, last = printable(why.passage.outcome), printable(why.passage.steps[-1].arrow)
    media = why.graph.media
    medium = "" if media is None else f", {printable(media.fact)} = {show(why.facts[media.fact])}"
    yield from paragraph(f"wanted {printable(why.wanted)}; is {now} by {last}{medium}")
    if why.already:
        return

    def say(one: Alternative) -> _Told:
        changes = tuple(f"{printable(name)} = {show(value)}" for name, value in one.changes.items())
        ways = ", ".join(
            f"{printable(turn.was_arrow or 'not asked')} / {printable(turn.arrow)}" for turn in why.turns(one)
        )
        end = f"{printable(one.passage.outcome)} by {printable(one.passage.steps[-1].arrow)}"
        return changes, f": {end}; was {now} by {last}; parts at {ways}"

    if why.alternatives:
        yield from _list(why, say, ", ")
    else:
        yield from _tell(why, printable(why.wanted), say, ", ", "by")
    if (barred := why.barred) is not None:
        forced = "ruled out" if barred.step is None else f"{printable(barred.step.arrow)} is forced"
        facts = ", ".join(f"{printable(name)} = {show(why.facts[name])}" for name in barred.facts)
        yield from paragraph(f"cannot be had, proved: {forced} {f'by {facts}' if facts else 'whatever the facts'}")
        if barred.reasons:
            yield from paragraph(f"may be settled by {', '.join(map(printable, barred.reasons))}", 2, hanging=2)
    if (until := why.until) is not None:
        if until.at is not None and until.passage is not None:
            end = f"{printable(until.passage.outcome)} by {printable(until.passage.steps[-1].arrow)}"
            yield from paragraph(f"now = {show(until.at)}: {end}")
        else:
            yield "now: no later instant" if until.certain else "now: no later instant was found"


_READERS: Final[Mapping[str, Callable[[WhyNot], Iterator[str]]]] = MappingProxyType(
    {"user": _user, "support": _support, "engineer": _engineer}
)
