"""Make every word of a decision again from its receipt."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, cast

from notifyrules.compiled.facts_reader import FactsReader
from notifyrules.compiled.partial import UNKNOWN, NotKnown
from notifyrules.diagnostics.visible import visible
from notifyrules.errors import FactsError, UsageError
from notifyrules.evaluation.record import Record, record_of
from notifyrules.evaluation.walk import KeptAnswers, Step, walk
from notifyrules.evaluation.withholding import private_facts, withhold
from notifyrules.explanation import explain as explain_record
from notifyrules.explanation import not_asked
from notifyrules.graph.model import Graph
from notifyrules.language.kinds import KINDS
from notifyrules.language.tables import Tables, tables
from notifyrules.language.types import Basic, Enumeration, Type
from notifyrules.language.values import Value
from notifyrules.receipts.finding import Finder, Found

if TYPE_CHECKING:
    from notifyrules.explanation.readers import Reader
    from notifyrules.rules import Rules


@dataclass(frozen=True, slots=True)
class Replay:
    """A decision as its receipt tells it again."""

    receipt: Mapping[str, Any]
    graph: Graph
    doubts: tuple[str, ...]
    """What is not as it was then, or not known to be, a sentence each; none where every word is equal."""
    told: Record | None
    """The decision, whole; None where the same rules decide otherwise by now, so that nobody knows its steps."""

    @property
    def outcome(self) -> str:
        """The name of the outcome that was reached."""
        return str(self.receipt["outcome"])

    @property
    def reason(self) -> str:
        """The id of the arrow that settled it."""
        return str(self.receipt["reason"])

    @property
    def notify(self) -> bool:
        """Whether it notified at once."""
        return self.receipt.get("notify") is True

    @property
    def later(self) -> bool:
        """Whether it held the notification."""
        return self.receipt.get("notify") == "later"

    def record(self) -> Record:
        """Gather everything about the decision as one value; UsageError where the same rules decide otherwise now."""
        if self.told is None:
            raise UsageError("the steps of this decision are not known any more", " ".join(self.doubts))
        return self.told

    @property
    def because(self) -> str | None:
        """Why, in words for a person; None where the rules say nothing."""
        return self.record().because

    @property
    def data(self) -> Mapping[str, Value]:
        """What the outcome carries."""
        return self.record().data

    @property
    def recheck_at(self) -> datetime | None:
        """The instant at which to ask again, in UTC; None where there is nothing to say."""
        return self.record().recheck_at

    @property
    def steps(self) -> tuple[Step, ...]:
        """The nodes passed, first one first, with the answers given there."""
        return self.record().passage.steps

    def to_dict(self) -> dict[str, Any]:
        """Give the decision as plain data, equal to what it gave itself; UsageError where nobody knows its steps."""
        return self.record().to_dict()

    def explain(self, reader: Reader = "support") -> str:
        """
        Tell why, in the sentences of then, and below them what is not certain about these.

        Args:
            reader: As for :meth:`Decision.explain <notifyrules.Decision.explain>`.
        """
        if self.told is None:
            return "\n".join((f"Decided: {visible(self.outcome)}, by {visible(self.reason)}.", *self.doubts))
        words = explain_record(self.told, reader=reader, not_asked=not_asked(self.graph, self.told.passage))
        return "\n\n".join((words, "\n".join(self.doubts))) if self.doubts and reader != "user" else words


def explain(
    receipt: Mapping[str, Any] | str | bytes,
    *,
    rules: Rules | None = None,
    places: Iterable[str | os.PathLike[str]] | Finder = (".",),
) -> Replay:
    """
    Make every word of a decision again from its receipt.

    Args:
        receipt: What :meth:`Decision.receipt <notifyrules.Decision.receipt>` gave, or a line of a log of receipts.
        rules: The rules that decided, if they are at hand.
        places: Where they are looked for otherwise: folders with receipts, whose rules stand beside them; folders of
            rule files; and the git history around these.

    Returns:
        The decision: its outcome and reason, and what it gives by `to_dict` and `explain`. Where something it rests on
        has changed since, `doubts` says so.

    Raises:
        UsageError: It is no receipt, or its rules are not at hand.
    """
    read = _read(receipt)
    finder = places if isinstance(places, Finder) else Finder(places)
    found = finder.find(read["rules"]) if rules is None else finder.fit(rules.graph, read["rules"])
    if found is None:
        named = visible(read["rules"])
        if rules is not None:
            raise UsageError(f"the receipt is of the rules `{named}`, these are `{rules.digest[:12]}`")
        advice = "name the folder of the receipts, or one with the rules in it or in its git history"
        unread = (
            f"the git history around `{folder}` was not looked at: {why}" for folder, why in finder.unread.items()
        )
        advice = "; ".join(unread) or advice
        raise UsageError(f"the rules `{named}` of the receipt are not at hand", advice)
    try:
        told: Record | None = _retell(found.graph, read)
    except (FactsError, KeyError):
        raise UsageError("the receipt does not fit the rules that it names", "it was changed, or cut short") from None
    assert told is not None
    doubts = [*_changed(found)]
    if (told.outcome, told.reason) != (read["outcome"], read["reason"]):
        was, now = f"{read['outcome']}, by {read['reason']}", f"{told.outcome}, by {told.reason}"
        doubts.append(f"Decided was {visible(was)}; for the same facts these rules say {now} by now.")
        told = None
    return Replay(read, found.graph, tuple(doubts), told)


def _read(receipt: Mapping[str, Any] | str | bytes) -> Mapping[str, Any]:
    """Read a receipt, of which nothing is believed."""
    try:
        read = json.loads(receipt) if isinstance(receipt, (str, bytes)) else receipt
    except ValueError:
        raise UsageError("this is no receipt: it is not JSON", "give one whole line of a log of receipts") from None
    if not is_receipt(read):
        raise UsageError("this is no receipt", "give it whole, as `decision.receipt()` or a log of receipts has it")
    return cast("Mapping[str, Any]", read)


def is_receipt(plain: object) -> bool:
    """Tell whether plain data has the form of a receipt, whatever other keys it has."""
    if not isinstance(plain, Mapping) or not isinstance(plain.get("facts"), Mapping):
        return False
    way = plain.get("way", {})
    lists = [plain.get("unknown", []), plain.get("unasked", []), *(way.values() if isinstance(way, Mapping) else [0])]
    return (
        all(isinstance(plain.get(key), str) for key in ("rules", "outcome", "reason"))
        and (plain.get("notify") == "later" or any(plain.get("notify") is said for said in (True, False, None)))
        and isinstance(plain.get("private", {}), Mapping)
        and all(isinstance(one, (list, tuple)) and all(isinstance(item, str) for item in one) for one in lists)
        and all(way.values())
    )


def _retell(graph: Graph, receipt: Mapping[str, Any]) -> Record:
    """Walk the chart as the decision did; FactsError or KeyError where the receipt does not fit it."""
    given: dict[str, object] = {**receipt["facts"]}
    private = private_facts(graph)
    for name in private:
        fact = graph.facts[name]
        given[name] = fact.default if fact.has_default else _any(fact.type)
    given |= dict.fromkeys(receipt.get("unknown", ()), UNKNOWN)
    given |= {name: _asking(name) for name in receipt.get("unasked", ())}
    kept: KeptAnswers = {node: (arrow, tuple(read)) for node, (arrow, *read) in receipt.get("way", {}).items()}
    facts = FactsReader(graph.facts).read(given)
    passage = walk(graph, facts, facts.evaluate, kept)
    record = replace(record_of(graph, facts, passage), facts=facts.known())
    masked = receipt.get("private", {})
    return withhold(record, graph, lambda name, _: _masked(masked.get(name)))


def _masked(kept: object) -> str | tuple[str, ...] | None:
    if isinstance(kept, (list, tuple)):
        return tuple(map(str, kept))
    return None if kept is None else str(kept)


def _asking(name: str) -> object:
    """Stand for a fact that could have been asked for, and was not."""

    def ask() -> object:
        raise NotKnown(name)

    return ask


def _any(kind: Type) -> Value:
    """Give a value to stand where a private one stood; nothing that is told rests on it."""
    base = kind.base
    if kind.nullable or base is None:
        return None
    if isinstance(base, Enumeration):
        return base.values[0]
    return cast("Value", KINDS[base].plainest) if isinstance(base, Basic) else ()


def _changed(found: Found) -> Iterator[str]:
    """Say what beside the rules is not as it was, or not known to be."""
    if found.tables is None:
        yield (
            "The rules were loaded under another path then, or by another version of the language, of Unicode or of the"
            " time zones: words that rest on these may be others."
        )
        return
    for field in fields(Tables):
        was, now = getattr(found.tables, field.name), getattr(tables(), field.name)
        if was != now:
            yield f"{_NAMES[field.name]} was {visible(was)} then and is {now} now: words that rest on it may be others."


_NAMES = {
    "language": "The version of the language",
    "unicode": "The version of Unicode",
    "words": "The version of the library that tells words apart",
    "zones": "The version of the time zones",
}
