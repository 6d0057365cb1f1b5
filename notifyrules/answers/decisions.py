"""Say what is decided and why: of a decision made now, or one that was logged before."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, cast

from notifyrules.errors import FactsError
from notifyrules.evaluation.record import Plain, Record
from notifyrules.evaluation.withholding import Mask, withhold
from notifyrules.explanation import explain as explain_record
from notifyrules.explanation import not_asked
from notifyrules.explanation.words import HEADLINES, printable
from notifyrules.graph.model import Call, Notify
from notifyrules.language.terms import Term
from notifyrules.language.values import Value, to_plain

if TYPE_CHECKING:
    from notifyrules.compiled.decision import Decision
    from notifyrules.compiled.media import Decisions
    from notifyrules.explanation import Reader
    from notifyrules.receipts.replay import Replay
    from notifyrules.rules import Rules


@dataclass(frozen=True, slots=True)
class Explained:
    """A decision, and why it is so."""

    words: str
    """For one reader."""
    record: Record

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"explanation": self.words, "decision": self.record.to_dict()}


@dataclass(frozen=True, slots=True)
class ExplainedEach:
    """The decisions for every medium, and why they are so."""

    words: str
    """For one reader."""
    decisions: Decisions

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {"explanation": self.words, **self.decisions.to_dict()}


@dataclass(frozen=True, slots=True)
class ExplainedLater:
    """A logged decision, why it is so, and what has become of its rules since."""

    explained: Explained
    changed: bool | None
    """Whether the rules have changed since; None where they are not at hand."""
    today: Record | None
    """What changed rules decide today; None also where they cannot, or nobody has the facts of then."""
    failure: FactsError | None
    """Why they cannot."""
    since: str
    """Lines that tell of it."""

    @property
    def words(self) -> str:
        """The explanation, and what has become of the rules."""
        return f"{self.explained.words}\n\n{self.since}" if self.since else self.explained.words

    def to_dict(self) -> dict[str, object]:
        """Give it as data for JSON."""
        return {
            **self.explained.to_dict(),
            "rules_changed": self.changed,
            "today": None if self.today is None else self.today.to_dict(),
            "today_fails": None if self.failure is None else [str(problem) for problem in self.failure.problems],
        }


def decide(rules: Rules, facts: object) -> Record:
    """Decide whether to notify, by rules that say so for every outcome."""
    return rules.should_notify(facts).record()


def explain(rules: Rules, facts: object, reader: str) -> Explained:
    """Decide, and say why."""
    record = rules.decide(facts).record()
    return Explained(explain_record(record, reader=reader, not_asked=not_asked(rules.graph, record.passage)), record)


def decide_each(rules: Rules, facts: object, per_medium: Mapping[str, object]) -> Decisions:
    """Decide for each medium whether to notify."""
    return rules.should_notify_each(facts, per_medium or None)


def explain_each(rules: Rules, facts: object, per_medium: Mapping[str, object], reader: Reader) -> ExplainedEach:
    """Decide for each medium, and say why."""
    found = decide_each(rules, facts, per_medium)
    return ExplainedEach(found.explain(reader), found)


def answer(decision: Decision) -> dict[str, Plain]:
    """Give what a caller acts by, as plain data: no explanation, and no facts."""
    at = decision.recheck_at
    return {
        "outcome": decision.outcome,
        "notify": decision.notify,
        "later": decision.later,
        "recheck_at": None if at is None else str(to_plain(at)),
        "reason": decision.reason,
        "data": {name: cast("Plain", to_plain(value)) for name, value in decision.data.items()},
    }


def answer_each(decisions: Decisions) -> dict[str, object]:
    """Give what a caller acts by for every medium, as plain data."""
    at = decisions.recheck_at
    return {
        "media": decisions.media.fact,
        "notified": list(decisions.notified),
        "held": list(decisions.held),
        "refused": list(decisions.refused),
        "recheck_at": None if at is None else str(to_plain(at)),
        "decisions": {medium: answer(decision) for medium, decision in decisions.items()},
    }


def fixed_answers(rules: Rules) -> dict[str, dict[str, Plain]]:
    """Give, by their reason, the answers that no facts change."""
    graph = rules.graph
    calls = any(isinstance(node, Call) for node in graph.nodes.values())
    found: dict[str, dict[str, Plain]] = {}
    for arrow in graph.arrows.values():
        outcome = graph.outcomes.get(arrow.target)
        if (
            outcome is None
            or outcome.recheck is not None
            or any(isinstance(one, Term) for one in outcome.data.values())
        ):
            continue
        # What a called chart says counts for other ends.
        if outcome.notify is Notify.YES or not calls:
            found[arrow.id] = {
                "outcome": outcome.name,
                "notify": outcome.notify is Notify.YES,
                "later": outcome.notify is Notify.LATER,
                "recheck_at": None,
                "reason": arrow.id,
                "data": {name: cast("Plain", to_plain(cast("Value", value))) for name, value in outcome.data.items()},
            }
    return found


def log_record(rules: Rules, decision: Decision, mask: Mask) -> Record:
    """Give what a log keeps of a decision, with private facts masked."""
    return withhold(decision.record(), rules.graph, mask)


def explain_receipt(replay: Replay, rules: Rules | None, reader: str) -> ExplainedLater:
    """Say why something was decided that a receipt was kept of, like :func:`explain_logged`."""
    record = replay.record()
    later = explain_logged(record, rules, reader)
    asked = not_asked(replay.graph, record.passage)
    explained = Explained(explain_record(record, reader=reader, not_asked=asked), record)
    doubts = () if reader == "user" else replay.doubts
    return replace(later, explained=explained, since="\n".join(one for one in (*doubts, later.since) if one))


def explain_logged(record: Record, rules: Rules | None, reader: str) -> ExplainedLater:
    """Say why something was decided, and compare the rules of then with today's, None where they are not at hand."""
    changed = None if rules is None else rules.digest != record.digest
    asked = () if rules is None or changed else not_asked(rules.graph, record.passage)
    explained = Explained(explain_record(record, reader=reader, not_asked=asked), record)
    today, failure, since = None, None, ""
    if rules is None:
        if reader != "user":
            path = printable(record.path)
            since = f"The rules {path} are not at hand: name the rule file to learn whether it has changed."
    elif not changed:
        since = "The rules have not changed since."
    else:
        if not record.withheld:
            # Facts that the rules have dropped since are ignored.
            try:
                today = rules.decide(record.facts, extras="ignore").record()
            except FactsError as error:
                failure = error
        # How the rules have changed is not for the person concerned.
        told = _comparison(record, rules, today, failure)
        since = "The rules have changed since then." if reader == "user" else "\n".join(told)
    return ExplainedLater(explained, changed, today, failure, since)


def _comparison(record: Record, rules: Rules, today: Record | None, failure: FactsError | None) -> Iterator[str]:
    """Say how the rules have changed since, and what they decide today."""
    was, now = (printable(digest[:12]) for digest in (record.digest, rules.digest))
    yield f"The rules have changed since: their digest was {was} and is {now} now."
    if failure is not None:
        yield "Today's rules cannot decide for these facts:"
        yield from (f"  {line}" for problem in failure.problems for line in str(problem).splitlines())
    if record.withheld:
        names = ", ".join(map(printable, record.withheld))
        yield f"What they decide today is not known: the log keeps nothing of {names}."
    if today is None:
        return
    same = (today.outcome, today.reason) == (record.outcome, record.reason)
    verdict = f"{HEADLINES[today.notify].lower()}: {printable(today.outcome)}, by {printable(today.reason)}"
    yield f"Today's rules decide {'the same' if same else 'otherwise'} for these facts: {verdict}."
    if today.because is not None and today.because != record.because:
        yield f"  because: {printable(today.because)}"
    if dropped := [name for name in record.facts if name not in rules.graph.facts]:
        yield f"Facts that today's rules do not know: {', '.join(map(printable, dropped))}."
